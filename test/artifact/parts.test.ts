// What an artifact may have beside its embedding: vectors that were made, lists of similar products, a blend.

import { describe, expect, it } from 'vitest';
import type { FittedBlend } from '../../src/artifact/blend.ts';
import { openSimilar } from '../../src/artifact/lists.ts';
import { readArtifactManifest } from '../../src/artifact/manifest.ts';
import { openVectors } from '../../src/artifact/vectors.ts';
import { Random } from '../../src/base/random.ts';
import { sourceOf } from '../../src/base/sections.ts';
import { buildIndex } from '../../src/training/build/index-sections.ts';
import { blendFor } from '../../src/training/build/inputs.ts';
import { planOf } from '../../src/training/build/plan.ts';
import { hasVector, orderRows } from '../../src/training/build/rows.ts';
import { similarLists } from '../../src/training/build/similar.ts';
import { coldVectors } from '../../src/training/cold/cold.ts';
import { unitRows } from '../../src/training/unit-rows.ts';
import { makeMachine } from '../recommend/machine.ts';
import { makeInputs, type ShopOptions, shopSections } from '../recommend/shop.ts';

const options: ShopOptions = { seed: 9, products: 200, untrained: 0.3 };
const built = async (more: Partial<ShopOptions>) => {
  const sections = await shopSections({ ...options, ...more });
  const source = sourceOf(sections);
  return { sections, source, manifest: readArtifactManifest(source, 'shop') };
};

describe('rows with a vector that was made', () => {
  it('stand behind those with one of their own, with the means that were made, in order', async () => {
    const inputs = makeInputs(options);
    const { dims } = inputs;
    const isTrained = hasVector(inputs);
    const made = coldVectors({ ...inputs, isTrained });
    const { source, manifest } = await built({ parts: { cold: true } });
    const { trained, cold = 0, products } = manifest.counts;
    expect([cold, trained < products, cold > 20]).toEqual([made.rows.length, true, true]);
    const own = trained - cold;
    const { from } = orderRows(inputs, made.rows);
    expect([...from.subarray(own, trained)]).toEqual([...made.rows]);
    expect([...from.subarray(0, own)].every(isTrained)).toBe(true);
    expect([...from.subarray(trained)].some(isTrained)).toBe(false);
    const vectors = openVectors(source, { trained, dims });
    expect(vectors.in.subarray(own * dims)).toEqual(made.in);
    const outs = vectors.out.subarray(own * (dims + 1)).filter((_, i) => i % (dims + 1) < dims);
    expect(outs).toEqual(made.out);
  });

  it('change neither the mean of popularity nor the vectors of others', async () => {
    const [plain, cold] = [await built({}), await built({ parts: { cold: true } })];
    expect(plain.manifest.counts.cold).toBeUndefined();
    expect(cold.manifest.popularity).toEqual(plain.manifest.popularity);
    const own = plain.source.f32('vec.out');
    expect(cold.source.f32('vec.out').subarray(0, own.length)).toEqual(own);
  });
});

