-- Let go what webhooks were to be told of a visitor.
-- KEYS: outbox, what was given up, then who each webhook is to be told of
-- ARGV: the visitor, then members of what was given up
redis.call('DEL', KEYS[1])
for i = 3, #KEYS do
  redis.call('ZREM', KEYS[i], ARGV[1])
end
for i = 2, #ARGV do
  redis.call('ZREM', KEYS[2], ARGV[i])
end
return 1
