// The factorization machine in an artifact: by product, with what requests say, it is the machine.

import { beforeAll, describe, expect, it } from 'vitest';
import { openFm } from '../../src/artifact/fm.ts';
import { readArtifactManifest } from '../../src/artifact/manifest.ts';
import { openIndex } from '../../src/artifact/vectors.ts';
import { Random } from '../../src/base/random.ts';
import { type Section, type SectionSource, sourceOf } from '../../src/base/sections.ts';
import {
  columnEncodersOf,
  encodersOf,
  type FittedFeatures,
  fittedSchema,
} from '../../src/features/encode.ts';
import { factReader, isOfQuery, queryReader } from '../../src/features/facts.ts';
import { fmScore, fmWidth, Index } from '../../src/native/index.ts';
import { askedOf, fmConstant } from '../../src/recommend/features.ts';
import type { AskedColumns } from '../../src/recommend/request.ts';
import { foldInputs } from '../../src/training/build/fold.ts';
import type { BuildInputs } from '../../src/training/build/inputs.ts';
import type { FmMachine } from '../../src/training/fm/machine.ts';
import { factsOf } from '../../src/training/fm/pairs.ts';
import { RowsBuilder } from '../../src/training/fm/rows.ts';
import { makeMachine } from '../recommend/machine.ts';
import { shopSections } from '../recommend/shop.ts';

const products = 300;
let machine: FmMachine;
let inputs: BuildInputs;
let sections: Section[];
let source: SectionSource;

const fittedOf = (json: unknown) => fittedSchema.safeParse(json).data;
const opened = (from: SectionSource, count: number) => {
  const { fm } = readArtifactManifest(from, 'shop');
  if (fm === undefined) throw new Error('there is no machine');
  const width = fmWidth(fm.factors);
  return { ...openFm(from, { products: count, factors: fm.factors, width, fittedOf }), manifest: fm };
};

beforeAll(async () => {
  sections = await shopSections({
    ...{ seed: 6, products, parts: { cold: true, similarLength: 4 } },
    // A product goes, one comes, one changes: the machine knows what each is made of.
    fold: (before) => {
      machine = makeMachine(before.products, { seed: 6 });
      const changes = [
        { id: 'P3', removed: true },
        { id: 'P8', brand: 'Delta' },
        { id: 'NEW', title: 'New', brand: 'Acme', category: 'Home/Lamps' },
      ];
      const byId = new Map(changes.map((change) => [change.id, change]));
      inputs = foldInputs({ ...before, machine }, byId).inputs;
      return inputs;
    },
  });
  source = sourceOf(sections);
});

type Asked = Partial<Record<'user' | 'context', AskedColumns>>;

/** The machine's score of the whole row: product asked with, what the request says or leaves out, item; every value encoded anew. */
function direct(query: number, item: number, asked: Asked): number {
  const facts = factsOf(inputs.products);
  const rows = new RowsBuilder();
  const emit = (feature: number, x: number): void => rows.addFeature(feature, x);
  for (const group of ['user', 'context'] as const) {
    const given = asked[group] ?? {};
    for (const { columns, encode } of columnEncodersOf(machine.fitted, group)) {
      if (columns.every(isOfQuery)) encode(queryReader(facts(query)), emit);
      else encode((column) => given[column], emit);
    }
  }
  encodersOf(machine.fitted).item(factReader(facts(item)), emit);
  rows.endRow(0);
  const scores = new Float32Array(1);
  fmScore(machine.model, rows.finish(), scores);
  return scores[0] as number;
}

const oldRow = (id: string): number => inputs.products.ids.indexOf(id);