/** By comparing all with all, in doubles. */
function similarPlainly(units: Float32Array, dims: number, own: number, row: number): [number, number][] {
  const cosine = (a: number, b: number): number => {
    let sum = 0;
    for (let t = 0; t < dims; t++) sum += (units[a * dims + t] as number) * (units[b * dims + t] as number);
    return sum;
  };
  return Array.from({ length: own }, (_, other): [number, number] => [other, cosine(row, other)])
    .filter(([other]) => other !== row)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

describe('lists of similar products', () => {
  it('are those with the highest cosine, of products with a vector of their own', async () => {
    const { source, manifest } = await built({ parts: { cold: true, similarLength: 7 } });
    const { trained, cold = 0, products } = manifest.counts;
    const lists = openSimilar(source, products);
    if (lists === undefined) throw new Error('there are none');
    expect(manifest.similar).toEqual({ listLength: 7 });
    const units = unitRows(source.f32('vec.in'), manifest.dims);
    for (let row = 0; row < products; row++) {
      const [start, end] = [lists.offsets[row] as number, lists.offsets[row + 1] as number];
      expect(end - start).toBe(row < trained ? 7 : 0);
      if (row >= trained) continue;
      const plain = similarPlainly(units, manifest.dims, trained - cold, row);
      const score = new Map(plain);
      for (let i = start; i < end; i++) {
        expect(lists.scores[i]).toBeCloseTo(plain[i - start]?.[1] as number, 5);
        expect(lists.scores[i]).toBeCloseTo(score.get(lists.rows[i] as number) as number, 5);
      }
    }
  });

  it('of many products come from a graph, and are nearly the same', async () => {
    const random = new Random(2);
    const dims = 4;
    const own = 1500;
    const input = Float32Array.from({ length: own * dims }, () => random.normal());
    let graphs = 0;
    const { offsets, rows } = await similarLists({
      ...{ in: input, dims, own, products: own, length: 5, compared: 1000 },
      graph: { M: 6, efConstruction: 20, threads: 1, seed: 1 },
      buildIndex: async (call) => {
        graphs++;
        return buildIndex(call);
      },
    });
    const units = unitRows(input, dims);
    let found = 0;
    for (let row = 0; row < own; row += 50) {
      const best = similarPlainly(units, dims, own, row)
        .slice(0, 5)
        .map(([other]) => other);
      const list = rows.subarray(offsets[row], offsets[row + 1]);
      found += best.filter((other) => list.includes(other)).length;
    }
    expect([graphs, found / (5 * 30) > 0.9]).toEqual([1, true]);
  });

  it('stop when the build is stopped, and are none where none are asked for', async () => {
    const call = {
      ...{ in: new Float32Array(8), dims: 2, own: 4, products: 4, length: 2 },
      graph: { M: 4, efConstruction: 16, threads: 1, seed: 1 },
      buildIndex: async () => Promise.reject(new Error('not needed')),
    };
    await expect(similarLists({ ...call, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const { source, manifest } = await built({ parts: { similarLength: 0 } });
    expect([openSimilar(source, 200), manifest.similar]).toEqual([undefined, undefined]);
  });
});

describe('the blend', () => {
  const blend: FittedBlend = {
    ...{ version: 1, gamma: 0.5, temperature: 1, calibration: {} },
    tiers: [
      { orders: 0, weights: { embedding: 0.4, fm: 0.2, cooccurrence: 0.4 }, popularity: -0.1, offset: 0 },
      { orders: 9, weights: { embedding: 1, similar: 0 }, popularity: 0, offset: 0.25 },
    ],
  };

  it('is in the manifest where the artifact has every source that it weighs', async () => {
    const withMachine = await built({
      fold: (inputs) => ({ ...inputs, blend, machine: makeMachine(inputs.products, { seed: 1 }) }),
    });
    expect(withMachine.manifest.blend).toEqual(blend);
    const without = await built({ fold: (inputs) => ({ ...inputs, blend }) });
    expect(without.manifest.blend).toBeUndefined();
    expect(blendFor({ blend }, { fm: true, similar: false })).toBe(blend);
  });
});

describe('what a build will need', () => {
  it('is told of every part before', async () => {
    const { sections, manifest } = await built({
      parts: { cold: true, similarLength: 7 },
      fold: (inputs) => ({ ...inputs, machine: makeMachine(inputs.products, { seed: 1 }) }),
    });
    const { products, trained: rows, cold = 0 } = manifest.counts;
    const features = manifest.fm?.features ?? 0;
    const { disk } = planOf(
      'shop',
      { products, rows, dims: manifest.dims },
      { M: 8, efConstruction: 64, threads: 1, codeBits: 'auto' },
      { factors: 5, askedFloats: features * 17, similarLength: 7, cold },
    );
    const bytes = (pattern: RegExp): number =>
      sections.reduce((sum, { name, data }) => sum + (pattern.test(name) ? data.byteLength : 0), 0);
    expect(disk.similar).toBe(bytes(/^similar/));
    const fm = bytes(/^fm\.(?!features)/);
    expect(disk.fm).toBeGreaterThanOrEqual(fm);
    expect(disk.fm).toBeLessThan(1.2 * fm);
    expect(disk.total).toBe(
      disk.vectors + disk.graph + disk.codes + disk.int8 + disk.upper + disk.cells + disk.similar + disk.fm,
    );
  });
});
