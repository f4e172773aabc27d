import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { genders } from '../../src/base/products.ts';
import { fieldNames, parseRequest, requestParameters } from '../../src/recommend/request.ts';
import { bodySchema, combineSchema, parseBody, parseCombine } from '../../src/recommend/request-body.ts';

const whole = {
  product: 'P1',
  limit: 5,
  efSearch: 64,
  gamma: 0.25,
  explain: true,
  fallback: false,
  fields: ['price', 'title'],
  filters: {
    category: ['A, B/C'],
    brand: ['Acme'],
    gender: ['kids'],
    priceMin: 100,
    priceMax: 100,
    inStock: false,
    newerThanDays: 30,
  },
  exclude: ['P2'],
  bought: ['P3'],
  include: ['P4'],
  policy: 'pdp',
  placement: 'cart',
  seed: 7,
  overrides: { limit: 3 },
  user: { country: 'France', age: 30, member: true, tags: ['a', 2] },
  context: { 'time.hour': 13 },
  tower: [0.5, -1],
};

describe('a body', () => {
  it('holds what its fields say and nothing else', () => {
    expect(parseBody({ product: 'P1' })).toEqual({ product: 'P1' });
    const { exclude, bought, filters, ...rest } = whole;
    expect(parseBody(whole)).toEqual({
      ...rest,
      fields: ['title', 'price'],
      filters: { ...filters, exclude, bought },
    });
    expect(parseBody({ product: 'P1', fields: ['all'] }).fields).toEqual(fieldNames);
    expect(parseBody({ product: 'P1', fields: ['id'] }).fields).toEqual([]);
  });

  it('asks for a basket, of which each product counts once', () => {
    expect(parseBody({ products: ['P1'] })).toEqual({ product: 'P1' });
    expect(parseBody({ products: ['P1', 'P2', 'P1', 'P2'], limit: 3 })).toEqual({
      product: 'P1',
      basket: ['P2'],
      limit: 3,
    });
  });

  it.each<[unknown, string, string]>([
    [null, 'option_invalid', 'The body must be an object.'],
    [[], 'option_invalid', 'The body must be an object.'],
    [{}, 'option_invalid', 'The body must name a product, or products.'],
    [
      { product: 'P1', products: ['P2'] },
      'option_invalid',
      'The body must name product or products, not both.',
    ],
    [{ product: 7 }, 'option_invalid', 'product must be a string.'],
    [{ product: '' }, 'option_invalid', 'product must not be empty.'],
    [{ products: [] }, 'option_invalid', 'products must not be empty.'],
    [{ products: ['P1', ''] }, 'option_invalid', 'products.1 must not be empty.'],
    [
      { products: Array.from({ length: 51 }, (_, i) => `P${i}`) },
      'option_invalid',
      'products takes at most 50 products.',
    ],
    [{ product: 'P1', limti: 5 }, 'option_unknown', 'There is no field "limti". Did you mean "limit"?'],
    [
      { product: 'P1', filters: { brnad: ['A'] } },
      'option_unknown',
      'There is no field "filters.brnad". Did you mean "brand"?',
    ],
    [JSON.parse('{"product":"P1","__proto__":1}'), 'option_unknown', 'There is no field "__proto__".'],
    [{ product: 'P1', exact: true }, 'option_unknown', 'There is no field "exact".'],
    [{ product: 'P1', nowMs: 0 }, 'option_unknown', 'There is no field "nowMs".'],
    [
      { product: 'P1', limit: 0 },
      'option_invalid',
      'limit must be a whole number from 1 to 100 (products), not 0.',
    ],
    [
      { product: 'P1', limit: '5' },
      'option_invalid',
      'limit must be a whole number from 1 to 100 (products), not "5".',
    ],
    [{ product: 'P1', limit: null }, 'option_invalid', 'limit must be a whole number'],
    [{ product: 'P1', limit: 2.5 }, 'option_invalid', 'not 2.5.'],
    [{ product: 'P1', gamma: 5 }, 'option_invalid', 'gamma must be a number from 0 to 4'],
    [{ product: 'P1', explain: 1 }, 'option_invalid', 'explain must be true or false.'],
    [
      { product: 'P1', fields: ['titel'] },
      'option_invalid',
      'fields.0 must be one of id, title, price, category, brand, gender, inStock, image, all, not "titel". Did you mean "title"?',
    ],
    [{ product: 'P1', filters: 'x' }, 'option_invalid', 'filters must be an object.'],
    [
      { product: 'P1', filters: { gender: ['men'] } },
      'option_invalid',
      'filters.gender.0 must be one of female, male, unisex, kids, not "men".',
    ],
    [
      { product: 'P1', filters: { priceMin: 2, priceMax: 1 } },
      'option_invalid',
      'priceMin must not be above priceMax.',
    ],
    [
      { product: 'P1', exclude: Array.from({ length: 1001 }, String) },
      'option_invalid',
      'exclude takes at most 1000 product ids.',
    ],
    [{ product: 'P1', overrides: 3 }, 'option_invalid', 'overrides must be an object.'],
    [
      { product: 'P1', user: { age: null } },
      'option_invalid',
      'user.age must be a text of at most 1024 characters, a number, true or false, or a list',
    ],
    [{ product: 'P1', user: ['age'] }, 'option_invalid', 'user must be an object.'],
    [{ product: 'P1', context: { at: [[1]] } }, 'option_invalid', 'context.at must be a text'],
    [{ product: 'P1', context: { at: 'x'.repeat(1025) } }, 'option_invalid', 'context.at must be a text'],
    [
      { product: 'P1', context: { at: Array(1001).fill(1) } },
      'option_invalid',
      'or a list of at most 1000 texts and numbers.',
    ],
    [
      { product: 'P1', user: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`c${i}`, 1])) },
      'option_invalid',
      'user takes at most 200 columns.',
    ],
    [{ product: 'P1', usre: {} }, 'option_unknown', 'Did you mean "user"?'],
    [{ product: 'P1', towered: {} }, 'option_unknown', 'There is no field "towered".'],
    [{ product: 'P1', tower: [] }, 'option_invalid', 'tower must be a list of at most 4096 numbers.'],
    [{ product: 'P1', tower: [1, '2'] }, 'option_invalid', 'must be a list of at most 4096 numbers.'],
  ])('%j is %s', (value, code, message) => {
    expect(() => parseBody(value)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('within a larger one is named by its place', () => {
    const parse = (value: unknown) => () => parseBody(value, 'requests.3');
    expect(parse({ product: 'P1', limit: 0 })).toThrow('requests.3.limit must be');
    expect(parse({ product: 'P1', limti: 0 })).toThrow('There is no field "requests.3.limti".');
    expect(parse(5)).toThrow('requests.3 must be an object.');
    expect(parse({})).toThrow('requests.3 must name a product');
    expect(parse({ product: 'P1', user: 1 })).toThrow('requests.3.user must be an object.');
  });

  it('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          parseBody(value);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^option_(unknown|invalid)$/) });
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('says what the same parameters say', () => {
    const some = <T>(of: fc.Arbitrary<T>) => fc.uniqueArray(of, { minLength: 1, maxLength: 3 });
    const word = fc.string({ minLength: 1, maxLength: 6 });
    const filters = fc.record(
      {
        category: some(word),
        brand: some(word),
        gender: some(fc.constantFrom(...genders)),
        priceMin: fc.nat(100),
        priceMax: fc.integer({ min: 100, max: 200 }),
        inStock: fc.boolean(),
        newerThanDays: fc.integer({ min: 1, max: 99 }),
      },
      { requiredKeys: [] },
    );
    const rest = fc.record(
      {
        limit: fc.integer({ min: 1, max: 100 }),
        efSearch: fc.integer({ min: 10, max: 4096 }),
        gamma: fc.constantFrom(0, 0.5, 4),
        explain: fc.boolean(),
        fallback: fc.boolean(),
        fields: some(fc.constantFrom(...fieldNames)),
        include: some(word),
        exclude: some(word),
        bought: some(word),
        policy: word,
        placement: word,
        seed: fc.nat(),
        overrides: fc.constant({ limit: 3 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(filters, rest, (narrow, own) => {
        const pairs = Object.entries({ ...own, ...narrow }).flatMap(([name, value]): [string, string][] =>
          Array.isArray(value)
            ? value.map((one) => [name, one])
            : [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]],
        );
        const known = new Map(requestParameters.map((parameter) => [parameter.name as string, parameter]));
        const expected = parseRequest('P1', pairs);
        const ordered = narrow.gender && genders.filter((gender) => narrow.gender?.includes(gender));
        expect(
          parseBody({ product: 'P1', ...own, filters: { ...narrow, ...(ordered && { gender: ordered }) } }),
        ).toEqual(expected);
        for (const [name] of pairs) expect(known.has(name)).toBe(true);
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});

describe('a combination', () => {
  it('is made of products and brands', () => {
    expect(
      parseCombine({
        items: [{ product: 'P1' }, { brand: 'Acme', weight: -0.5 }],
        limit: 3,
        filters: { inStock: true },
        exclude: ['P2'],
      }),
    ).toEqual({
      items: [{ product: 'P1' }, { brand: 'Acme', weight: -0.5 }],
      limit: 3,
      filters: { inStock: true, exclude: ['P2'] },
    });
  });

  it.each<[unknown, string, string]>([
    [{}, 'option_invalid', 'items must be a list.'],
    [{ items: [] }, 'option_invalid', 'items must not be empty.'],
    [{ items: [{}] }, 'option_invalid', 'items.0 must name a product or a brand'],
    [{ items: [{ product: 'P1', brand: 'A' }] }, 'option_invalid', 'items.0 must name a product or a brand'],
    [
      { items: [{ product: 'P1', weight: 101 }] },
      'option_invalid',
      'items.0.weight must be a number from -100',
    ],
    [
      { items: [{ prodcut: 'P1' }] },
      'option_unknown',
      'There is no field "items.0.prodcut". Did you mean "product"?',
    ],
    [{ items: Array(21).fill({ product: 'P' }) }, 'option_invalid', 'items takes at most 20'],
    [{ items: [{ product: 'P' }], policy: 'pdp' }, 'option_unknown', 'There is no field "policy".'],
  ])('%j is %s', (value, code, message) => {
    expect(() => parseCombine(value)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

describe('descriptions', () => {
  it('of bodies are JSON Schema with bounds and words about every field', () => {
    for (const schema of [bodySchema, combineSchema]) {
      const made = z.toJSONSchema(schema, { io: 'input' }) as {
        properties: Record<string, { description?: string; minimum?: number; maximum?: number }>;
        additionalProperties: boolean;
      };
      expect(made.additionalProperties).toBe(false);
      expect(made.properties.limit).toMatchObject({ type: 'integer', minimum: 1, maximum: 100 });
      for (const { description } of Object.values(made.properties))
        expect(description).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it('of parameters have a type, and the bounds of numbers', () => {
    const named = Object.fromEntries(requestParameters.map((parameter) => [parameter.name, parameter]));
    expect(named.limit).toMatchObject({ type: 'integer', min: 1, max: 100, repeats: false });
    expect(named.gamma).toMatchObject({ type: 'number', min: 0, max: 4 });
    expect(named.inStock).toMatchObject({ type: 'boolean' });
    expect(named.exclude).toMatchObject({ type: 'string', repeats: true, max: 1000 });
    expect(named.gender?.values).toEqual(genders);
    expect(named.fields?.values).toEqual(['id', ...fieldNames, 'all']);
    expect(named.overrides).toMatchObject({ type: 'object' });
  });
});
