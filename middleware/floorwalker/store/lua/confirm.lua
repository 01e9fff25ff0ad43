-- Write down again what was fixed when this keyspace was first used, where it is gone, and see what stands there: so
-- one learns too whether the server takes writes.
-- KEYS: fw:meta
-- ARGV: partitions, people, layout of records
-- Returns what stands there of all three.
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'layout', ARGV[3])
end
redis.call('HSETNX', KEYS[1], 'partitions', ARGV[1])
redis.call('HSETNX', KEYS[1], 'people', ARGV[2])
return redis.call('HMGET', KEYS[1], 'partitions', 'people', 'layout')
