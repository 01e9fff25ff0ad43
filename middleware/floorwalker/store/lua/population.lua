-- Add to the counters of one day's topics.
-- KEYS: the day
-- ARGV: how many topics a day holds at most, seconds that it lives, then topic, by, topic, by, …
local day = KEYS[1]
local room = tonumber(ARGV[1]) - redis.call('HLEN', day)
for i = 3, #ARGV, 2 do
  local is_new = redis.call('HEXISTS', day, ARGV[i]) == 0
  if not is_new or room > 0 then
    redis.call('HINCRBY', day, ARGV[i], ARGV[i + 1])
    if is_new then
      room = room - 1
    end
  end
end
redis.call('EXPIRE', day, ARGV[2])
return room
