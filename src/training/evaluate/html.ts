// An evaluation as a page: tables with intervals, plots, slices, and what was judged. One file, no network, no script.

import { type Cell, facts, figures, page, plots, section, type TableRow, table } from '../report/page.ts';
import {
  type Curve,
  curvePlot,
  type Group,
  groupPlot,
  intervalPlot,
  type Measured,
  scatterPlot,
} from '../report/plots.ts';
import type { Evaluation, Slice } from './report.ts';

type Task = 'fbt' | 'leaveOneOut';

/** The same colour everywhere, whatever methods there are. */
const colourOf: Readonly<Record<string, number>> = {
  popularity: 0,
  conditional: 6,
  salton: 9,
  decayed: 3,
  word2vec: 1,
  word2vecInIn: 8,
  fm: 2,
  ease: 5,
  blend: 7,
  served: 4,
  servedPlain: 10,
};
const named = (name: string) => ({ name, colour: colourOf[name] ?? 0 });

const count = (value: number): string => value.toLocaleString('en');
const range = (interval: readonly number[] | undefined): string =>
  interval?.map((end) => end.toFixed(3)).join(' to ') ?? '';

const words: Readonly<Record<string, string>> = {
  hitRate: 'hit rate',
  precision: 'precision',
  recall: 'recall',
  ndcg: 'NDCG',
  mrr: 'MRR',
  coverage: 'coverage',
  popularityLift: 'popularity lift',
  novelty: 'novelty, bits',
};
/** `ndcgAt10` → `NDCG@10`. */
const wordsOf = (figure: string): string => {
  const [name = '', k] = figure.split('At');
  return `${words[name] ?? name}${k === undefined ? '' : `@${k}`}`;
};

/** The whole page. */
export function evaluationHtml(evaluation: Evaluation): string {
  const { data, parameters, comparisons, methods } = evaluation;
  const k = parameters.k as number;
  const { of, over, ...best } = comparisons.bestCooccurrence;
  const own = methods[of];
  const about = `${count(Number(data.judgedBaskets))}${data.sampled ? ` of ${count(Number(data.usableBaskets))}` : ''} baskets that came later than all training, ${count(Number(data.queries))} products asked, ${count(Number(data.catalogue))} ranked.`;
  return page(`Evaluation of ${data.folder}`, about, [
    figures([
      [(own?.fbt[`ndcgAt${k}`] ?? 0).toFixed(3), `NDCG@${k} of ${of}, bought together`],
      [
        `× ${best.ndcgRatio.toFixed(3)}`,
        `of ${over}, the best co-occurrence (95 %: ${range(best.interval)})`,
      ],
      [(own?.leaveOneOut[`hitRateAt${k}`] ?? 0).toFixed(3), `hit rate@${k} of ${of}, leave one out`],
      [
        `× ${best.leaveOneOutRatio.toFixed(3)}`,
        `of ${over} there (95 %: ${range(best.leaveOneOutInterval)})`,
      ],
      [
        (own?.fbt.coverage ?? 0).toFixed(3),
        `of the ranked products shown, × ${best.coverageRatio.toFixed(3)} of ${over}`,
      ],
    ]),
    section(
      'Bought together',
      'One product is asked alone; the rest of its basket is what should come. Below each figure its 95 % interval over baskets; the best of a column in bold, where more is better.',
      figureTable(
        evaluation,
        'fbt',
        ['hitRate', 'precision', 'recall', 'ndcg'].map((name) => `${name}At${k}`),
      ),
    ),
    section(
      'Leave one out',
      'The basket without one product is asked; that product is what should come. Recall is the hit rate here.',
      figureTable(
        evaluation,
        'leaveOneOut',
        ['hitRate', 'precision', 'ndcg'].map((name) => `${name}At${k}`),
      ),
    ),
    section('Pictures', '', plots(pictures(evaluation, k))),
    ...slicesOf(evaluation, k),
    section('What was judged', '', facts(judgedFacts(evaluation))),
  ]);
}

