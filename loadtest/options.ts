// What a load test is told on the command line.

import { Command, InvalidArgumentError, Option } from 'commander';

export interface LoadOptions {
  readonly artifact: string;
  readonly policy?: string;
  /** An existing server instead of one of our own. */
  readonly url?: string;
  readonly workers?: number;
  readonly connections: number;
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  /** Requests a second over all connections; as fast as answers come where undefined. */
  readonly rate?: number;
  readonly seed: number;
  /** Exponent of the Zipf distribution of products; 0 draws them evenly. */
  readonly skew: number;
  /** Products whose answers are compared with `sepet query`. */
  readonly check: number;
  readonly json: boolean;
}

const examples = `
Examples:
  npm run loadtest                                    32 connections for 10 seconds on the demo shop
  npm run loadtest -- --artifact data/or/artifact.sepet --connections 64
  npm run loadtest -- --rate 2000 --duration 30       a fixed rate instead of as fast as possible
  npm run loadtest -- --url http://10.0.0.5:7700 --check 0
  npm run --silent loadtest -- --json > report.json

The server and the load generator share this machine's cores: autocannon needs about one core for
10,000 requests a second, so a server that is faster than that wants a generator on another machine.
With --rate, autocannon sends each connection's share as a burst at the start of every second.`;

const number =
  (min: number, max: number, whole: boolean) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`);
  };

const count = number(1, 1_000_000, true);

/** Reads the command line; prints help or a complaint and exits where that is what is asked for. */
export function readOptions(argv: readonly string[]): LoadOptions {
  const program = new Command('npm run loadtest --')
    .description('Serves an artifact, checks a sample of its answers and measures it under load.')
    .option(
      '--artifact <file>',
      'the artifact to serve and to check against (default data/demo/artifact.sepet)',
    )
    .option('--policy <file>', 'the policy to serve with')
    .addOption(new Option('--url <url>', 'a running server instead').conflicts(['policy', 'workers']))
    .option('--workers <n>', 'worker threads of the server', number(0, 64, true))
    .option('--connections <n>', 'connections that each wait for their answer', number(1, 4096, true), 32)
    .option('--duration <seconds>', 'seconds measured', count, 10)
    .option('--warmup <seconds>', 'seconds before that which are not', count, 2)
    .option('--rate <n>', 'requests a second over all connections', count)
    .option('--seed <n>', 'draws the products', number(0, 2 ** 32 - 1, true), 1)
    .option('--skew <s>', 'Zipf exponent of the products; 0 is even', number(0, 4, false), 1)
    .option('--check <n>', 'products checked against `sepet query`; 0 skips', number(0, 1000, true), 50)
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', examples)
    .parse(['node', 'loadtest', ...argv]);
  const { duration, warmup, artifact, check, ...rest } = program.opts();
  return {
    ...rest,
    artifact: artifact ?? 'data/demo/artifact.sepet',
    // A server elsewhere may serve anything: its answers are checked only against a named artifact.
    check: rest.url !== undefined && artifact === undefined ? 0 : check,
    durationSeconds: duration,
    warmupSeconds: warmup,
  } as LoadOptions;
}
