// `sepet evaluate`: judges a trained model against the baselines on baskets it has not seen.

import type { Command } from 'commander';
import { limits } from '../base/limits.ts';
import type { Evaluation, TaskFigures } from '../training/evaluate/report.ts';
import { bounded, helpFor } from './common.ts';
import { startProgress } from './progress.ts';
import { count, textTable } from './text.ts';

interface Flags {
  model?: string;
  k?: number;
  gamma?: number;
  maxBaskets?: number;
  seed?: number;
  json?: true;
}

const examples = `
Examples:
  sepet evaluate data/or
  sepet evaluate data/or --gamma 0 --k 20
  sepet evaluate data/demo --max-baskets 20000         more baskets than by default
  sepet evaluate data/or --json | jq .methods.word2vec.fbt

The figures also go to DIR/metrics.json, from where sepet build takes them. docs/evaluation.md says what each means.
`;

export function register(program: Command): void {
  program
    .command('evaluate')
    .description('Judge a model against popularity and co-occurrence on the test baskets')
    .argument('<dir>', 'Data folder with a trained model')
    .option('--model <file>', 'Model to judge (default DIR/model.sepet)')
    .option('--k <n>', helpFor('evaluateK'), bounded('evaluateK'))
    .option('--gamma <x>', helpFor('gamma'), bounded('gamma', false))
    .option('--max-baskets <n>', helpFor('evaluateBaskets'), bounded('evaluateBaskets'))
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .option('--json', 'Print the figures as one JSON object')
    .addHelpText('after', examples)
    .action(run);
}

async function run(dir: string, { json, ...flags }: Flags): Promise<void> {
  const { evaluate } = await import('../training/evaluate/evaluate.ts');
  const { writeMetrics } = await import('../training/evaluate/write.ts');
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const progress = startProgress('Evaluating', 'baskets');
  const evaluation = await evaluate(dir, {
    k: limits.evaluateK.default,
    gamma: limits.gamma.default,
    maxBaskets: limits.evaluateBaskets.default,
    seed: limits.seed.default,
    ...flags,
    signal: stop.signal,
    onProgress: ({ step, done, total }) => progress.update(done, total, step),
  }).finally(() => progress.stop());
  const file = await writeMetrics(dir, evaluation);
  process.stdout.write(
    json ? `${JSON.stringify(evaluation)}\n` : `${pageOf(evaluation)}\nWritten to ${file}\n`,
  );
}

function pageOf({ methods, intervals, comparisons, data, parameters, seconds }: Evaluation): string {
  const k = parameters.k as number;
  const table = (task: 'fbt' | 'leaveOneOut', names: readonly string[]): string =>
    figureTable(
      Object.entries(methods).map(([method, tasks]) => [method, tasks[task]]),
      names.map((name) => (name.endsWith('At') ? `${name}${k}` : name)),
    );
  const { bestCooccurrence, word2vecInIn } = comparisons;
  const versus = ({ over, ndcgRatio, interval }: typeof word2vecInIn): string =>
    `${ndcgRatio.toFixed(3)} of ${over} (95 %: ${interval.map((end) => end.toFixed(3)).join(' to ')})`;
  const [low, high] = intervals.word2vec?.fbt[`ndcgAt${k}`] ?? [0, 0];
  const judged = data.sampled
    ? `${count(Number(data.judgedBaskets))} of ${count(Number(data.usableBaskets))} test baskets, drawn at random (--max-baskets)`
    : `${count(Number(data.judgedBaskets))} test baskets`;
  return [
    `Bought together: one product asked, the rest of its basket expected`,
    table('fbt', ['hitRateAt', 'precisionAt', 'recallAt', 'ndcgAt', 'mrr', 'coverage', 'popularityLift']),
    '',
    `Leave one out: the basket without one product asked, that product expected`,
    table('leaveOneOut', ['hitRateAt', 'ndcgAt', 'mrr', 'coverage', 'popularityLift']),
    '',
    `word2vec's NDCG@${k} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}) is`,
    `  ${versus(bestCooccurrence)}, the best co-occurrence here`,
    `  ${versus(word2vecInIn)}`,
    `${judged}, ${count(Number(data.queries))} products asked, ${count(Number(data.catalogue))} ranked; ` +
      `${(100 * Number(data.unseenShare)).toFixed(1)} % of the test products were new and left out (${seconds.toFixed(1)} s)`,
  ].join('\n');
}

const heads: Record<string, string> = { coverage: 'coverage', popularityLift: 'pop. lift', mrr: 'MRR' };
const headOf = (name: string): string => {
  const [metric = '', k] = name.split('At');
  const known: Record<string, string> = {
    hitRate: 'hit rate',
    precision: 'precision',
    recall: 'recall',
    ndcg: 'NDCG',
  };
  return heads[name] ?? `${known[metric] ?? metric}@${k}`;
};

/** One row a method; the best of each column carries a star, except the popularity lift, where more is not better. */
function figureTable(methods: readonly [string, TaskFigures][], names: readonly string[]): string {
  const best = names.map((name) => Math.max(...methods.map(([, figures]) => figures[name] ?? 0)));
  const rows = methods.map(([method, figures]) => [
    method,
    ...names.map((name, i) => {
      const value = figures[name] ?? 0;
      return `${value.toFixed(3)}${name !== 'popularityLift' && value === best[i] ? '*' : ' '}`;
    }),
  ]);
  return textTable(
    [{ head: 'method' }, ...names.map((name) => ({ head: `${headOf(name)} `, right: true }))],
    rows,
  );
}
