// The methods of a data folder, each made when its turn comes, so that only one at a time takes its memory.

import type { FittedBlend } from '../../artifact/blend.ts';
import {
  type CountingOptions,
  cooccurrences,
  type Measure,
  measures,
  type ScoredLists,
} from '../../tables/cooccurrence.ts';
import { type DatasetManifest, type ProductTable, readBaskets } from '../../tables/dataset.ts';
import { blendMethod } from '../blend/method.ts';
import { countedBasket as blendCountedBasket, blendListLength } from '../blend/world.ts';
import type { FmMachine } from '../fm/machine.ts';
import { easeMethod } from './ease.ts';
import {
  cooccurrenceMethod,
  fmMethod,
  inInMethod,
  type Method,
  type MethodName,
  popularityMethod,
  word2vecMethod,
} from './methods.ts';
import type { Model } from './model.ts';

/** What every method is made from. */
export interface World {
  readonly dir: string;
  readonly dataset: DatasetManifest;
  readonly products: ProductTable;
  /** Rows that are ranked, the most ordered first. */
  readonly candidates: Uint32Array;
  readonly model: Model;
  readonly machine: FmMachine | undefined;
  readonly blend: FittedBlend | undefined;
  readonly gamma: number;
  /** Entries of one product's list that a cart sums over. */
  readonly depth: number;
  /** Length of the longest list that is judged. */
  readonly longest: number;
  readonly counting: CountingOptions;
  readonly ease: { readonly lambda: number; readonly products: number };
}

/** Told what is being done inside of making a method; may throw to stop. */
export type MakingProgress = (share: number) => void;

export interface MethodMaker {
  readonly name: MethodName;
  make(world: World, tell: MakingProgress): Promise<Method> | Method;
  /** For products without training orders: a method that ranks them too. The same method if absent. */
  makeCold?(world: World): Promise<Method> | Method;
}

/** Counts pairs when the first measure is asked for, and keeps the lists until the last is. */
function countedMakers(): MethodMaker[] {
  let counted: Promise<Record<Measure, ScoredLists>> | undefined;
  return measures.map((name, i) => ({
    name,
    async make({ dir, counting }) {
      counted ??= cooccurrences(dir, measures, counting);
      const method = cooccurrenceMethod(name, (await counted)[name]);
      if (i === measures.length - 1) counted = undefined;
      return method;
    },
  }));
}

const easeMaker: MethodMaker = {
  name: 'ease',
  async make({ dir, candidates, products, ease, depth }, tell) {
    const train = await readBaskets(dir, { split: 'train' });
    return easeMethod(train, candidates, products.products, {
      lambda: ease.lambda,
      depth,
      async tell(done, total) {
        tell(done / total);
        await new Promise(setImmediate);
      },
    });
  },
};

const blendMaker = (blend: FittedBlend): MethodMaker => ({
  name: 'blend',
  async make({ dir, counting, model, products, candidates }) {
    const options = { ...counting, maxBasket: blendCountedBasket, topN: blendListLength };
    const { decayed: lists } = await cooccurrences(dir, ['decayed'], options);
    return blendMethod(blend, { model, products, candidates, lists });
  },
});

/** In the order of the table. EASE only where the catalogue is small enough. */
export function folderMakers(world: World): MethodMaker[] {
  const { machine, blend } = world;
  const every = (rows: ProductTable): Uint32Array =>
    Uint32Array.from({ length: rows.products }, (_, row) => row);
  return [
    {
      name: 'popularity',
      make: ({ products, candidates, depth }) => popularityMethod(products, candidates, depth),
    },
    ...countedMakers(),
    {
      name: 'word2vec',
      make: ({ model, products, candidates, gamma, depth }) =>
        word2vecMethod(model, products, candidates, { gamma, depth }),
    },
    { name: 'word2vecInIn', make: ({ model, candidates, depth }) => inInMethod(model, candidates, depth) },
    ...(machine === undefined
      ? []
      : [
          {
            name: 'fm' as const,
            make: ({ products, candidates, depth }: World) => fmMethod(machine, products, candidates, depth),
            makeCold: ({ products, depth }: World) => fmMethod(machine, products, every(products), depth),
          },
        ]),
    ...(world.candidates.length <= world.ease.products ? [easeMaker] : []),
    ...(blend === undefined ? [] : [blendMaker(blend)]),
  ];
}