/** In these more is not better. */
const neutral = new Set(['popularityLift', 'novelty']);

function figureTable(
  { methods, intervals, comparisons }: Evaluation,
  task: Task,
  byLength: string[],
): string {
  const names = [...byLength, 'mrr', 'coverage', 'popularityLift', 'novelty'];
  const best = names.map((name) => Math.max(...Object.values(methods).map((of) => of[task][name] ?? 0)));
  const rows = Object.entries(methods).map(([method, tasks]): TableRow => {
    const cells = names.map((name, i) => {
      const value = tasks[task][name] ?? 0;
      const interval = intervals[method]?.[task][name];
      return {
        text: value.toFixed(name === 'novelty' ? 2 : 3),
        isBest: !neutral.has(name) && value === best[i],
        ...(interval && { small: range(interval) }),
      };
    });
    return { name: method, cells, isOwn: method === comparisons.bestCooccurrence.of };
  });
  return table(['method', ...names.map(wordsOf)], rows);
}

function pictures({ methods, intervals, comparisons }: Evaluation, k: number): string[] {
  const own = comparisons.bestCooccurrence.of;
  const all = Object.keys(methods);
  const figureOf = (method: string, task: Task, figure: string): number =>
    methods[method]?.[task][figure] ?? 0;
  const measured = (task: Task, figure: string): Measured[] =>
    all.map((method) => {
      const interval = intervals[method]?.[task][figure];
      const value = figureOf(method, task, figure);
      return { ...named(method), value, isOwn: method === own, ...(interval && { interval }) };
    });
  const lengths = Object.keys(methods[own]?.fbt ?? {})
    .flatMap((figure) => (/^ndcgAt\d+$/.test(figure) ? [Number(figure.slice('ndcgAt'.length))] : []))
    .sort((a, b) => a - b);
  const curves = (task: Task, figure: string): Curve[] =>
    all.map((method) => ({
      ...named(method),
      isDashed: method === 'servedPlain',
      points: lengths.map((length) => [length, figureOf(method, task, `${figure}At${length}`)] as const),
    }));
  return [
    intervalPlot(`NDCG@${k}, bought together`, 'with 95 % intervals', measured('fbt', `ndcgAt${k}`)),
    intervalPlot(
      `Hit rate@${k}, leave one out`,
      'with 95 % intervals',
      measured('leaveOneOut', `hitRateAt${k}`),
    ),
    scatterPlot('Accuracy against coverage', `bought together, lists of ${k}`, {
      xName: 'coverage: share of the ranked products in any list',
      yName: `NDCG@${k}`,
      points: all.map((method) => ({
        ...named(method),
        x: figureOf(method, 'fbt', 'coverage'),
        y: figureOf(method, 'fbt', `ndcgAt${k}`),
      })),
    }),
    scatterPlot('Accuracy against novelty', `leave one out, lists of ${k}`, {
      xName: 'novelty: mean self-information of what is recommended, bits',
      yName: `hit rate@${k}`,
      points: all.map((method) => ({
        ...named(method),
        x: figureOf(method, 'leaveOneOut', 'novelty'),
        y: figureOf(method, 'leaveOneOut', `hitRateAt${k}`),
      })),
    }),
    ...(lengths.length > 1
      ? [
          curvePlot('NDCG by length, bought together', '', 'length of the list', curves('fbt', 'ndcg')),
          curvePlot(
            'Hit rate by length, leave one out',
            '',
            'length of the list',
            curves('leaveOneOut', 'hitRate'),
          ),
        ]
      : []),
  ];
}

/** What is told apart in the plots of slices: the model, what it is made of, and what it has to beat. */
function compared({ methods, comparisons }: Evaluation): string[] {
  const { of, over } = comparisons.bestCooccurrence;
  const wanted = [over, 'word2vec', 'fm', 'ease', of, 'served', 'servedPlain'];
  return Object.keys(methods).filter((name) => wanted.includes(name));
}

