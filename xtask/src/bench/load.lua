-- The load, in the forms that the figures need. wrk runs it on one thread. Users have ids that end in their number, so
-- that any of them can be named without a list.

local mode = os.getenv("LOAD_MODE")
local token = os.getenv("LOAD_TOKEN")
local base = os.getenv("LOAD_PATH")
local prefix = os.getenv("LOAD_ID_PREFIX")
local first = tonumber(os.getenv("LOAD_FIRST"))
local count = tonumber(os.getenv("LOAD_COUNT"))
local tag = os.getenv("LOAD_TAG")
local query = os.getenv("LOAD_QUERY")

local headers = {
  ["Authorization"] = "SSWS " .. token,
  ["Accept"] = "application/json",
  ["User-Agent"] = "denizen-bench",
}
local ready = {}
local sent = 0

local function path(number)
  return string.format("%s%s%09d", base, prefix, number)
end

-- Reading: requests for users drawn at random, formatted once.
local function prepare_reading()
  for i = 1, math.min(count, 100000) do
    ready[i] = wrk.format("GET", path(first + math.random(0, count - 1)), headers)
  end
end

-- Suspending a row of users one after the other, then unsuspending them, and so on: whoever is unsuspended was suspended as
-- many requests ago as there are users, longer than any request takes.
local function prepare_lifecycle()
  for i = 0, count - 1 do
    ready[i + 1] = wrk.format("POST", path(first + i) .. "/lifecycle/suspend", headers)
    ready[count + i + 1] = wrk.format("POST", path(first + i) .. "/lifecycle/unsuspend", headers)
  end
end

-- Verifying: one code at every path of a list.
local function prepare_verifying()
  headers["Content-Type"] = "application/json"
  local body = string.format('{"passCode":"%s"}', os.getenv("LOAD_CODE"))
  for line in io.lines(os.getenv("LOAD_LIST")) do
    ready[#ready + 1] = wrk.format("POST", line, headers, body)
  end
end

local function creation()
  local body = string.format(
    '{"profile":{"login":"%s.%d@example.com","email":"%s.%d@example.com","firstName":"Nora","lastName":"Kelmoberg",' ..
    '"displayName":"Nora Kelmoberg","title":"Engineer","department":"Department 07","costCenter":"CC0123",' ..
    '"division":"Division 3","city":"City 12","employeeNumber":"%s%d","mobilePhone":"+49 30 %d"}%s}',
    tag, sent, tag, sent, tag, sent, sent, os.getenv("LOAD_CREDENTIALS"))
  return wrk.format("POST", "/api/v1/users" .. query, headers, body)
end

local function sign_in()
  local body = string.format('{"username":"%s.%d@example.com","password":"Not-the-passw0rd"}', tag, sent)
  return wrk.format("POST", "/api/v1/authn", headers, body)
end

function init()
  math.randomseed(tonumber(os.getenv("LOAD_SEED")))
  if mode == "read" then prepare_reading() end
  if mode == "lifecycle" then prepare_lifecycle() end
  if mode == "verify" then prepare_verifying() end
  if mode == "create" or mode == "sign-in" then headers["Content-Type"] = "application/json" end
end

function request()
  sent = sent + 1
  if mode == "read" then return ready[math.random(#ready)] end
  if mode == "lifecycle" or mode == "verify" then return ready[(sent - 1) % #ready + 1] end
  if mode == "sign-in" then return sign_in() end
  return creation()
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    "outcome requests=%d duration_us=%d p50_us=%d p99_us=%d refused=%d broken=%d",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
