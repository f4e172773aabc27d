import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogMistakes, compilePolicy, firstDrop, sieve } from '../../src/policy/compile.ts';
import type { Conditions } from '../../src/policy/document.ts';
import { checkPolicy, parsePolicy } from '../../src/policy/parse.ts';
import { rule } from './arbitraries.ts';
import { dropsPlainly, type PlainProduct } from './reference.ts';
import { catalog, day, nobody, nowMs, plain, products, seed, world } from './world.ts';

const anyQuery = fc.integer({ min: -1, max: products.length - 1 });
const isSet = (mask: Uint32Array, row: number): boolean =>
  (((mask[row >>> 5] as number) >>> (row & 31)) & 1) === 1;

describe('compiled rules', () => {
  it(`drop what the plain reading drops, and name the first rule that does (seed ${seed})`, () => {
    const rules = fc.tuple(rule(world, 'a'), rule(world, 'b'), rule(world, 'c'));
    fc.assert(
      fc.property(rules, anyQuery, (filters, query) => {
        const policy = compilePolicy(checkPolicy({ name: 'p', filters }), catalog);
        const active = policy.bind(query, [], nowMs);
        const asked = plain[query] ?? nobody;
        plain.forEach((candidate, row) => {
          const expected = filters.find((one) => dropsPlainly(one, candidate, asked, day))?.name;
          expect(active[firstDrop(active, row)]?.name).toBe(expected);
        });
      }),
      { numRuns: 400 },
    );
  });

  it(`drop the same of many rows at once, one rule after the other (seed ${seed})`, () => {
    const rules = fc.tuple(rule(world, 'a'), rule(world, 'b'));
    const some = fc.subarray(products.map((_, row) => row));
    fc.assert(
      fc.property(rules, some, anyQuery, (filters, chosen, query) => {
        const policy = compilePolicy(checkPolicy({ name: 'p', filters }), catalog);
        const rows = Uint32Array.from(chosen);
        const places = Uint32Array.from(chosen, (_, at) => at);
        let count = rows.length;
        for (const active of policy.bind(query, [], nowMs)) {
          const before = Array.from(places.subarray(0, count));
          count = sieve(active, rows, places, count);
          const expected = before.filter((place) => !active.drops(chosen[place] as number));
          expect(Array.from(places.subarray(0, count))).toEqual(expected);
          expect(Array.from(rows.subarray(0, count))).toEqual(expected.map((place) => chosen[place]));
        }
      }),
      { numRuns: 400 },
    );
  });

  it(`have postings that hold every row which passes, and no other where they say so (seed ${seed})`, () => {
    fc.assert(
      fc.property(rule(world, 'a'), anyQuery, (one, query) => {
        const policy = compilePolicy(checkPolicy({ name: 'p', filters: [one] }), catalog);
        for (const active of policy.bind(query, [], nowMs)) {
          const lists = active.postings();
          if (lists === undefined) continue;
          const listed = lists.flatMap((list) => [...list]);
          expect(new Set(listed).size).toBe(listed.length);
          // They may stay away, or be others, only where they are too many.
          for (const most of [0, 1, listed.length - 1, listed.length, listed.length + 1]) {
            const few = active.postings(most)?.flatMap((list) => [...list]);
            if (listed.length <= most) expect(few).toEqual(listed);
            else expect(few?.length ?? Number.POSITIVE_INFINITY).toBeGreaterThan(most);
          }
          for (let row = 0; row < products.length; row++) {
            if (!active.drops(row)) expect(listed).toContain(row);
            else if (active.isListedWhole) expect(listed).not.toContain(row);
          }
        }
      }),
      { numRuns: 400 },
    );
    const policy = compilePolicy(checkPolicy({ name: 'p' }), catalog);
    const rows = (keep: Conditions, query = 0) => {
      const lists = policy.bind(query, policy.narrow([{ name: 'n', keep, unknown: 'drop' }]))[0]?.postings();
      return lists?.flatMap((list) => [...list]).sort((a, b) => a - b);
    };
    const where = (is: (product: PlainProduct) => boolean) =>
      plain.flatMap((product, row) => (is(product) ? [row] : []));
    expect(rows({ category: 'Home/**' })).toEqual(where((p) => p.category?.startsWith('Home') === true));
    expect(rows({ brand: ['Acme', 'Bolt'] })).toEqual(where((p) => ['Acme', 'Bolt'].includes(p.brand ?? '')));
    expect(rows({ gender: 'kids' })).toEqual(where((p) => p.gender === 'kids'));
    const grouped = plain.findIndex(({ group }) => group === 'G2');
    expect(rows({ group: 'same' }, grouped)).toEqual(where((p) => p.group === 'G2'));
    expect(rows({ group: 'same' }, -1)).toEqual([]);
    expect(rows({ inStock: true })).toBeUndefined();
  });

  it(`have bits for the rows that pass all fixed rules, whatever the query product (seed ${seed})`, () => {
    const rules = fc.tuple(rule(world, 'a'), rule(world, 'b'), rule(world, 'c'));
    fc.assert(
      fc.property(rules, fc.array(anyQuery, { minLength: 2, maxLength: 2 }), (filters, queries) => {
        const policy = compilePolicy(checkPolicy({ name: 'p', filters }), catalog);
        for (const query of queries) {
          const fixed = policy.bind(query, [], nowMs).filter(({ isFixed }) => isFixed);
          const mask = policy.fixedMask(fixed);
          expect(mask).toHaveLength(Math.ceil(products.length / 32));
          for (let row = 0; row < 64; row++)
            expect(isSet(mask, row)).toBe(row < products.length && firstDrop(fixed, row) < 0);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('remember their bits, by day where the day counts', () => {
    const filters = [{ name: 'new', keep: { newerThanDays: 30 }, unknown: 'drop' }];
    const policy = compilePolicy(checkPolicy({ name: 'p', filters }), catalog);
    const today = policy.fixedMask(policy.bind(0, [], nowMs));
    expect(policy.fixedMask(policy.bind(1, [], nowMs))).toBe(today);
    const yesterday = policy.fixedMask(policy.bind(0, [], nowMs - 86_400_000));
    const turned = plain.findIndex(({ released }) => released === day - 30);
    expect([isSet(today, turned), isSet(yesterday, turned)]).toEqual([false, true]);
  });

  it('of a request come after those of the policy, and blocks before all', () => {
    const policy = compilePolicy(
      checkPolicy({
        name: 'p',
        blocks: ['P3', 'gone'],
        filters: [{ name: 'no-toys', drop: { category: 'Toys' } }],
      }),
      catalog,
    );
    const extra = policy.narrow([{ name: 'request.exclude', drop: { ids: ['P4'] }, unknown: 'keep' }]);
    expect(policy.bind(0, extra).map(({ name }) => name)).toEqual(['blocks', 'no-toys', 'request.exclude']);
    const active = policy.bind(0, extra);
    expect(active[firstDrop(active, 3)]?.name).toBe('blocks');
  });

  it('show the values that they compared', () => {
    const lamps = products.findIndex(({ category }) => category === 'Home/Lamps');
    const rugs = products.findIndex(({ category }) => category === 'Home/Rugs');
    const policy = compilePolicy(
      checkPolicy({ name: 'p', filters: [{ name: 'leaf', keep: { category: 'same-leaf' } }] }),
      catalog,
    );
    const [leaf] = policy.bind(lamps, []);
    expect(leaf?.compared(rugs)).toEqual({ candidate: 'Home/Rugs', against: 'Home/Lamps' });
    const brands = plain.findIndex(({ brand }) => brand === 'Acme');
    const rival = plain.findIndex(({ brand }) => brand === 'Bolt');
    const [pair] = compilePolicy(
      checkPolicy({
        name: 'p',
        filters: [{ name: 'r', drop: { pair: [{ brand: 'Acme' }, { brand: 'Bolt' }] } }],
      }),
      catalog,
    ).bind(brands, []);
    expect(pair?.compared(rival)).toEqual({ candidate: 'Bolt', against: 'brand Acme with brand Bolt' });
  });

  it('hold at bounds that single precision cannot say', () => {
    const margin = Float32Array.from(products, (_, row) => (row === 0 ? 0.1 : 0.7));
    const columns = { ...catalog.columns, numeric: new Map([['margin', margin]]) };
    const [edge] = compilePolicy(
      checkPolicy({
        name: 'p',
        filters: [{ name: 'e', keep: { field: { name: 'margin', min: 0.1, max: 0.1 } } }],
      }),
      { ...catalog, columns },
    ).bind(1, []);
    expect(edge?.drops(0)).toBe(false);
    expect(edge?.compared(1)).toEqual({ candidate: 0.7, against: 'margin at least 0.1, at most 0.1' });
  });
});

describe('names that the catalogue lacks', () => {
  const compile = (text: string) => () => compilePolicy(parsePolicy(text, 'p.yaml'), catalog);

  it.each([
    [
      'name: p\nfilters:\n  - name: a\n    drop: { category: Home/Lamp }',
      'p.yaml, line 4: filters.0.drop.category names the category "Home/Lamp", which the artifact lacks. Did you mean "Home/Lamps"?',
    ],
    ['name: p\nfilters:\n  - name: a\n    drop: { category: same-laef }', 'Did you mean "same-leaf"?'],
    ['name: p\nfilters:\n  - name: a\n    drop: { category: Rug/** }', 'Did you mean "Home/Rugs"?'],
    [
      'name: p\nfilters:\n  - name: a\n    drop: { category: Quincaillerie }',
      'The top categories are Home, Tech, Toys.',
    ],
    [
      'name: p\nfilters:\n  - name: a\n    keep: { brand: [Acme, Blot] }',
      'line 4: filters.0.keep.brand.1 names the brand "Blot", which the artifact lacks. Did you mean "Bolt"?',
    ],
    [
      'name: p\nfilters:\n  - name: a\n    drop: { pair: [ { brand: Acme }, { brand: Blt } ] }',
      'line 4: filters.0.drop.pair.1.brand names the brand "Blt", which the artifact lacks. Did you mean "Bolt"?',
    ],
    [
      'name: p\nfilters:\n  - name: a\n    keep: { field: { name: margn, min: 1 } }',
      'line 4: filters.0.keep.field.name names the numeric field "margn", which the artifact lacks. Did you mean "margin"? Known: flat, margin, rating, price, orders, released.',
    ],
    [
      'name: p\nrank:\n  - { name: m, field: marge, weight: 1 }',
      'line 3: rank.0.field names the numeric field "marge"',
    ],
    [
      'name: p\nrank:\n  - { name: m, when: { brand: Akme }, boost: 2 }',
      'line 3: rank.0.when.brand names the brand "Akme"',
    ],
    [
      'name: p\ncandidates: { source: [embedding, fm] }',
      'line 2: candidates.source.1 asks for "fm", but this artifact holds no factorization machine. Leave it out.',
    ],
    [
      'name: p\nfilters:\n  - name: a\n    when: { category: Teck/** }\n    keep: { inStock: true }',
      'line 4: filters.0.when.category names the category "Teck/**"',
    ],
  ])('are policy_invalid with the line and the nearest: %j', (text, said) => {
    expect(compile(text)).toThrow(
      expect.objectContaining({ code: 'policy_invalid', message: expect.stringContaining(said) }),
    );
  });

  it('are option_invalid in a request', () => {
    const policy = compilePolicy(checkPolicy({ name: 'p' }), catalog);
    const narrow = () =>
      policy.narrow([{ name: 'request.brand', keep: { brand: ['Acne'] }, unknown: 'drop' }]);
    expect(narrow).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: 'The request names the brand "Acne", which the artifact lacks. Did you mean "Acme"?',
      }),
    );
  });

  it('are all found at once for a report', () => {
    const text =
      'name: p\nfilters:\n  - name: a\n    keep: { brand: [Blot, Acme, Acne] }\n    when: { category: Tec }';
    const mistakes = catalogMistakes(parsePolicy(text, 'p.yaml'), catalog);
    expect(mistakes.map(({ line, place }) => [line, place])).toEqual([
      [4, 'filters.0.keep.brand.0'],
      [4, 'filters.0.keep.brand.2'],
      [5, 'filters.0.when.category'],
    ]);
  });
});
