-- Put an event of the stream into its visitor's outbox, and be done with it: once, whoever comes with it.
-- Of somebody who was erased meanwhile nothing is put anywhere.
-- KEYS: stream, outbox of the visitor, visitors of whom the webhook is to be told, record
-- ARGV: group, id of the entry, field of the outbox, message, visitor, when to try, life of the outbox in s
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return 0
end
if redis.call('GETRANGE', KEYS[4], 1, 1) == 'E' then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[7])
redis.call('ZADD', KEYS[3], 'NX', ARGV[6], ARGV[5])
return 1
