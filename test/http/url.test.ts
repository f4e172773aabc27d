import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSegment, queryPairs } from '../../src/http/url.ts';

const pairs = (query: string): [string, string][] => [...queryPairs(query)];

describe('urls', () => {
  it('decode to what was encoded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }))),
        (list) => {
          const query = list.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
          expect(pairs(query)).toEqual(list.filter((_, i) => query.split('&')[i] !== ''));
          for (const [id] of list) expect(decodeSegment(encodeURIComponent(id))).toBe(id);
        },
      ),
    );
  });

  it('read what forms send', () => {
    expect(pairs('category=Home+%26+Garden&inStock&brand=a%2Bb=c&&limit=')).toEqual([
      ['category', 'Home & Garden'],
      ['inStock', ''],
      ['brand', 'a+b=c'],
      ['limit', ''],
    ]);
    expect(pairs('')).toEqual([]);
  });

  it.each(['%', '%e', '%zz', '%ff', '%c3', '%ed%a0%80'])('refuse %s', (text) => {
    const refusal = expect.objectContaining({ code: 'url_invalid', status: 400 });
    expect(() => decodeSegment(text)).toThrow(refusal);
    expect(() => pairs(`a=${text}`)).toThrow(refusal);
    expect(() => pairs(text)).toThrow(refusal);
  });
});
