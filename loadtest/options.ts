// What a load test is told on the command line.

import { type Command, InvalidArgumentError, Option } from 'commander';

export interface LoadOptions {
  readonly artifact: string;
  readonly policy?: string;
  /** A second artifact, for scenarios that swap. */
  readonly other?: string;
  /** An existing server instead of one of our own. */
  readonly url?: string;
  readonly workers?: number;
  /** Further flags of `sepet serve`. */
  readonly flags: readonly string[];
  readonly driver: 'autocannon' | 'wrk';
  readonly threads: number;
  readonly connections?: number;
  readonly seconds?: number;
  readonly warmupSeconds?: number;
  readonly timeoutSeconds: number;
  /** Requests a second over all connections; as fast as answers come where undefined. */
  readonly rate?: number;
  readonly seed: number;
  readonly skew?: number;
  /** Products whose answers are compared with `sepet query`. */
  readonly check: number;
  readonly json: boolean;
  readonly html?: string;
  readonly quiet: boolean;
}

export interface SearchOptions extends LoadOptions {
  readonly p99Ms: number;
  readonly from?: number;
  readonly to: number;
  readonly precision: number;
  readonly tries: number;
}

type Parse = (text: string) => number;

/** A number of the command line between bounds. */
export const number =
  (min: number, max: number, whole: boolean): Parse =>
  (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`);
  };

/** The options of what measures. */
export function addLoadOptions(command: Command): Command {
  return command
    .option('--artifact <file>', 'what to serve and to check against (default data/demo/artifact.sepet)')
    .option('--policy <file>', 'the policy to serve with')
    .option('--other <file>', 'a second artifact, for scenarios that swap')
    .addOption(
      new Option('--url <url>', 'a running server instead').conflicts(['policy', 'workers', 'other']),
    )
    .option('--workers <n>', 'worker threads of the server', number(0, 64, true))
    .addOption(
      new Option('--driver <name>', 'autocannon, or wrk (a closed loop in C) to saturate')
        .choices(['autocannon', 'wrk'])
        .default('autocannon'),
    )
    .option('--threads <n>', 'driver threads', number(1, 64, true), 1)
    .option('--connections <n>', 'connections over all threads', number(1, 20_000, true))
    .option('--duration <seconds>', 'seconds measured', number(0.2, 86_400, false))
    .option('--warmup <seconds>', 'seconds before that which are not', number(0, 3600, false))
    .option('--timeout <seconds>', 'waiting at the end for answers that are due', number(0, 600, false), 10)
    .option('--seed <n>', 'draws the requests', number(0, 2 ** 32 - 1, true), 1)
    .option('--skew <s>', 'Zipf exponent of the products; 0 is even', number(0, 4, false))
    .option('--check <n>', 'products checked against `sepet query`; 0 skips', number(0, 1000, true), 50)
    .option('--json', 'one JSON object on stdout', false)
    .option('--html <file>', 'write the report as a page, too')
    .option('--quiet', 'no progress on stderr', false);
}

/** What commander gives, under the names that the program uses. */
export function loadOptions<T extends LoadOptions>(
  given: Record<string, unknown>,
  flags: readonly string[],
): T {
  const { duration, warmup, timeout, artifact, check, ...rest } = given;
  return {
    ...rest,
    flags,
    artifact: artifact ?? 'data/demo/artifact.sepet',
    // A server elsewhere may serve anything: its answers are checked only against a named artifact.
    check: rest.url !== undefined && artifact === undefined ? 0 : check,
    timeoutSeconds: timeout,
    ...(duration !== undefined && { seconds: duration }),
    ...(warmup !== undefined && { warmupSeconds: warmup }),
  } as unknown as T;
}
