-- Put a stone where the record was, and let go what hangs on it; or nothing, and the record that lies there by now.
-- KEYS: record, senders' ids, side list, due
-- ARGV: identity expected ('' where there is no record), the stone, its life in s, the visitor
if redis.call('GETRANGE', KEYS[1], 0, 13) ~= ARGV[1] then
  return redis.call('GET', KEYS[1])
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('ZREM', KEYS[4], ARGV[4])
return 1
