-- Remove a member of the index, or of who is due, if the record is still the one that does not bear it out.
-- KEYS: record, index or who is due
-- ARGV: identity expected ('' where there is no record), member
if redis.call('GETRANGE', KEYS[1], 0, 13) == ARGV[1] then
  return redis.call('ZREM', KEYS[2], ARGV[2])
end
return 0
