// One method after the other: made, judged, summed up, let go.

import { SepetError } from '../../base/errors.ts';
import type { TestBaskets } from './baskets.ts';
import type { EvaluateOptions } from './evaluate.ts';
import type { MethodMaker, World } from './makers.ts';
import type { MethodName } from './methods.ts';
import type { SliceOutline } from './report.ts';
import { runMethod, type Tallies } from './run.ts';
import type { Slicing } from './slices.ts';
import { type MethodSummary, type SliceResult, sliceResults, summarise } from './summary.ts';

/** What is asked, of whom, and what intervals are drawn from. */
export interface Subject {
  readonly test: TestBaskets;
  readonly resamples: readonly Uint16Array[];
  readonly slicings: readonly Slicing[];
  /** Baskets with products that have no training order; absent where there are none. */
  readonly cold?: TestBaskets;
  readonly coldResamples?: readonly Uint16Array[];
}

interface JudgingOptions extends Pick<EvaluateOptions, 'k' | 'ks' | 'signal' | 'onProgress'> {
  readonly subject: Subject;
}

type ColdResults = (readonly [MethodName, Record<keyof Tallies, SliceResult>])[];

/** Throws `cancelled`, and what making a method throws. */
export async function judgeAll(
  makers: readonly MethodMaker[],
  world: World,
  { k, ks = [], subject, signal, onProgress }: JudgingOptions,
): Promise<{ summaries: readonly MethodSummary[]; slices: readonly SliceOutline[] }> {
  const { test, resamples, slicings } = subject;
  const baskets = test.heldOut.length;
  const catalogue = world.candidates.length;
  const summaries: MethodSummary[] = [];
  const cold: ColdResults = [];
  const tell = (step: string, done: number): void => {
    onProgress?.({ step, done: summaries.length * baskets + done, total: makers.length * baskets });
    if (signal?.aborted) throw new SepetError('cancelled', 'Stopped; nothing was written.');
  };
  for (const maker of makers) {
    const { name } = maker;
    tell(name === 'conditional' ? 'counting pairs' : name, 0);
    const method = await maker.make(world, (share) =>
      tell(`${name}, ${Math.round(100 * share)} % solved`, 0),
    );
    const judged = await runMethod(method, test, {
      ...{ k, ks, slicings, orders: world.products.ordersTrain, candidates: world.candidates },
      ...(signal && { signal }),
      onProgress: (done) => tell(name, done),
    });
    tell('resampling', baskets);
    if (subject.cold !== undefined) {
      const asked = (await maker.makeCold?.(world)) ?? method;
      cold.push([
        name,
        await judgeCold(asked, subject.cold, world, { k, subject, ...(signal && { signal }) }),
      ]);
    }
    summaries.push(summarise(name, judged, { k, catalogue, resamples }));
  }
  return { summaries, slices: outlines(world, subject, summaries, cold) };
}

/** Products without a training order asked alone, and held out of carts of known ones. */
async function judgeCold(
  method: Parameters<typeof runMethod>[0],
  test: TestBaskets,
  { products, candidates }: World,
  { k, subject, signal }: Pick<JudgingOptions, 'k' | 'subject' | 'signal'>,
): Promise<Record<keyof Tallies, SliceResult>> {
  const judged = await runMethod(method, test, {
    ...{ k, orders: products.ordersTrain, candidates },
    slicings: [{ by: 'popularity', names: ['cold'], of: new Uint8Array(products.products) }],
    asks: (row) => products.ordersTrain[row] === 0,
    ...(signal && { signal }),
  });
  const options = { k, catalogue: candidates.length, resamples: subject.coldResamples ?? [] };
  return sliceResults(judged, options)[0]?.[0] as Record<keyof Tallies, SliceResult>;
}

/** The slices that were asked about; the cold products follow the tail. */
function outlines(
  { products, candidates }: World,
  { slicings, cold: coldTest }: Subject,
  summaries: readonly MethodSummary[],
  cold: ColdResults,
): SliceOutline[] {
  const { ordersTrain } = products;
  return slicings.flatMap(({ by, names, of }, i): SliceOutline[] => {
    const all = names.map((name, slice): SliceOutline => {
      // The most ordered first.
      const rows = candidates.filter((row) => of[row] === slice);
      const orders = (row: number | undefined): number => ordersTrain[row ?? -1] ?? 0;
      return {
        ...{ by, name, products: rows.length, orders: [orders(rows.at(-1)), orders(rows[0])] },
        results: summaries.map((summary) => [
          summary.name,
          summary.slices[i]?.[slice] as Record<keyof Tallies, SliceResult>,
        ]),
      };
    });
    const asked = all.filter(({ results }) => {
      const [, tasks] = results[0] ?? [];
      return (tasks?.fbt.lists ?? 0) + (tasks?.leaveOneOut.lists ?? 0) > 0;
    });
    if (by !== 'popularity' || coldTest === undefined) return asked;
    const never = ordersTrain.reduce((sum, orders) => sum + (orders === 0 ? 1 : 0), 0);
    return [...asked, { by, name: 'cold', products: never, orders: [0, 0], results: cold }];
  });
}
