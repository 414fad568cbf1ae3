-- Goes through the paths of the file that HITS names; each request is made once, before the load begins.
local requests, at = {}, 0

function init()
    for path in io.lines(os.getenv("HITS")) do
        requests[#requests + 1] = wrk.format("GET", path)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end
