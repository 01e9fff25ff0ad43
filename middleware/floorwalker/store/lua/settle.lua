-- What became of one message: delivered, to be tried again, or given up.
-- KEYS: outbox of the visitor, visitors of whom the webhook is to be told, what was given up
-- ARGV: `delivered`, `again` or `given up`, field of the outbox, visitor, what the webhook's fields begin with,
--       when to try what is left, message as it is now, field under which it is kept once it is given up, now
local outbox, waiting = KEYS[1], KEYS[2]
local is_here = redis.call('HEXISTS', outbox, ARGV[2]) == 1
if is_here and ARGV[1] == 'again' then
  redis.call('HSET', outbox, ARGV[2], ARGV[6])
elseif is_here then
  redis.call('HDEL', outbox, ARGV[2])
  if ARGV[1] == 'given up' then
    redis.call('HSET', outbox, ARGV[7], ARGV[6])
    redis.call('ZADD', KEYS[3], ARGV[8], ARGV[3] .. ' ' .. ARGV[7])
  end
end
for _, field in ipairs(redis.call('HKEYS', outbox)) do
  if string.sub(field, 1, #ARGV[4]) == ARGV[4] then
    redis.call('ZADD', waiting, ARGV[5], ARGV[3])
    return 1
  end
end
redis.call('ZREM', waiting, ARGV[3])
return 0
