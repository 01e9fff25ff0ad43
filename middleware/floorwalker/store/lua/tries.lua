-- Tries, by all workers together: each key lives for as long as what it counts would have taken at its rate, so its
-- time to live is the count, and the server's clock the only one.
-- KEYS: one for each who tries. ARGV: for each its interval and its allowance in ms; first, 1 to count, 0 to take back.
local counts = ARGV[1] == '1'
local longest = 0
local backlogs = {}
for n, key in ipairs(KEYS) do
  local interval, allowance = tonumber(ARGV[2 * n]), tonumber(ARGV[2 * n + 1])
  local backlog = math.max(0, redis.call('PTTL', key))
  backlogs[n] = backlog
  if backlog + interval - allowance > longest then
    longest = backlog + interval - allowance
  end
end
if counts and longest > 0 then
  return longest
end
for n, key in ipairs(KEYS) do
  local interval = tonumber(ARGV[2 * n])
  if counts then
    redis.call('SET', key, '', 'PX', backlogs[n] + interval)
  elseif backlogs[n] > interval then
    redis.call('PEXPIRE', key, backlogs[n] - interval)
  else
    redis.call('DEL', key)
  end
end
return 0