const sliceWords = {
  popularity: [
    'By how often products were ordered',
    'The head are the most ordered products that together hold half of the training orders, the mid the next up to 80 %, the tail the rest; cold ones have none, and are asked about in baskets of their own.',
  ],
  category: ['By category', 'The top of the category path, those with the most products asked.'],
} as const;

function slicesOf(evaluation: Evaluation, k: number): string[] {
  return (['popularity', 'category'] as const).flatMap((by) => {
    const slices = evaluation.slices.filter((slice) => slice.by === by);
    if (slices.length === 0) return [];
    const [title, about] = sliceWords[by];
    const asked = `The slice is that of the product asked (bought together), or of the product held out (leave one out).`;
    const drawn = plots([
      slicePlot(evaluation, slices, 'fbt', `ndcgAt${k}`, 'bought together, by the product asked'),
      slicePlot(evaluation, slices, 'leaveOneOut', `hitRateAt${k}`, 'leave one out, by the product held out'),
    ]);
    const sheets = (
      [
        ['fbt', `ndcgAt${k}`],
        ['leaveOneOut', `hitRateAt${k}`],
      ] as const
    ).map(([task, figure]) => sliceTable(evaluation, slices, task, figure));
    return [section(title, `${about} ${asked}`, [drawn, ...sheets].join('\n'))];
  });
}

function slicePlot(
  evaluation: Evaluation,
  slices: readonly Slice[],
  task: Task,
  figure: string,
  about: string,
): string {
  const groups = slices.map((slice): Group => {
    const of = slice[task];
    const dots = compared(evaluation).flatMap((method): Measured[] => {
      const value = of.methods[method]?.[figure];
      const interval = of.intervals[method]?.[figure];
      return value === undefined ? [] : [{ ...named(method), value, ...(interval && { interval }) }];
    });
    return { name: slice.name, about: `${count(of.lists)} lists`, dots };
  });
  return groupPlot(wordsOf(figure), about, groups);
}

/** A row a slice: there may be more of them than methods. */
function sliceTable(
  { methods, comparisons }: Evaluation,
  slices: readonly Slice[],
  task: Task,
  figure: string,
): string {
  const all = Object.keys(methods);
  const rows = slices.map((slice): TableRow => {
    const { lists, methods: of, intervals } = slice[task];
    const values = all.map((method) => of[method]?.[figure]);
    const known = values.filter((value) => value !== undefined);
    const best = Math.max(...known);
    const cells = all.map((method, i): Cell => {
      const value = values[i];
      const interval = intervals[method]?.[figure];
      if (value === undefined) return { text: '–' };
      return {
        text: value.toFixed(3),
        // Where nothing tells them apart, none is the best.
        isBest: value === best && Math.min(...known) < best,
        isOwn: method === comparisons.bestCooccurrence.of,
        ...(interval && { small: range(interval) }),
      };
    });
    const small = `${count(slice.products)} products, ${count(lists)} lists`;
    return { name: slice.name, small, cells };
  });
  const title = task === 'fbt' ? `${wordsOf(figure)}, asked` : `${wordsOf(figure)}, held out`;
  return table([title, ...all], rows);
}

function judgedFacts({ data, parameters, hashes, seconds }: Evaluation): (readonly [string, string])[] {
  const spaced = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const value = (of: string | number | boolean): string => (typeof of === 'number' ? count(of) : String(of));
  return [
    ...Object.entries(data).map(([name, of]) => [spaced(name), value(of)] as const),
    ...Object.entries(parameters).map(([name, of]) => [spaced(name), value(of)] as const),
    ...Object.entries(hashes).map(([name, of]) => [`sha256 of ${name}`, of] as const),
    ['seconds', seconds.toFixed(1)],
  ];
}
