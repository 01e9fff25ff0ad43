-- Commit one visitor's step: all of it, or nothing and what stands in its way.
-- KEYS: record, stream, then those that the arguments name by their index
-- ARGV: 1 identity expected ('' where there is no record), 2 new record, 3 its life in s (0: as it was), 4 pseudonym,
--       5 length of the stream, 6 life of a day's counters in s, 7 life of an entry of the stream in s,
--       8 number of events, 9 number of counters,
--       then the events, then (key, field, by) per counter, then what else there is, each begun by its word:
--         messages, key, now, when they may be forgotten, life of the key in s, how many are kept, number, the ids;
--                                   these before all others
--         due, key, visitor, at     when to look again, in s since 1970; 0 for never
--         mark | unmark, key, member
--         aside, key, entry, life of the key in s
--         drop, key
-- Returns 1, or the record where its identity is another, or which of the ids are known already, counted from 1.
local record = KEYS[1]
if redis.call('GETRANGE', record, 0, 13) ~= ARGV[1] then
  return redis.call('GET', record)
end
local counters = 10 + tonumber(ARGV[8])
local at = counters + 3 * tonumber(ARGV[9])

local function key(i)
  return KEYS[tonumber(ARGV[i])]
end

if ARGV[at] == 'messages' then
  local ids, first, last, known = key(at + 1), at + 7, at + 6 + tonumber(ARGV[at + 6]), {}
  redis.call('ZREMRANGEBYSCORE', ids, '-inf', ARGV[at + 2])
  for i = first, last do
    if redis.call('ZSCORE', ids, ARGV[i]) then
      known[#known + 1] = i - first + 1
    end
  end
  if #known > 0 then
    return known
  end
  for i = first, last do
    redis.call('ZADD', ids, ARGV[at + 3], ARGV[i])
  end
  redis.call('ZREMRANGEBYRANK', ids, 0, -1 - tonumber(ARGV[at + 5]))
  redis.call('EXPIRE', ids, ARGV[at + 4])
  at = last + 1
end

if ARGV[3] == '0' then
  redis.call('SET', record, ARGV[2], 'KEEPTTL')
else
  redis.call('SET', record, ARGV[2], 'EX', ARGV[3])
end
if counters > 10 then
  for i = 10, counters - 2 do
    redis.call('XADD', KEYS[2], '*', 'v', ARGV[4], 'e', ARGV[i])
  end
  local id = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', 'v', ARGV[4], 'e', ARGV[counters - 1])
  redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f', string.match(id, '^%d+') - 1000 * ARGV[7]))
  redis.call('EXPIRE', KEYS[2], ARGV[7])
end
for i = counters, counters + 3 * tonumber(ARGV[9]) - 1, 3 do
  local day, by = key(i), ARGV[i + 2]
  -- Only a counter that begins may have begun its day.
  if redis.call('HINCRBY', day, ARGV[i + 1], by) == tonumber(by) and redis.call('TTL', day) < 0 then
    redis.call('EXPIRE', day, ARGV[6])
  end
end

while at <= #ARGV do
  local word = ARGV[at]
  if word == 'due' then
    if ARGV[at + 3] == '0' then
      redis.call('ZREM', key(at + 1), ARGV[at + 2])
    else
      redis.call('ZADD', key(at + 1), ARGV[at + 3], ARGV[at + 2])
    end
    at = at + 4
  elseif word == 'mark' then
    redis.call('ZADD', key(at + 1), 0, ARGV[at + 2])
    at = at + 3
  elseif word == 'unmark' then
    redis.call('ZREM', key(at + 1), ARGV[at + 2])
    at = at + 3
  elseif word == 'aside' then
    redis.call('RPUSH', key(at + 1), ARGV[at + 2])
    redis.call('EXPIRE', key(at + 1), ARGV[at + 3])
    at = at + 4
  else
    redis.call('DEL', key(at + 1))
    at = at + 2
  end
end
return 1
