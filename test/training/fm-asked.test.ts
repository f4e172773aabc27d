// Columns of the basket in training, and what a request says of them: the same features, the same sums, the same order.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FmVectors } from '../../src/artifact/fm.ts';
import { Random } from '../../src/base/random.ts';
import { encodersOf, type FittedFeatures } from '../../src/features/encode.ts';
import { factReader, isOfQuery, queryReader } from '../../src/features/facts.ts';
import { checkSpec } from '../../src/features/spec.ts';
import { type FmModel, fmScore } from '../../src/native/index.ts';
import { askedOf, fmConstant, fmShift } from '../../src/recommend/features.ts';
import type { AskedColumns } from '../../src/recommend/request.ts';
import { type ProductTable, readProducts } from '../../src/tables/dataset.ts';
import { foldMachine } from '../../src/training/build/machine.ts';
import { type FmData, type FmParameters, initialFmState, runFmLoop } from '../../src/training/fm/loop.ts';
import { factsOf, readBasketPairs } from '../../src/training/fm/pairs.ts';
import { RowsBuilder } from '../../src/training/fm/rows.ts';
import { askedFolder, askedSpec, things } from './asked-world.ts';
import type { DataFolder } from './train-world.ts';

const parameters: FmParameters = {
  ...{ factorsEach: 16, loss: 'logistic', epochs: 12, patience: 3, learningRate: 0.2, l2: 1e-5 },
  ...{ seed: 1, negatives: 4, alpha: 0.5, deterministic: true },
};
const options = { spec: askedSpec, validationShare: 0.1, negatives: 4, alpha: 0.5, seed: 1 };

let folder: DataFolder;
let products: ProductTable;
let data: FmData;
let fitted: FittedFeatures;
let model: FmModel;
let machine: FmVectors<FittedFeatures>;

beforeAll(async () => {
  folder = await askedFolder(1600, 3);
  products = await readProducts(folder.dir);
  const read = await readBasketPairs(folder.dir, options);
  ({ data, fitted } = read);
  model = runFmLoop(data, parameters, initialFmState(data, parameters), { threads: 1 }).best;
  const from = Uint32Array.from({ length: products.products }, (_, row) => row);
  machine = foldMachine({ model, fitted, parameters: {} }, products, { from });
});

afterAll(() => folder?.remove());

interface AskedFor {
  readonly user?: AskedColumns;
  readonly context?: AskedColumns;
}

/** [in + shift ; 1] with every item's vector. */
function folded(row: number, request: AskedFor): Float32Array {
  const { factors, in: own, out } = machine;
  const shift = fmShift(machine, { product: 'p', ...request });
  return Float32Array.from({ length: products.products }, (_, item) => {
    const at = item * (factors + 1);
    let sum = out[at + factors] as number;
    for (let d = 0; d < factors; d++)
      sum += ((own[row * factors + d] as number) + (shift?.[d] ?? 0)) * (out[at + d] as number);
    return sum;
  });
}

/** The machine's own scores of whole rows, each encoded anew from names and values. */
function direct(row: number, { user = {}, context = {} }: AskedFor): Float32Array {
  const facts = factsOf(products);
  const asked = queryReader(facts(row));
  const builder = new RowsBuilder();
  const emit = (feature: number, x: number): void => builder.addFeature(feature, x);
  const encoders = encodersOf(fitted);
  for (let item = 0; item < products.products; item++) {
    encoders.user((column) => user[column], emit);
    encoders.context((column) => (isOfQuery(column) ? asked(column) : context[column]), emit);
    encoders.item(factReader(facts(item)), emit);
    builder.endRow(0);
  }
  const scores = new Float32Array(products.products);
  fmScore(model, builder.finish(), scores);
  return scores;
}

const rowOf = (id: string): number => products.ids.indexOf(id);
const best = (scores: Float32Array, own: number): string => {
  const order = [...scores.keys()].filter((row) => row !== own);
  return products.ids[order.reduce((a, b) => ((scores[b] as number) > (scores[a] as number) ? b : a))] ?? '';
};

