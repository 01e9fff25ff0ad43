-- Commit one visitor's step: all of it, or nothing and the record that stands in its way.
-- KEYS: record, stream, [side list,] counters of each day named
-- ARGV: identity expected ('' where there is no record), new record, its life in s, pseudonym, length of the stream,
--       1 where the side list was folded, life of a day's counters in s, number of events, the events,
--       then (key index, field, by) per counter
local record = KEYS[1]
if redis.call('GETRANGE', record, 0, 13) ~= ARGV[1] then
  return redis.call('GET', record)
end
redis.call('SET', record, ARGV[2], 'EX', ARGV[3])
local last = 8 + tonumber(ARGV[8])
for i = 9, last do
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', 'v', ARGV[4], 'e', ARGV[i])
end
for i = last + 1, #ARGV, 3 do
  local day = KEYS[tonumber(ARGV[i])]
  redis.call('HINCRBY', day, ARGV[i + 1], ARGV[i + 2])
  if redis.call('TTL', day) < 0 then
    redis.call('EXPIRE', day, ARGV[7])
  end
end
if ARGV[6] == '1' then
  redis.call('DEL', KEYS[3])
end
return 1
