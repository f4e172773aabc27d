import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodersOf, type FittedFeatures, fittedSchema, type Value } from '../../src/features/encode.ts';
import { fitFeatures } from '../../src/features/fit.ts';
import { checkSpec, type FeatureSpec } from '../../src/features/spec.ts';

type Row = Readonly<Record<string, Value>>;

const fitted = (spec: FeatureSpec, rows: readonly Row[]) =>
  fitFeatures(spec, (column) => rows.map((row) => row[column]));

function encoded(fit: FittedFeatures, row: Row): Record<string, [number, number][]> {
  const encoders = encodersOf(fit);
  const of = (group: 'user' | 'context' | 'item') => {
    const pairs: [number, number][] = [];
    encoders[group](
      (column) => row[column],
      (feature, weight) => pairs.push([feature, weight]),
    );
    return pairs;
  };
  return { user: of('user'), context: of('context'), item: of('item') };
}

const spec = checkSpec(
  {
    version: 1,
    user: [
      { column: 'city', kind: 'dictionary', minCount: 2 },
      { column: 'age', kind: 'number' },
    ],
    context: [
      { column: 'hour', kind: 'ordinal', order: ['night', 'day', 'evening'] },
      { column: 'query', kind: 'hash', buckets: 16 },
    ],
    item: [
      { column: 'clicks', of: 'views', kind: 'rate' },
      { column: 'tags', kind: 'multi', separator: '|', weightAfter: ':' },
    ],
  },
  'spec',
);

const rows: Row[] = [
  { city: 'A', age: '20', hour: 'day', query: 'x', clicks: '1', views: '10', tags: 'a:3|b' },
  { city: 'A', age: '40', hour: 'night', query: 'y', clicks: '5', views: '10', tags: 'a' },
  { city: 'B', age: '', hour: 'evening', query: '', clicks: '0', views: '0', tags: '' },
];
const { fitted: fit, columns } = fitted(spec, rows);

describe('encoding', () => {
  // city: 0 A, 1 other, 2 missing; age: 3, 4 missing; hour: 5, 6, 7 missing; query: 8 to 23, 24 missing;
  // clicks: 25, 26 missing; tags: 27 a, 28 b, 29 other, 30 missing.
  it('gives each kind its features', () => {
    expect(fit.features).toBe(31);
    const first = encoded(fit, rows[0] as Row);
    expect(first.user).toEqual([
      [0, 1],
      [3, -1],
    ]);
    expect(first.context?.[0]).toEqual([5, 1]);
    expect(first.item?.slice(1)).toEqual([
      [27, 0.75],
      [28, 0.25],
    ]);
    expect(encoded(fit, rows[1] as Row).context).toHaveLength(1);
    expect(encoded(fit, rows[2] as Row)).toEqual({
      user: [
        [1, 1],
        [4, 1],
      ],
      context: [
        [5, 1],
        [6, 1],
        [24, 1],
      ],
      item: [
        [26, 1],
        [30, 1],
      ],
    });
  });

  it('knows what was not in training as other, and what is no number or level as missing', () => {
    const odd = encoded(fit, { city: 'Z', age: 'old', hour: 'noon', query: 'z', tags: ['c', 'a'] });
    expect(odd.user).toEqual([
      [1, 1],
      [4, 1],
    ]);
    expect(odd.context?.[0]).toEqual([7, 1]);
    expect(odd.item).toEqual([
      [26, 1],
      [29, 0.5],
      [27, 0.5],
    ]);
  });

  it('is the same after the way through JSON, for numbers as for their text', () => {
    const again = fittedSchema.parse(JSON.parse(JSON.stringify(fit)));
    for (const row of rows) expect(encoded(again, row)).toEqual(encoded(fit, row));
    expect(encoded(fit, { age: 20, views: 10, clicks: 1 })).toEqual(
      encoded(again, { age: '20', views: '10', clicks: '1' }),
    );
  });

  it('reports what is missing, left out and collided', () => {
    expect(columns.map(({ column, missing }) => [column, missing])).toEqual([
      ['city', 0],
      ['age', 1 / 3],
      ['hour', 0],
      ['query', 1 / 3],
      ['clicks', 1 / 3],
      ['tags', 1 / 3],
    ]);
    expect(columns[0]).toMatchObject({ distinct: 2, other: 1 / 3 });
    const many = Array.from({ length: 100 }, (_, i) => ({ query: `q${i}` }));
    const hashed = checkSpec({ version: 1, item: [{ column: 'query', kind: 'hash', buckets: 16 }] }, 'spec');
    expect(fitted(hashed, many).columns[0]?.collided).toBeGreaterThan(0.9);
  });

  it('stays inside its features and finite, whatever comes', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.oneof(fc.string(), fc.double())),
      fc.constantFrom('1e999', '-0', ' ', 'a:1e400|b:-3', '__proto__'),
    );
    const names = ['city', 'age', 'hour', 'query', 'clicks', 'views', 'tags'] as const;
    const row = fc.record(Object.fromEntries(names.map((name) => [name, anything])));
    fc.assert(
      fc.property(row, (one) => {
        const seen = Object.values(encoded(fit, one as Row)).flat();
        for (const [feature, weight] of seen) {
          expect(feature).toBeGreaterThanOrEqual(0);
          expect(feature).toBeLessThan(fit.features);
          expect(Number.isFinite(weight)).toBe(true);
        }
        expect(new Set(seen.map(([feature]) => feature)).size).toBe(seen.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a spec', () => {
  const item = [{ column: 'a', kind: 'dictionary' }];
  it.each([
    [{ version: 1, item: [] }, /item: needs at least one column/],
    [{ version: 1, item: [{ column: 'a', kind: 'dictonary' }] }, /item\.0.* one of dictionary, hash/],
    [{ version: 1, item: [{ column: 'a', kind: 'hash', bukets: 20 }] }, /Did you mean "buckets"/],
    [{ version: 1, itm: item }, /Did you mean "item"/],
    [{ version: 1, item: [...item, ...item] }, /has the column "a" twice/],
    [{ version: 2, item }, /version/],
    [{ version: 1, item: [{ column: 'a', kind: 'ordinal', order: ['x', 'x'] }] }, /has a level twice/],
  ])('%j is refused', (value, said) => {
    expect(() => checkSpec(value, 'spec.yaml')).toThrow(said);
  });

  it('is refused where a number column holds none', () => {
    const numbers = checkSpec({ version: 1, item: [{ column: 'a', kind: 'number' }] }, 'spec');
    expect(() => fitted(numbers, [{ a: 'x' }])).toThrow(/"a" holds no number/);
  });
});
