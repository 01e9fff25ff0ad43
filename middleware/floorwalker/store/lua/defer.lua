-- Put raw events aside for a newer release, and mark the record that it finds them.
-- KEYS: record, side list
-- ARGV: identity expected, the record's first 15 bytes anew, life of the list in s, life of the record in s (0: as it
--       was), the raw events
local record = KEYS[1]
if redis.call('GETRANGE', record, 0, 13) ~= ARGV[1] then
  return redis.call('GET', record)
end
redis.call('SETRANGE', record, 0, ARGV[2])
for i = 5, #ARGV do
  redis.call('RPUSH', KEYS[2], ARGV[i])
end
redis.call('EXPIRE', KEYS[2], ARGV[3])
if ARGV[4] ~= '0' then
  redis.call('EXPIRE', record, ARGV[4])
end
return 1