describe('the folded machine', () => {
  it('gives the score of the whole row, for every user and context', () => {
    const fm = opened(source, products);
    const { factors } = fm;
    const random = new Random(8);
    const ids = catalogIds(source);
    const some = <T>(values: readonly T[]): T => values[random.below(values.length)] as T;
    for (let trial = 0; trial < 300; trial++) {
      const asked: Asked = {
        ...(random.chance(0.7) && {
          user: { country: some(['north', 'south', 'nowhere']), ...(random.chance(0.5) && { age: 33 }) },
        }),
        ...(random.chance(0.7) && { context: { 'time.hour': some(['9', '21']), 'time.weekday': '3' } }),
      };
      const [query, item] = trial < products ? [trial, random.below(products)] : [0, trial % products];
      const own = fm.in.subarray(query * factors, (query + 1) * factors);
      const said = askedOf(fm, { product: 'p', ...asked });
      let sum = fmConstant(fm, query, { own, asked: said });
      const out = fm.out.subarray(item * (factors + 1), (item + 1) * (factors + 1));
      for (let d = 0; d < factors; d++)
        sum += ((own[d] as number) + (said?.shift[d] ?? 0)) * (out[d] as number);
      sum += out[factors] as number;
      const [queryId, itemId] = [ids[query] as string, ids[item] as string];
      expect(sum).toBeCloseTo(direct(oldRow(queryId), oldRow(itemId), asked), 4);
    }
  });

  it('has an index over all products, those without a vector too, and says how well that finds', () => {
    const { out, factors, manifest } = opened(source, products);
    const index = new Index({ vectors: out, dims: factors + 1, ...openIndex(source, 'fm.') });
    expect(index.stats()).toMatchObject({ graphRows: products, codeBits: 2 });
    expect(manifest.recall.at.map(({ efSearch }) => efSearch)).toEqual([50, 100, 200]);
    expect(manifest.recall.at[2]?.recall).toBeGreaterThan(0.98);
  });

  it('keeps of the features those that requests give, numbered from 0', () => {
    const { fitted, manifest, linear, askedFactors, w0 } = opened(source, products);
    expect(manifest.columns).toEqual({ user: ['country', 'age'], context: ['time.weekday', 'time.hour'] });
    expect(fitted.item).toEqual([]);
    const places = [...fitted.user, ...fitted.context].map(({ first, size }) => [first, first + size]);
    expect(places.flat()).toEqual([
      0,
      ...places.slice(1).flatMap(([first]) => [first, first]),
      linear.length,
    ]);
    expect(askedFactors.length).toBe(linear.length * 16);
    expect(w0).toBe(machine.model.bias);
    const sectionNames = Object.keys(readArtifactManifest(source, 'shop').digests);
    expect(sectionNames).toEqual(sections.slice(1).map(({ name }) => name));
  });

  it('is refused where sizes disagree, where the columns are no columns, and where a number is none', async () => {
    const changed = (name: string, data: Section['data']): SectionSource =>
      sourceOf(sections.map((section) => (section.name === name ? { name, data } : section)));
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    const { bias, linear } = opened(source, products);
    for (const [name, data] of [
      ['fm.bias', bias.subarray(1)],
      ['fm.asked.linear', linear.subarray(1)],
      ['fm.features', text('{')],
      ['fm.features', text('null')],
      ['fm.features', text('{"fitted":{"features":3},"bias":1}')],
    ] as const)
      expect(() => opened(changed(name, data), products)).toThrow(
        expect.objectContaining({ code: 'file_damaged', message: expect.stringContaining(name) }),
      );
    const spoilt = shopSections({
      ...{ seed: 6, products: 20 },
      fold: (before) => {
        const made = makeMachine(before.products, { seed: 6 });
        const { first } = made.fitted.item[0] as FittedFeatures['item'][number];
        made.model.linear[first] = Number.NaN;
        return { ...before, machine: made };
      },
    });
    await expect(spoilt).rejects.toMatchObject({ code: 'vector_not_finite' });
  });
});

/** Ids in the order of the artifact's rows. */
function catalogIds(from: SectionSource): string[] {
  const offsets = from.u32('id.offsets');
  const text = new TextDecoder();
  return Array.from({ length: products }, (_, row) =>
    text.decode(from.u8('id.bytes').subarray(offsets[row], offsets[row + 1])),
  );
}
