// `sepet tune blend`: fits how embedding and co-occurrence are put together.

import type { Command } from 'commander';
import { limits } from '../base/limits.ts';
import type { TunedBlend } from '../training/blend/tune.ts';
import { bounded, helpFor } from './common.ts';
import { startProgress } from './progress.ts';
import { count, textTable } from './text.ts';
import { tracked, withTracking } from './tracked.ts';

interface Flags {
  readonly validationShare?: number;
  readonly maxBaskets?: number;
  readonly seed?: number;
  readonly json?: true;
  readonly track?: boolean;
}

const examples = `
Examples:
  sepet tune blend data/or                            then sepet evaluate and sepet build take DIR/blend.json
  sepet tune blend data/or --validation-share 0.2     judge by the last fifth of the training baskets
  sepet tune blend data/or --json | jq .report.blend

A model of the earlier training baskets is trained first, with the parameters of DIR/model.sepet; the test baskets are not looked at.
Ctrl-C keeps what was trained (DIR/validation): the same command goes on from there. docs/training.md says what is fitted.
`;

export function register(tune: Command): void {
  const command = tune
    .command('blend')
    .description('Fit how the scores of embedding and co-occurrence are put together')
    .argument('<dir>', 'Data folder with a trained model')
    .option(
      '--validation-share <x>',
      'Share of the training baskets, the latest ones, that judge (default that of the test part)',
      bounded('testShare', false),
    )
    .option(
      '--max-baskets <n>',
      'Baskets that judge; of more, a seeded random choice (default 5000)',
      bounded('evaluateBaskets'),
    )
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .option('--json', 'Print the blend and its report as one JSON object');
  withTracking(command).addHelpText('after', examples).action(run);
}

async function run(dir: string, flags: Flags): Promise<void> {
  const { tuneBlend } = await import('../training/blend/tune.ts');
  const { validationShare, json } = flags;
  const seed = flags.seed ?? limits.seed.default;
  const maxBaskets = flags.maxBaskets ?? limits.evaluateBaskets.default;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = startProgress('Fitting the blend', 'steps');
  await tracked(dir, flags, async (tracking) => {
    const params = { seed, maxBaskets, ...(validationShare !== undefined && { validationShare }) };
    tracking.begin({ kind: 'tune blend', name: 'tune blend', params });
    const tuned = await tuneBlend(dir, {
      ...{ seed, maxBaskets, signal: stop.signal },
      ...(validationShare !== undefined && { share: validationShare }),
      onProgress: ({ step, done, total }) => progress.update(done, total, step),
    }).finally(() => progress.stop());
    const { baseline, blend, file } = tuned.report;
    tracking.run?.metrics({ ...blend });
    tracking.run?.metrics({
      'baseline.ndcgAt10': baseline.ndcgAt10,
      'baseline.leaveOneOutHitRateAt10': baseline.leaveOneOutHitRateAt10,
      'baseline.coverage': baseline.coverage,
    });
    tracking.run?.artifact({ file, name: 'blend.json' });
    process.stdout.write(json ? `${JSON.stringify(tuned)}\n` : pageOf(dir, tuned));
  });
}

function pageOf(dir: string, { blend, report }: TunedBlend): string {
  const { baseline } = report;
  const figures = ({ ndcgAt10, leaveOneOutHitRateAt10, coverage }: typeof report.blend): string[] =>
    [ndcgAt10, leaveOneOutHitRateAt10, coverage].map((value) => value.toFixed(3));
  const ratio = (name: keyof typeof report.blend): string => (report.blend[name] / baseline[name]).toFixed(3);
  const right = (head: string) => ({ head, right: true });
  const tiers = blend.tiers.map(({ orders, weights, popularity, offset }) => [
    count(orders),
    ...[weights.embedding ?? 0, weights.cooccurrence ?? 0, popularity, offset].map((x) => x.toFixed(2)),
  ]);
  const wanted =
    report.blend.coverage >= report.coverageWanted
      ? ''
      : `No weights reach a coverage of ${report.coverageWanted.toFixed(3)}: these cover most.\n`;
  return [
    `On the ${count(report.judgedBaskets)} validation baskets that judged, ${count(report.asked)} products asked (seed ${report.seed}, ${report.seconds.toFixed(1)} s)`,
    textTable(
      [{ head: '' }, right('NDCG@10'), right('leave one out, hit rate@10'), right('coverage')],
      [
        [`${baseline.name}, the best co-occurrence`, ...figures(baseline)],
        ['blend', ...figures(report.blend)],
        ['ratio', ratio('ndcgAt10'), ratio('leaveOneOutHitRateAt10'), ratio('coverage')],
      ],
    ),
    '',
    textTable(
      [right('asked with orders from'), ...['embedding', 'co-occurrence', 'popularity', 'offset'].map(right)],
      tiers,
    ),
    `gamma ${blend.gamma}, temperature ${blend.temperature}`,
    `${wanted}Written to ${report.file}\nNext: sepet evaluate ${dir}\n`,
  ].join('\n');
}
