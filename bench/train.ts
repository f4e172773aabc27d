// npm run bench:train -- [--json] [--dims 64] [--seconds 10] [--runs 5] [--seed 1]
//
// Training speed on one thread. First checks that every kernel computes what the scalar one computes and that the loss
// falls, then times the kernels in turns, so that a noisy minute hits all of them alike. One run is a whole number of
// epochs from fresh vectors; the first epoch of each kernel is warm-up and not counted.

import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { type KernelName, nativeInfo } from '../src/native/index.ts';
import { type TrainingData, tokensPerEpoch } from '../src/training/train/data.ts';
import { initialState, runLoop } from '../src/training/train/loop.ts';
import { settleParameters, type TrainParameters } from '../src/training/train/parameters.ts';
import { benchFlags } from './flags.ts';
import { benchData } from './train-data.ts';
import { fastText, type Peer } from './train-peers.ts';

interface Timing {
  readonly kernel: KernelName;
  readonly threads: number;
  /** Median of the runs. */
  readonly tokensPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly runs: number;
}

const { json, numbers } = benchFlags(
  'npm run bench:train -- [--json] [--dims 64] [--seconds 10] [--runs 5] [--seed 1]',
  { dims: 64, seconds: 10, runs: 5, seed: 1 },
);
const { dims, seconds, runs, seed } = numbers;

const say = (line: string): void => {
  (json ? process.stderr : process.stdout).write(`${line}\n`);
};

function parametersFor(data: TrainingData, epochs: number): TrainParameters {
  const tokens = tokensPerEpoch(data, 20);
  return settleParameters({ dims, epochs, seed }, { maxBasket: 20, tokensPerEpoch: tokens });
}

function epochsOf(data: TrainingData, epochs: number, kernel: KernelName, threads = 1) {
  const parameters = parametersFor(data, epochs);
  return runLoop(data, parameters, initialState(data, parameters), { threads, kernel });
}

/** Trains a part of the baskets with each kernel and compares the vectors. Throws where they differ. */
function checkResults(data: TrainingData, kernels: readonly KernelName[]): number {
  const baskets = Math.min(2000, data.baskets);
  const part = { ...data, baskets, offsets: data.offsets.subarray(0, baskets + 1) };
  const slice = {
    ...part,
    items: data.items.subarray(0, part.offsets[baskets]),
    timeSeconds: data.timeSeconds.subarray(0, baskets),
  };
  const [plain, ...others] = kernels.map((kernel) => epochsOf(slice, 3, kernel));
  if (plain === undefined) throw new Error('No kernel runs here.');
  let furthest = 0;
  for (const other of others)
    for (const [a, b] of [[plain.in, other.in] as const, [plain.out, other.out] as const])
      for (let i = 0; i < a.length; i++)
        furthest = Math.max(furthest, Math.abs((a[i] as number) - (b[i] as number)));
  if (!(furthest < 2e-3)) throw new Error(`The kernels differ by ${furthest}: nothing was timed.`);
  const { losses } = plain.position;
  if (!((losses.at(-1) as number) < (losses[0] as number)))
    throw new Error('The loss does not fall: nothing was timed.');
  return furthest;
}

const median = (sorted: readonly number[]): number => {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
};

/** Times every case `runs` times, in turns; each run takes about its share of `seconds`. */
function time(data: TrainingData, cases: readonly { kernel: KernelName; threads: number }[]): Timing[] {
  const share = seconds / (runs * cases.length);
  const plans = cases.map((one) => {
    const warmUp = epochsOf(data, 1, one.kernel, one.threads).position;
    return { ...one, epochs: Math.max(1, Math.round(share / warmUp.seconds)), speeds: [] as number[] };
  });
  for (let run = 0; run < runs; run++)
    for (const plan of plans) {
      const { position } = epochsOf(data, plan.epochs, plan.kernel, plan.threads);
      plan.speeds.push(position.tokens / position.seconds);
    }
  return plans.map(({ kernel, threads, speeds }) => {
    const sorted = speeds.toSorted((a, b) => a - b);
    const [slowest, fastest] = [sorted[0] as number, sorted.at(-1) as number];
    return { kernel, threads, tokensPerSecond: median(sorted), slowest, fastest, runs };
  });
}

const git =
  spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).stdout?.trim() || 'unknown';
const { kernel: chosen, kernels } = nativeInfo();
const { name, data } = await benchData(seed);
const parameters = parametersFor(data, 1);
const setting = {
  data: name,
  baskets: data.baskets,
  products: data.products,
  tokensPerEpoch: tokensPerEpoch(data, parameters.maxBasket),
  dims,
  negatives: parameters.negatives,
  seed,
  machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
  node: process.version,
  revision: git,
};
say(
  `${setting.data}: ${setting.baskets} baskets, ${setting.products} products, ${setting.tokensPerEpoch} items an epoch`,
);
say(
  `${dims} dims, ${setting.negatives} shared negatives, seed ${seed} · ${setting.machine}, Node ${setting.node}, revision ${git}`,
);
const furthest = checkResults(data, kernels);
say(`Checked: kernels ${kernels.join(', ')} agree within ${furthest.toExponential(1)}, and the loss falls`);

const timings = time(data, [
  ...kernels.map((kernel) => ({ kernel, threads: 1 })),
  { kernel: chosen, threads: 2 },
]);
const million = (value: number): string => (value / 1e6).toFixed(2);
for (const t of timings)
  say(
    `${t.kernel.padEnd(7)} ${t.threads === 1 ? '1 thread ' : `${t.threads} threads`}  ${million(t.tokensPerSecond)} M tokens/s  (median of ${t.runs}, ${million(t.slowest)} to ${million(t.fastest)})`,
  );
const peers: Peer[] = [fastText(data, { dims, maxBasket: parameters.maxBasket, negatives: 5 })];
for (const peer of peers)
  say(
    'missing' in peer
      ? `${peer.name}: missing, ${peer.missing}`
      : `${peer.name}  ${million(peer.tokensPerSecond)} M tokens/s`,
  );

if (json) {
  const single = timings.find((t) => t.kernel === chosen && t.threads === 1);
  const both = timings.find((t) => t.threads === 2);
  const result = {
    tokensPerSecond: single?.tokensPerSecond,
    kernel: chosen,
    twoThreadsTokensPerSecond: both?.tokensPerSecond,
    kernels: timings,
    peers,
    ...setting,
    furthestDifference: furthest,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
