-- Let a person know the ids that another visitor's commits brought. Does nothing where the person is not there.
-- KEYS: the person's record, the person's ids
-- ARGV: life of the key in s, how many are kept, then (id, when it may be forgotten) per id
if redis.call('GETRANGE', KEYS[1], 1, 1) ~= 'L' then
  return 0
end
for i = 3, #ARGV, 2 do
  redis.call('ZADD', KEYS[2], ARGV[i + 1], ARGV[i])
end
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[2]))
redis.call('EXPIRE', KEYS[2], ARGV[1])
return 1
