-- What somebody who joined was exposed to is the person's from now on, as long as the entry that says so is in hand.
-- KEYS: stream, exposed of the person
-- ARGV: group, id of the entry, life of that in s, then (field, value) each
if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1) == 0 then
  return 0
end
for i = 4, #ARGV, 2 do
  redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
