-- Put a record in the place of another, for as long as that would have stayed.
-- KEYS: record
-- ARGV: identity expected, the new record
-- Returns 1, or the record where its identity is another.
if redis.call('GETRANGE', KEYS[1], 0, 13) ~= ARGV[1] then
  return redis.call('GET', KEYS[1])
end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
