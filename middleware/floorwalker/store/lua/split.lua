-- Count an event of the stream by segments, and be done with it: once, whoever comes with it.
-- KEYS: stream, exposed of the visitor, counters of the exposure's day
-- ARGV: 1 group, 2 id of the entry, 3 what was exposed ('' where the entry is none), 4 its day, arm and segments,
--       5 life of that in s, 6 life of the counters in s, 7 whose revenue ('' for none), 8 what it has to be ('' where
--       there is none yet), 9 what it becomes, then (field, by) per counter
local exposed, counters = KEYS[2], KEYS[3]
if ARGV[7] ~= '' and (redis.call('HGET', exposed, ARGV[7]) or '') ~= ARGV[8] then
  return 0
end
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return 0
end
if ARGV[3] ~= '' then
  local is_new = redis.call('HSETNX', exposed, ARGV[3], ARGV[4]) == 1
  redis.call('EXPIRE', exposed, ARGV[5])
  if not is_new then
    return 1
  end
end
if ARGV[7] ~= '' then
  redis.call('HSET', exposed, ARGV[7], ARGV[9])
end
for i = 10, #ARGV, 2 do
  redis.call('HINCRBY', counters, ARGV[i], ARGV[i + 1])
end
if #ARGV > 9 and redis.call('TTL', counters) < 0 then
  redis.call('EXPIRE', counters, ARGV[6])
end
return 1
