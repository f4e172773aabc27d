import { Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { encodeAnswer } from '../../src/recommend/encode.ts';
import type { RecommendAnswer } from '../../src/recommend/recommender.ts';
import { parseRequest, requestParameters } from '../../src/recommend/request.ts';

describe('a request', () => {
  it('holds what its parameters say and nothing else', () => {
    expect(parseRequest('P1', [])).toEqual({ product: 'P1' });
    expect(
      parseRequest('P1', [
        ['limit', '5'],
        ['efSearch', '64'],
        ['gamma', '0.25'],
        ['explain', ''],
        ['fallback', 'true'],
        ['fields', 'price,title'],
        ['fields', 'price'],
        ['category', 'A, B/C'],
        ['category', 'D'],
        ['brand', 'Acme'],
        ['gender', 'kids,female'],
        ['priceMin', '100'],
        ['priceMax', '100'],
        ['inStock', '0'],
        ['exclude', 'P2'],
      ]),
    ).toEqual({
      product: 'P1',
      limit: 5,
      efSearch: 64,
      gamma: 0.25,
      explain: true,
      fallback: true,
      fields: ['title', 'price'],
      filters: {
        category: ['A, B/C', 'D'],
        brand: ['Acme'],
        gender: ['female', 'kids'],
        priceMin: 100,
        priceMax: 100,
        inStock: false,
        exclude: ['P2'],
      },
    });
    expect(parseRequest('P1', [['fields', 'all']]).fields).toHaveLength(7);
    expect(parseRequest('P1', [['fields', 'id']]).fields).toEqual([]);
  });

  it.each([
    ['limti', '5', 'option_unknown', 'There is no parameter "limti". Did you mean "limit"?'],
    ['__proto__', '5', 'option_unknown', 'There is no parameter "__proto__".'],
    ['limit', '0', 'option_invalid', 'limit must be a whole number from 1 to 100 (products), not 0.'],
    ['limit', '', 'option_invalid', 'limit must be a whole number from 1 to 100 (products), not "".'],
    ['limit', '2.5', 'option_invalid', 'not 2.5'],
    ['gamma', 'much', 'option_invalid', 'gamma must be a number from 0 to 4 (per ln(orders)), not "much".'],
    ['priceMin', '-1', 'option_invalid', 'priceMin must be a whole number from 0'],
    ['explain', 'yes', 'option_invalid', 'explain must be 1, true, 0 or false.'],
    ['fields', 'titel', 'option_invalid', 'not "titel". Did you mean "title"?'],
    ['gender', 'men', 'option_invalid', 'gender must be one of female, male, unisex, kids, not "men".'],
    ['brand', '', 'option_invalid', 'brand must not be empty.'],
  ])('with %s=%s is %s', (name, value, code, message) => {
    expect(() => parseRequest('P1', [[name, value]])).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('that contradicts itself, or asks too much, is option_invalid', () => {
    const code = expect.objectContaining({ code: 'option_invalid' });
    const parse =
      (...params: [string, string][]) =>
      () =>
        parseRequest('P1', params);
    expect(parse(['limit', '1'], ['limit', '2'])).toThrow('limit is given more than once.');
    expect(parse(['priceMin', '2'], ['priceMax', '1'])).toThrow('priceMin must not be above priceMax.');
    const excludes = Array.from({ length: 1001 }, (_, i): [string, string] => ['exclude', `P${i}`]);
    expect(parse(...excludes)).toThrow('exclude takes at most 1000 product ids.');
    expect(parse(...excludes)).toThrow(code);
  });

  it('has parameters that say what they are', () => {
    expect(requestParameters.map(({ name }) => name)).toContain('priceMax');
    for (const { about } of requestParameters) expect(about).toMatch(/^[A-Z].*[^.]$/);
  });
});

describe('an encoded answer', () => {
  const answer: RecommendAnswer = {
    product: 'ürün',
    items: [{ id: 'P1', score: 1.25, source: 'embedding', title: '“Lamp”', price: 100, inStock: false }],
    filled: {
      wanted: 2,
      returned: 1,
      missing: 1,
      from: { embedding: 1 },
      filteredBy: { stock: 3 },
      exhausted: true,
    },
    recommendation: 'r_0123456789abcdef',
    artifact: 'sha256:0',
    policy: 'p@1',
  };

  it('is the same object in JSON and in plain MessagePack, keys in order', () => {
    const json = new TextDecoder().decode(encodeAnswer(answer, 'json'));
    expect(json).toBe(JSON.stringify(answer));
    const unpacked = new Unpackr({ useRecords: false, mapsAsObjects: true }).unpack(
      encodeAnswer(answer, 'msgpack'),
    );
    expect(JSON.stringify(unpacked)).toBe(json);
  });

  it('is not overwritten by the next one', () => {
    const first = encodeAnswer(answer, 'msgpack');
    const copy = Uint8Array.from(first);
    for (let i = 0; i < 100; i++) encodeAnswer({ ...answer, product: `other ${i}` }, 'msgpack');
    expect(first).toEqual(copy);
  });
});