describe('a spec on a data folder', () => {
  it('may have columns of the basket, which have their values from the training baskets', () => {
    const [country] = fitted.user;
    expect(country?.kind === 'dictionary' && country.entries.toSorted()).toEqual(['north', 'south']);
    const hour = fitted.context.find(({ column }) => column === 'time.hour');
    expect(hour?.kind === 'dictionary' && hour.entries.toSorted()).toEqual(['21', '9']);
  });

  it.each([
    ['user', 'contry', /Did you mean "country"/],
    ['context', 'time.our', /Did you mean "time\.hour"/],
    ['item', 'country', /item has the column "country"/],
  ])('is refused where %s has %s', async (group, column, said) => {
    const item = [{ column: 'id', kind: 'dictionary' }];
    const spec = checkSpec({ version: 1, item, [group]: [{ column, kind: 'dictionary' }] }, 'spec');
    await expect(readBasketPairs(folder.dir, { ...options, spec })).rejects.toMatchObject({
      code: 'feature_spec_invalid',
      message: expect.stringMatching(said),
    });
  });

  it('gives rows of the same bytes again', async () => {
    const again = (await readBasketPairs(folder.dir, options)).data;
    for (const part of ['train', 'validation'] as const)
      for (const name of ['offsets', 'features', 'values', 'labels'] as const)
        expect(Buffer.from(again[part][name].buffer).equals(Buffer.from(data[part][name].buffer))).toBe(true);
  });
});

describe('what a request says of its user and context', () => {
  it('finds what such customers take', () => {
    for (let thing = 0; thing < things; thing++) {
      const row = rowOf(`thing${thing}`);
      for (const country of ['north', 'south'])
        expect(best(folded(row, { user: { country } }), row)).toBe(`${country}${thing}`);
      const by = (hour: number | string) => {
        const scores = folded(row, { context: { 'time.hour': hour } });
        return (scores[rowOf('coffee')] as number) - (scores[rowOf('wine')] as number);
      };
      expect(by(9)).toBeGreaterThan(1);
      expect(by('21')).toBeLessThan(-1);
    }
  });

  it('is nothing where it is nothing, or was never met in training', () => {
    const shift = (request: AskedFor) => fmShift(machine, { product: 'p', ...request });
    expect(shift({})).toBeUndefined();
    expect(shift({ user: {}, context: {} })).toBeUndefined();
    // A value that is missing is what stands there without it.
    for (const one of [{ user: { country: '' } }, { context: { 'time.hour': '', 'time.weekday': [] } }])
      expect(shift(one)).toEqual(new Float32Array(16));
    // No basket was without a time, nor at that hour: the average of all takes the place of both.
    expect(shift({ context: { 'time.hour': 3 } })).toEqual(new Float32Array(16));
    // A tenth of the baskets had no country, which was learned and is not that average.
    expect(shift({ user: { country: 'nowhere' } })).not.toEqual(new Float32Array(16));
  });

  it.each<[AskedFor, string, RegExp]>([
    [{ user: { contry: 'north' } }, 'option_unknown', /no user column "contry"\. Did you mean "country"\?/],
    [{ user: { 'time.hour': 9 } }, 'option_unknown', /It is one of context/],
    [{ context: { 'query.id': 'P1' } }, 'option_unknown', /no context column "query\.id"/],
    [{ context: { constructor: 1 } as never }, 'option_unknown', /"constructor"/],
  ])('is refused by name: %j', (request, code, message) => {
    expect(() => askedOf(machine, { product: 'p', ...request })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('is refused without a machine', () => {
    expect(() => fmShift(undefined, { product: 'p', user: {} })).toThrow(
      'user cannot be taken: this artifact holds no factorization machine.',
    );
    expect(fmShift(undefined, { product: 'p' })).toBeUndefined();
  });

  it('orders as the machine itself does, in 1,000 random questions', () => {
    const random = new Random(11);
    const pick = <T>(values: readonly T[]): T => values[random.below(values.length)] as T;
    const maybe = <T extends object>(value: T): T | Record<string, never> =>
      random.chance(0.6) ? value : {};
    const { factors } = machine;
    for (let n = 0; n < 1000; n++) {
      const row = random.below(products.products);
      const user = maybe({ country: pick(['north', 'south', '', 'nowhere']) });
      const context = {
        ...maybe({ 'time.hour': pick([9, 21, '9', 3, '']) }),
        ...maybe({ 'time.weekday': pick(['1', '5', 'x', '']) }),
      };
      const request = { product: 'p', user, context };
      const [mine, whole] = [folded(row, request), direct(row, request)];
      const own = machine.in.subarray(row * factors, (row + 1) * factors);
      const constant = fmConstant(machine, row, { own, asked: askedOf(machine, request) });
      const order = Array.from(mine.keys()).sort((a, b) => (mine[b] as number) - (mine[a] as number));
      order.forEach((item, place) => {
        const before = order[place - 1] ?? item;
        if ((whole[before] as number) < (whole[item] as number) - 1e-5)
          expect.fail(`${JSON.stringify(request)} of row ${row}: ${item} belongs before ${before}`);
        expect(Math.abs((mine[item] as number) + constant - (whole[item] as number))).toBeLessThan(1e-4);
      });
    }
  });
});
