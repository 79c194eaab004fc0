-- wrk cycles through the cookies of a file: wrk -s cookies.lua URL -- FILE
local cookies, next_cookie = {}, 0

-- Each thread begins elsewhere.
local threads = 0
function setup(thread)
  thread:set("begin", threads)
  threads = threads + 1
end

function init(arguments)
  for cookie in io.lines(arguments[1]) do
    cookies[#cookies + 1] = wrk.format("GET", nil, { ["Host"] = "localhost", ["Cookie"] = cookie })
  end
  next_cookie = begin * math.floor(#cookies / 2)
end

function request()
  next_cookie = next_cookie % #cookies + 1
  return cookies[next_cookie]
end
