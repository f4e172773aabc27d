// The Lua that wrk runs: it sends the requests of a file one after the other and prints what it measured as JSON.

import { freshMark } from '../requests/request.ts';

/** Between the two parts of a request whose fresh number stands between them; after each request. */
export const partMark = '\u0001';
export const requestMark = '\u0002';
/** Before the JSON on stdout. */
export const resultMark = 'SEPET-RESULT ';

/** The requests as the script reads them. */
export const requestFile = (texts: readonly string[]): Buffer =>
  Buffer.from(texts.map((text) => text.replace(freshMark, partMark)).join(requestMark), 'latin1');

/** The script for requests in a file; its threads begin at different places. */
export const wrkScript = ({
  file,
  threads,
  firstFresh,
}: {
  file: string;
  threads: number;
  firstFresh: number;
}): string => `-- Written by Sepet's load test.
local started = 0
function setup(thread)
  thread:set("turn", started)
  started = started + 1
end

function init()
  heads, tails = {}, {}
  local handle = assert(io.open(${JSON.stringify(file)}, "rb"))
  local all = handle:read("*a")
  handle:close()
  for text in all:gmatch("[^\\2]+") do
    local mark = text:find("\\1", 1, true)
    heads[#heads + 1] = mark and text:sub(1, mark - 1) or text
    tails[#heads] = mark and text:sub(mark + 1) or false
  end
  at = math.floor(turn * #heads / ${threads})
  number = ${firstFresh + 1_000_000_000} + turn * 50000000
end

function request()
  at = at % #heads + 1
  local tail = tails[at]
  if not tail then return heads[at] end
  number = number + 1
  return heads[at] .. string.format("%d", number) .. tail
end

function done(summary, latency, requests)
  local counts = {}
  for i = 1, #latency do
    local value, count = latency(i)
    counts[#counts + 1] = string.format("[%d,%d]", value, count)
  end
  local e = summary.errors
  io.write("\\n${resultMark}", string.format(
    '{"micros":%d,"requests":%d,"bytes":%d,"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d,"latency":[',
    summary.duration, summary.requests, summary.bytes, e.connect, e.read, e.write, e.status, e.timeout),
    table.concat(counts, ","), "]}\\n")
end
`;
