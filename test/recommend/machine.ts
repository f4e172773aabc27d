// A factorization machine for made-up shops: a spec with columns of users, of the context, of the product asked with and of items,
// fitted to the shop's products; its parameters are drawn.

import { Random } from '../../src/base/random.ts';
import type { Value } from '../../src/features/encode.ts';
import { factReader, isOfQuery, queryReader } from '../../src/features/facts.ts';
import { fitFeatures } from '../../src/features/fit.ts';
import { checkSpec } from '../../src/features/spec.ts';
import { fmWidth } from '../../src/native/index.ts';
import type { ProductTable } from '../../src/tables/dataset.ts';
import type { FmMachine } from '../../src/training/fm/machine.ts';
import { factsOf } from '../../src/training/fm/pairs.ts';

const spec = checkSpec(
  {
    version: 1,
    user: [
      { column: 'country', kind: 'dictionary' },
      { column: 'query.gender', kind: 'dictionary' },
      { column: 'age', kind: 'number' },
    ],
    context: [
      { column: 'query.id', kind: 'dictionary' },
      { column: 'time.weekday', kind: 'hash', buckets: 16 },
      { column: 'query.categories', kind: 'multi', separator: '|' },
      { column: 'time.hour', kind: 'dictionary' },
    ],
    item: [
      { column: 'id', kind: 'dictionary' },
      { column: 'categories', kind: 'multi', separator: '|' },
      { column: 'brand', kind: 'dictionary' },
      { column: 'price', kind: 'number' },
    ],
  },
  'spec',
);

const asked: Record<string, Value[]> = {
  country: ['north', 'south', 'south'],
  age: [20, 30, 40],
  'time.weekday': ['1', '2'],
  'time.hour': ['9', '21'],
};

/** Drawn anew from the seed. */
export function makeMachine(
  products: ProductTable,
  { seed, factorsEach = 5 }: { readonly seed: number; readonly factorsEach?: number },
): FmMachine {
  const facts = factsOf(products);
  const { fitted } = fitFeatures(spec, function* (column, group) {
    if (group !== 'item' && !isOfQuery(column)) yield* asked[column] ?? [];
    else
      for (let row = 0; row < products.products; row++)
        yield group === 'item' ? factReader(facts(row))(column) : queryReader(facts(row))(column);
  });
  const random = new Random(seed);
  const width = fmWidth(factorsEach);
  const drawn = (count: number, isUsed: (i: number) => boolean = () => true): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => (isUsed(i) ? 0.3 * random.normal() : 0));
  const model = {
    ...{ factorsEach, bias: -1.25, linear: drawn(fitted.features) },
    factors: drawn(fitted.features * width, (i) => i % width < factorsEach),
  };
  return { model, fitted, parameters: { factorsEach, loss: 'logistic' } };
}
