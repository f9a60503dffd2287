-- Where paths are given after the address, asks for each of them in turn.
local requests, turn = {}, 0

function init(paths)
   for _, path in ipairs(paths) do
      requests[#requests + 1] = wrk.format(nil, path)
   end
   if #requests > 0 then
      request = function()
         turn = turn % #requests + 1
         return requests[turn]
      end
   end
end

-- Prints what wrk found as one line of JSON, the last one of its output.
function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "microseconds": %d, "bytes": %d, "p50_us": %d, "p99_us": %d, "errors": %d, "refused": %d}\n',
      summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
