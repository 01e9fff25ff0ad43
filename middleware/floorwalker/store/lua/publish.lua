-- Note that a version of the rules is in force, and keep its files.
-- KEYS: history, files
-- ARGV: version, since when, publications to keep, versions to keep, bytes to keep,
--       ask: do it where the files are here, else answer 0 · note: without files · keep: with files, which follow
local history, files = KEYS[1], KEYS[2]
local version, at = ARGV[1], ARGV[2]
if ARGV[6] == 'ask' and redis.call('HEXISTS', files, version) == 0 then
  return 0
end
if ARGV[6] == 'keep' then
  redis.call('HSETNX', files, version, ARGV[7])
end

local function is_same(entry)
  return entry and string.match(entry, '^%S+') == version
end

-- Another worker may have noted it a little earlier, or later.
local before = redis.call('ZREVRANGEBYSCORE', history, at, '-inf', 'LIMIT', 0, 1)[1]
local after = redis.call('ZRANGEBYSCORE', history, '(' .. at, '+inf', 'LIMIT', 0, 1)[1]
if not is_same(before) and not is_same(after) then
  redis.call('ZADD', history, at, version .. ' ' .. at)
end
redis.call('ZREMRANGEBYRANK', history, 0, -1 - tonumber(ARGV[3]))

-- Of the files stay those of the versions that were in force last.
local stays, count, bytes = {}, 0, 0
for _, entry in ipairs(redis.call('ZREVRANGE', history, 0, -1)) do
  local name = string.match(entry, '^%S+')
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
