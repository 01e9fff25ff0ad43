-- Put a stone where the record was; what hangs on the record goes with it.
-- KEYS: record, ids of client events, side list
-- ARGV: the stone, its life in s
local old = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
redis.call('DEL', KEYS[2], KEYS[3])
return old
