-- Take visitors of whom a webhook is to be told by now; nobody else takes them until the lease is over.
-- KEYS: visitors, by when to try
-- ARGV: now, when the lease is over, how many
local taken = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, visitor in ipairs(taken) do
  redis.call('ZADD', KEYS[1], ARGV[2], visitor)
end
return taken
