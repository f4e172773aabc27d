// What diff counts, against what is known of the two artifacts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareSides, type Diff, openSides } from '../../src/releases/diff.ts';
import { overlapOf, rankBiasedOverlap } from '../../src/releases/diff-lists.ts';
import { makeWorld, policyOf, put, writeArtifact } from './world.ts';

const world = makeWorld();
const { store, path } = world;
afterAll(world.remove);

async function diff(a: string, b: string, options = { products: 500, examples: 3 }): Promise<Diff> {
  const [before, after] = await openSides(store, [a, b]);
  return compareSides(before, after, options);
}

beforeAll(async () => {
  await writeArtifact(path('a.sepet'), { products: 200, hitRate: 0.3 });
  await writeArtifact(path('b.sepet'), { seed: 2, products: 190, hitRate: 0.33, name: 'spring' });
  await put(store, 'test', { artifact: path('a.sepet') });
  await put(store, 'test', { artifact: path('b.sepet') });
  await put(store, 'test', { policies: [policyOf('acme')] });
});

describe('diff', () => {
  it('of a release with itself finds nothing', async () => {
    const { products, lists, policies, figures } = await diff('test@1', path('a.sepet'));
    expect(products).toMatchObject({ both: 200, added: 0, removed: 0 });
    expect(Object.values(products.changed)).toEqual([0, 0, 0, 0, 0]);
    expect(lists).toMatchObject({ compared: 200, same: 200, reordered: 0, changed: 0, overlapAt10: 1 });
    expect(lists.rankBiasedOverlap).toBeCloseTo(1, 3);
    expect(lists.examples).toEqual([]);
    expect(policies).toEqual({ added: [], removed: [], changed: [] });
    expect(figures.every(({ before, after }) => before === after)).toBe(true);
  });

  it('counts products, figures and lists', async () => {
    const { before, after, products, figures, lists } = await diff('test@1', 'test@2');
    expect([before.title, after.title, before.revision, after.revision]).toEqual(['shop', 'spring', 1, 2]);
    expect(products).toMatchObject({ both: 190, added: 0, removed: 10 });
    expect(products.removedExamples).toHaveLength(3);
    expect(products.removedExamples[0]).toContain('P190');
    expect(figures).toContainEqual({ name: 'hit rate@10', before: 0.3, after: 0.33 });
    expect(lists.compared).toBe(190);
    expect(lists.same + lists.reordered + lists.changed).toBe(190);
    expect(lists.examples).toHaveLength(3);
    for (const { before: was, after: is, overlapAt10 } of lists.examples) {
      const shared = is.filter(({ id }) => was.some((other) => other.id === id));
      expect(is.filter(({ inBoth }) => inBoth)).toEqual(shared);
      expect(shared.length / Math.max(was.length, is.length)).toBe(overlapAt10);
      expect(overlapAt10).toBeLessThanOrEqual(lists.overlapAt10);
    }
  });

  it('the other way round finds as many', async () => {
    const one = await diff('test@1', 'test@2');
    const two = await diff('test@2', 'test@1');
    expect(two.products).toMatchObject({ added: one.products.removed, removed: one.products.added });
    expect(two.products.changed).toEqual(one.products.changed);
    expect(two.lists.same).toBe(one.lists.same);
  });

  it('sees what policies alone change', async () => {
    const { products, policies, lists } = await diff('test@2', 'test');
    expect(products).toMatchObject({ added: 0, removed: 0 });
    expect(policies).toEqual({ added: ['acme@1'], removed: ['default@1'], changed: [] });
    expect(lists.changed).toBeGreaterThan(0);
    await put(store, 'test', { policies: [policyOf('acme', 'Bolt')] });
    expect((await diff('test@3', 'test@4')).policies).toEqual({
      added: [],
      removed: [],
      changed: ['acme@1'],
    });
  });

  it('looks at a bare file through the policies of the other side', async () => {
    const { before, after, policies } = await diff('test@3', path('a.sepet'));
    expect(before.policies).toEqual(['acme@1']);
    expect(after.policies).toEqual(['acme@1']);
    expect(policies).toEqual({ added: [], removed: [], changed: [] });
  });

  it('needs no store for two files, and says what it lacks otherwise', async () => {
    const sides = await openSides(undefined, [path('a.sepet'), path('b.sepet')]);
    expect(compareSides(...sides, { products: 5, examples: 0 }).lists.compared).toBe(5);
    await expect(openSides(undefined, [path('a.sepet'), 'test'])).rejects.toThrow('--store');
    await put(store, 'words', { policies: [policyOf('acme')] });
    await expect(diff('test', 'words')).rejects.toThrow('words has policies alone');
  });
});

describe('agreement of lists', () => {
  it('is the share in common', () => {
    expect(overlapOf([], [])).toBe(1);
    expect(overlapOf(['a'], [])).toBe(0);
    expect(overlapOf(['a', 'b', 'c', 'd'], ['d', 'x'])).toBe(0.25);
  });

  it('weighs the first places most', () => {
    const list = [...'abcdefghij'];
    expect(rankBiasedOverlap(list, list)).toBeCloseTo(1, 12);
    expect(rankBiasedOverlap(list, [...'klmnopqrst'])).toBe(0);
    const changed = (i: number): string[] => list.with(i, 'x');
    expect(rankBiasedOverlap(list, changed(0))).toBeLessThan(rankBiasedOverlap(list, changed(9)));
    // By hand, p = 0.5 and two places swapped: X = 0, 2, so 1 · 0.5² + 0.5 / 0.5 · (0 · 0.5 + 1 · 0.5²).
    expect(rankBiasedOverlap(['a', 'b'], ['b', 'a'], 0.5)).toBeCloseTo(0.5, 12);
  });
});
