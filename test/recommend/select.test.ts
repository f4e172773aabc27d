import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compilePolicy, firstDrop } from '../../src/policy/compile.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { createSelection } from '../../src/recommend/select.ts';
import { rule } from '../policy/arbitraries.ts';
import { catalog, nowMs, products, seed, world } from '../policy/world.ts';

const anyRow = fc.integer({ min: -1, max: products.length - 1 });
/** Rows that may repeat, and that may not exist. */
const anyRows = fc.array(fc.integer({ min: 0, max: products.length + 1 }), { maxLength: 700 });
const filters = fc
  .integer({ min: 0, max: 5 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => rule(world, `rule-${i}`))));

it(`sifts as it looks at candidates one by one (seed ${seed})`, () => {
  const selection = createSelection(catalog);
  const plainly = createSelection(catalog);
  fc.assert(
    fc.property(filters, anyRow, anyRows, fc.nat(3), (documents, row, chosen, skipped) => {
      const policy = compilePolicy(checkPolicy({ name: 'p', filters: documents }), catalog);
      const rules = policy.bind(row, [], nowMs);
      for (const one of [selection, plainly]) one.begin({ row, rules, explains: false });
      const rows = Uint32Array.from(chosen);
      const scores = Float64Array.from(rows, (_, at) => -at);
      const start = Math.min(skipped, rows.length);
      const passing: number[] = [];
      for (let at = start; at < rows.length; at++) if (plainly.passes(rows, scores, at, 0)) passing.push(at);
      const count = selection.sift(rows, scores, { start, count: rows.length - start }, 0);
      expect([...selection.sifted.subarray(0, count)]).toEqual(passing);
      expect([selection.considered, selection.dropped()]).toEqual([plainly.considered, plainly.dropped()]);
      selection.keepSifted(scores, count, { source: 0, tier: 3 });
      const { pool } = selection;
      expect([...pool.rows.subarray(0, pool.size)]).toEqual(passing.map((at) => rows[at]));
      expect([...pool.totals.subarray(0, pool.size)]).toEqual(passing.map((at) => scores[at]));
    }),
    { numRuns: 300, seed },
  );
});

it(`sifts until enough pass as it looks at candidates one by one (seed ${seed})`, () => {
  const selection = createSelection(catalog);
  const plainly = createSelection(catalog);
  fc.assert(
    fc.property(
      filters,
      anyRow,
      anyRows,
      fc.nat(20),
      fc.boolean(),
      (documents, row, chosen, most, explains) => {
        const policy = compilePolicy(checkPolicy({ name: 'p', filters: documents }), catalog);
        const rules = policy.bind(row, [], nowMs);
        for (const one of [selection, plainly]) one.begin({ row, rules, explains });
        const rows = Uint32Array.from(chosen);
        const scores = new Float64Array(rows.length);
        const passing: number[] = [];
        for (let at = 0; at < rows.length && passing.length < most; at++)
          if (plainly.passes(rows, scores, at, 0)) passing.push(at);
        const count = selection.sift(rows, scores, { start: 0, count: rows.length, most }, 0);
        expect([...selection.sifted.subarray(0, count)]).toEqual(passing);
        expect([selection.considered, selection.dropped()]).toEqual([plainly.considered, plainly.dropped()]);
        const by = plainly.dropped().map(({ rule: name, count: dropped }) => [name, dropped]);
        expect(selection.droppedBy()).toEqual(by.length === 0 ? undefined : Object.fromEntries(by));
      },
    ),
    { numRuns: 500, seed },
  );
});

it('sifts by more rules than the sieve takes at once, but one that is known to be passed', () => {
  const selection = createSelection(catalog);
  const keep = { inStock: true };
  const inStock = checkPolicy({ name: 'p', filters: [{ name: 'stock', keep }] }).filters;
  const policy = compilePolicy(checkPolicy({ name: 'p' }), catalog);
  const extra = policy.narrow(Array.from({ length: 150 }, () => inStock).flat());
  const rows = Uint32Array.from(products, (_, row) => row);
  const siftBy = (rules: typeof extra, passed?: (typeof extra)[number]): number => {
    selection.begin({ row: -1, rules: policy.bind(-1, rules, nowMs), explains: false });
    return selection.sift(rows, new Float64Array(rows.length), { start: 0, count: rows.length, passed }, 0);
  };
  const kept = [...rows].filter((row) => firstDrop(extra.slice(0, 1), row) < 0).length;
  expect([siftBy(extra), siftBy(extra.slice(0, 1), extra[0])]).toEqual([kept, rows.length]);
});
