// An evaluation in the terminal.

import type { Comparison, Evaluation, Slice, TaskFigures } from '../training/evaluate/report.ts';
import { count, textTable } from './text.ts';

type Task = 'fbt' | 'leaveOneOut';

/** The two tables of methods, the slices, and what the figures are of. */
export function evaluationPage(evaluation: Evaluation): string {
  const { methods, intervals, comparisons, data, parameters, seconds } = evaluation;
  const k = parameters.k as number;
  const table = (task: Task, names: readonly string[]): string =>
    figureTable(
      Object.entries(methods).map(([method, tasks]) => [method, tasks[task]]),
      names.map((name) => (name.endsWith('At') ? `${name}${k}` : name)),
    );
  const { bestCooccurrence, word2vecInIn } = comparisons;
  const [low, high] = intervals[bestCooccurrence.of]?.fbt[`ndcgAt${k}`] ?? [0, 0];
  const judged = data.sampled
    ? `${count(Number(data.judgedBaskets))} of ${count(Number(data.usableBaskets))} test baskets, drawn at random (--max-baskets)`
    : `${count(Number(data.judgedBaskets))} test baskets`;
  const beside = ['coverage', 'popularityLift', 'novelty'];
  return [
    'Bought together: one product asked, the rest of its basket expected',
    table('fbt', ['hitRateAt', 'precisionAt', 'recallAt', 'ndcgAt', 'mrr', ...beside]),
    '',
    'Leave one out: the basket without one product asked, that product expected (recall is the hit rate)',
    table('leaveOneOut', ['hitRateAt', 'precisionAt', 'ndcgAt', 'mrr', ...beside]),
    '',
    ...sliceLines(evaluation, k),
    `${bestCooccurrence.of}'s NDCG@${k} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}) is`,
    `  ${versus(bestCooccurrence)}, the best co-occurrence here`,
    `  (leave-one-out hit rate ${ratioText(bestCooccurrence.leaveOneOutRatio, bestCooccurrence.leaveOneOutInterval)}, coverage ${bestCooccurrence.coverageRatio.toFixed(3)} of its)`,
    ...(bestCooccurrence.of === 'word2vec'
      ? [`  ${versus(word2vecInIn)}`]
      : [`word2vec's is ${versus(word2vecInIn)}`]),
    ...(methods.ease === undefined && parameters.easeProducts !== 0
      ? [
          `EASE was left out: ${count(Number(data.catalogue))} products are ranked, more than ${count(parameters.easeProducts ?? 0)} (--ease-products)`,
        ]
      : []),
    ...(data.staleBlend === true
      ? ['blend.json is of other data or another model and was left out: run sepet tune blend again']
      : []),
    `${judged}, ${count(Number(data.queries))} products asked, ${count(Number(data.catalogue))} ranked; ` +
      `${(100 * Number(data.unseenShare)).toFixed(1)} % of the test products were new and left out (${seconds.toFixed(1)} s)`,
  ].join('\n');
}

const ratioText = (ratio: number, interval: readonly number[]): string =>
  `${ratio.toFixed(3)} (95 %: ${interval.map((end) => end.toFixed(3)).join(' to ')})`;

const versus = ({ over, ndcgRatio, interval }: Comparison): string =>
  ratioText(ndcgRatio, interval).replace(' ', ` of ${over} `);

/** How the methods fare with products that are ordered often, seldom and not at all. */
function sliceLines({ slices, methods }: Evaluation, k: number): string[] {
  const bands = slices.filter(({ by }) => by === 'popularity');
  if (bands.length === 0) return [];
  const tasks = [
    ['fbt', `ndcgAt${k}`, `NDCG@${k}`],
    ['leaveOneOut', `hitRateAt${k}`, `hit rate@${k}`],
  ] as const;
  const cells = (value: (band: Slice, task: Task, figure: string) => string): string[] =>
    tasks.flatMap(([task, figure]) => bands.map((band) => value(band, task, figure)));
  const rows = Object.keys(methods).map((method) => [
    method,
    ...cells((band, task, figure) => (band[task].methods[method]?.[figure] ?? Number.NaN).toFixed(3)),
  ]);
  const heads = cells(({ name }, task) => (task === 'fbt' ? `asked: ${name}` : `found: ${name}`));
  const lists = ['lists', ...cells((band, task) => count(band[task].lists))];
  const names = bands.map(({ name, products, orders: [least, most] }) =>
    name === 'cold'
      ? `cold ${count(products)} without`
      : `${name} ${count(products)} products of ${count(least)} to ${count(most)} training orders`,
  );
  return [
    `By how often a product was ordered: NDCG@${k} of the product asked alone, hit rate@${k} of the product held out`,
    textTable([{ head: 'method' }, ...heads.map((head) => ({ head, right: true }))], [...rows, lists]),
    `  ${names.join(', ')}`,
    '',
  ];
}

const heads: Record<string, string> = {
  coverage: 'coverage',
  popularityLift: 'pop. lift',
  novelty: 'novelty',
  mrr: 'MRR',
};
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

/** In these more is not better. */
const neutral = new Set(['popularityLift', 'novelty']);

/** One row a method; the best of each column carries a star, except where more is not better. */
function figureTable(methods: readonly [string, TaskFigures][], names: readonly string[]): string {
  const best = names.map((name) => Math.max(...methods.map(([, figures]) => figures[name] ?? 0)));
  const rows = methods.map(([method, figures]) => [
    method,
    ...names.map((name, i) => {
      const value = figures[name] ?? 0;
      const text = value.toFixed(name === 'novelty' ? 2 : 3);
      return `${text}${!neutral.has(name) && value === best[i] ? '*' : ' '}`;
    }),
  ]);
  return textTable(
    [{ head: 'method' }, ...names.map((name) => ({ head: `${headOf(name)} `, right: true }))],
    rows,
  );
}
