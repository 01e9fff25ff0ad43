-- Try again what was given up.
-- KEYS: outbox of the visitor, visitors of whom the webhook is to be told, what was given up
-- ARGV: field under which it was kept, member of what was given up, field of the outbox, message, visitor, when to try
redis.call('ZREM', KEYS[3], ARGV[2])
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
redis.call('ZADD', KEYS[2], 'LT', ARGV[6], ARGV[5])
return 1
