import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, firstDrop } from '../../src/policy/compile.ts';
import type { RuleDocument } from '../../src/policy/document.ts';
import { policyHash } from '../../src/policy/hash.ts';
import { override } from '../../src/policy/override.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { rule } from './arbitraries.ts';
import { catalog, nowMs, products, seed, world } from './world.ts';

const base = checkPolicy({
  name: 'pdp',
  revision: 7,
  candidates: { count: 100, max: 800 },
  filters: [
    { name: 'stock', keep: { inStock: true } },
    { name: 'adult', drop: { category: 'Toys' }, mandatory: true },
  ],
  blocks: ['P1'],
  rank: [{ name: 'margin', field: 'margin', weight: 1 }],
  sort: 'price',
});
const names = (filters: readonly RuleDocument[]): string[] => filters.map(({ name }) => name);
const refused = (said: string) =>
  expect.objectContaining({ code: 'policy_invalid', message: expect.stringContaining(said) });

describe('overrides of a request', () => {
  it('replace what they name and leave the rest, the label included', () => {
    const changed = override(base, {
      limit: 3,
      candidates: { max: 400 },
      sort: 'newest',
      rank: [],
      diversity: { mmr: 0.5 },
      pins: ['P2'],
      blocks: ['P1', 'P3'],
      fallback: [],
    });
    expect(changed).toMatchObject({
      name: 'pdp',
      revision: 7,
      limit: 3,
      sort: 'newest',
      rank: [],
      fallback: [],
    });
    expect(changed.candidates).toEqual({ ...base.candidates, max: 400 });
    expect(changed.blocks).toEqual(['P1', 'P3']);
    expect(changed.filters).toEqual(base.filters);
    expect(policyHash(changed)).not.toBe(policyHash(base));
    expect(policyHash(override(base, {}))).toBe(policyHash(base));
  });

  it('switch filters off, replace them, and add to them', () => {
    expect(names(override(base, { filters: { stock: false } }).filters)).toEqual(['adult']);
    const keep = { brand: 'Acme' };
    const changed = override(base, { filters: { stock: { keep }, acme: { keep, unknown: 'drop' } } });
    expect(changed.filters).toMatchObject([
      { name: 'stock', keep },
      { name: 'adult' },
      { name: 'acme', keep },
    ]);
  });

  it('narrow a mandatory filter beside it, and cannot switch it off', () => {
    const changed = override(base, { filters: { adult: { drop: { category: 'Tech' } } } });
    expect(names(changed.filters)).toEqual(['stock', 'adult', 'adult-request']);
    expect(() => override(base, { filters: { adult: false } })).toThrow(
      refused(
        'overrides: filters.adult is mandatory: a request may narrow it further, but not switch it off.',
      ),
    );
  });

  it.each([
    [{ limt: 3 }, 'overrides: limt is no key here. Did you mean "limit"?'],
    [{ name: 'other' }, 'overrides: name is no key here.'],
    [{ limit: 0 }, 'overrides: limit'],
    [{ filters: { none: false } }, 'switches off "none", which the policy does not have.'],
    [{ filters: { stok: false } }, 'which the policy does not have. Did you mean "stock"?'],
    [{ filters: { stock: { keep: {} } } }, 'overrides: filters.stock'],
    [{ candidates: { count: 900 } }, 'pdp@7 with overrides: candidates has a count above its max.'],
    [{ pins: ['P1'] }, 'must not both be pinned and blocked'],
    ['no', 'The policy'],
  ])('that are wrong are refused: %j', (overrides, said) => {
    expect(() => override(base, overrides)).toThrow(refused(said));
  });

  it(`never let a product pass that a mandatory filter or a block drops (seed ${seed})`, () => {
    const change = fc.oneof(
      rule(world, 'x').map(({ name: _, ...body }) => body),
      fc.constant(false as const),
    );
    const anyRow = fc.integer({ min: 0, max: products.length - 1 });
    fc.assert(
      fc.property(
        rule(world, 'must'),
        rule(world, 'may'),
        fc.record({ must: rule(world, 'x').map(({ name: _, ...body }) => body), may: change }),
        anyRow,
        (must, may, filters, query) => {
          const policy = checkPolicy({
            name: 'p',
            filters: [{ ...must, mandatory: true }, may],
            blocks: ['P4'],
          });
          const strict = compilePolicy(
            checkPolicy({ name: 'p', filters: [must], blocks: ['P4'] }),
            catalog,
          ).bind(query, [], nowMs);
          const changed = compilePolicy(override(policy, { filters }), catalog).bind(query, [], nowMs);
          for (let row = 0; row < products.length; row++)
            if (firstDrop(strict, row) >= 0) expect(firstDrop(changed, row)).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
