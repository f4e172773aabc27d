// Who asks: wrk as fast as it is answered, and native/rate.cc at a constant rate. Both read their paths from a file.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random, WeightedChoice } from '../../src/base/random.ts';
import { root } from '../ann/programs.ts';

export type Mix = 'uniform' | 'zipf';

export interface Draw {
  readonly mix: Mix;
  readonly products: number;
  readonly count: number;
  readonly seed: number;
  /** Behind every path, with its `?`. */
  readonly query?: string;
}

/** Of the product with that number in the shop, which is not its row in the artifact. */
export const idOf = (product: number): string => `P${product}`;
export const pathOf = (product: number, query = ''): string =>
  `/v1/products/${idOf(product)}/bought-together${query}`;

/** Paths of drawn products: all alike, or the most ordered first by Zipf's law with exponent 1. */
export function drawPaths({ mix, products, count, seed, query }: Draw): string[] {
  const random = new Random(seed);
  const byRank =
    mix === 'zipf'
      ? new WeightedChoice(Float64Array.from({ length: products }, (_, i) => 1 / (i + 1)))
      : undefined;
  return Array.from({ length: count }, () => pathOf(byRank?.draw(random) ?? random.below(products), query));
}

/** Every request is made once, before the clock runs: one thread must be enough to keep the server busy. */
const script = (paths: string): string => `
local requests, count, at = {}, 0, 0
function init()
  wrk.headers["Accept"] = "application/json"
  for path in io.lines(${JSON.stringify(paths)}) do
    count = count + 1
    requests[count] = wrk.format("GET", path)
  end
end
function request()
  at = at % count + 1
  return requests[at]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"micros":%d,"errors":%d,"p50":%d,"p99":%d}\\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.timeout + e.status,
    latency:percentile(50), latency:percentile(99)))
end
`;

export interface Saturation {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said.slice(-1000)}`);
  return said;
}

export class Drivers {
  readonly #folder: string;
  /** Of wrk; undefined where it is not installed. */
  readonly wrk: string | undefined;
  readonly #rate: string | undefined;
  /** Why there is no constant rate. */
  readonly rateMissing: string | undefined;

  /** Compiles what is not compiled yet, into the folder. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    const asked = spawnSync('wrk', ['--version'], { encoding: 'utf8' });
    this.wrk = asked.error ? undefined : /^wrk (\S+)/m.exec(asked.stdout)?.[1];
    const { program, missing } = compileRate(folder);
    this.#rate = program;
    this.rateMissing = missing;
  }

  #write(paths: readonly string[]): string {
    const file = join(this.#folder, 'paths.txt');
    writeFileSync(file, `${paths.join('\n')}\n`);
    return file;
  }

  /** Asks as fast as answers come. Throws where an answer is an error. */
  async saturate(
    url: string,
    paths: readonly string[],
    { seconds, connections }: { readonly seconds: number; readonly connections: number },
  ): Promise<Saturation> {
    const lua = join(this.#folder, 'paths.lua');
    writeFileSync(lua, script(this.#write(paths)));
    const said = await outputOf('wrk', [
      ...['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', lua],
      url,
    ]);
    const [, json = '{}'] = /^RESULT (.*)$/m.exec(said) ?? [];
    const { requests, micros, errors, p50, p99 } = JSON.parse(json) as Record<string, number>;
    if (errors !== 0) throw new Error(`${errors} of ${requests} answers of ${url} are errors:\n${said}`);
    const perSecond = ((requests as number) / (micros as number)) * 1e6;
    return {
      requests: requests as number,
      requestsPerSecond: Math.round(perSecond),
      p50Ms: (p50 as number) / 1000,
      p99Ms: (p99 as number) / 1000,
    };
  }

  /** Asks at a constant rate; latencies count from the time a request was due. */
  async atRate(url: string, paths: readonly string[], options: RateOptions): Promise<RateResult> {
    const flags = Object.entries({ port: new URL(url).port, paths: this.#write(paths), ...options });
    const args = flags.flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { answered, refused, late, ...rest } = JSON.parse(
      await outputOf(this.#rate ?? '', args),
    ) as RateLine;
    const { other, broken } = rest;
    if (other + broken > 0)
      throw new Error(`Of ${url} ${other} answers are other errors and ${broken} connections broke.`);
    return { ...rest, answered: inMs(answered), refused: inMs(refused), late: inMs(late) };
  }
}

export interface RateOptions {
  readonly rate: number;
  readonly connections: number;
  readonly seconds: number;
  readonly warmup: number;
}

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

interface RateLine {
  readonly rate: number;
  readonly seconds: number;
  /** Without an answer three seconds after the last request. */
  readonly unanswered: number;
  readonly other: number;
  readonly broken: number;
  /** That the driver itself took. */
  readonly cpuSeconds: number;
  /** Answers with 200 and with 503, and requests that left late although a connection was free. */
  readonly answered: Latencies;
  readonly refused: Latencies;
  readonly late: Latencies;
}

/** Times in milliseconds. */
export type RateResult = RateLine;

const inMs = ({ count, p50, p90, p99, p999, max }: Latencies): Latencies => ({
  count,
  p50: p50 / 1000,
  p90: p90 / 1000,
  p99: p99 / 1000,
  p999: p999 / 1000,
  max: max / 1000,
});

function compileRate(folder: string): { program?: string; missing?: string } {
  const source = join(root, 'bench/serve/native/rate.cc');
  const program = join(folder, 'rate');
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return { program };
  const compiler = process.env.CXX ?? 'c++';
  const made = spawnSync(compiler, ['-O2', '-std=c++20', source, '-o', `${program}.part`], {
    encoding: 'utf8',
  });
  if (made.error) return { missing: `${compiler} could not be started: ${made.error.message}` };
  if (made.status !== 0) return { missing: `${compiler} failed: ${made.stderr.slice(0, 500)}` };
  renameSync(`${program}.part`, program);
  return { program };
}
