-- Note that a version of the rules is in force, or was put aside, and keep its files.
-- KEYS: history, files
-- ARGV: version, since when, publications to keep, versions to keep, bytes to keep, `in force` or `aside`,
--       ask: do it where the files are here, else answer 0 · note: without files · keep: with files, which follow
local history, files = KEYS[1], KEYS[2]
local version, at, how = ARGV[1], ARGV[2], ARGV[6]
local is_here = redis.call('HEXISTS', files, version) == 1
if ARGV[7] == 'ask' and not is_here then
  return 0
end
if ARGV[7] == 'keep' then
  redis.call('HSETNX', files, version, ARGV[8])
end

-- Another worker may have noted it a little earlier, or later.
local function is_same(entries)
  for _, entry in ipairs(entries) do
    if string.match(entry, ' in force$') then
      return string.match(entry, '^%S+') == version
    end
  end
  return false
end
local known = is_here
if how == 'in force' then
  known = is_same(redis.call('ZREVRANGEBYSCORE', history, at, '-inf', 'LIMIT', 0, 20))
    or is_same(redis.call('ZRANGEBYSCORE', history, '(' .. at, '+inf', 'LIMIT', 0, 20))
end
if not known then
  redis.call('ZADD', history, at, version .. ' ' .. at .. ' ' .. how)
end
redis.call('ZREMRANGEBYRANK', history, 0, -1 - tonumber(ARGV[3]))

-- Of the files stay those of the versions that were in force last.
local stays, count, bytes = {}, 0, 0
for _, entry in ipairs(redis.call('ZREVRANGE', history, 0, -1)) do
  local name = string.match(entry, '^%S+') or ''  -- of what something else wrote
  local size = redis.call('HSTRLEN', files, name)
  if size > 0 and stays[name] == nil then
    count, bytes = count + 1, bytes + size
    stays[name] = count == 1 or (count <= tonumber(ARGV[4]) and bytes <= tonumber(ARGV[5]))
  end
end
for _, name in ipairs(redis.call('HKEYS', files)) do
  if not stays[name] then
    redis.call('HDEL', files, name)
  end
end
return 1
