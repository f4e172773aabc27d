// What is kept of answers: within which bytes, for how long, and that it comes back as it was.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type CachedAnswer, ResultCache } from '../../src/http/cache.ts';
import { until } from '../pool/toy.ts';

const bodyOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (kept: CachedAnswer | undefined): string | undefined =>
  kept && new TextDecoder().decode(kept.body);

/** What no phrase book makes shorter. */
function noise(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** Like an answer: numbers in a frame that is always the same. */
function answer(row: number, random: Random): string {
  const items = Array.from({ length: 10 }, () => ({
    id: `P${random.below(100_000)}`,
    score: Number((8 * random.float()).toFixed(4)),
    source: 'embedding',
  }));
  const filled = { wanted: 10, returned: 10, missing: 0, filteredBy: { stock: random.below(20) } };
  return JSON.stringify({ product: `P${row}`, items, filled, artifact: 'c0ffee'.repeat(10), policy: 'x@1' });
}

describe('the result cache', () => {
  it('keeps to its bytes, and keeps what is asked for', () => {
    const cache = new ResultCache({ bytes: 160_000, seconds: 60 });
    const random = new Random(1);
    const bodies = Array.from({ length: 2000 }, () => noise(500, random));
    for (const [i, body] of bodies.entries()) {
      cache.put(`key ${i}`, { body, tag: `"${i}"` });
      cache.get('key 0');
      expect(cache.bytes).toBeLessThanOrEqual(160_000);
    }
    expect(cache.entries).toBeGreaterThan(240);
    expect(cache.get('key 1')).toBeUndefined();
    for (const i of [0, 1999, 1998]) {
      const kept = cache.get(`key ${i}`);
      expect([kept?.tag, kept?.body]).toEqual([`"${i}"`, bodies[i]]);
    }
  });

  it('takes the memory that it was given, from the start', () => {
    const before = process.memoryUsage().arrayBuffers;
    const cache = new ResultCache({ bytes: 8 * 2 ** 20, seconds: 60 });
    const random = new Random(2);
    for (let i = 0; i < 40_000; i++) cache.put(`j P${i}?`, { body: bodyOf(answer(i, random)), tag: '"t"' });
    globalThis.gc?.();
    const took = process.memoryUsage().arrayBuffers - before;
    expect(cache.bytes).toBeLessThanOrEqual(8 * 2 ** 20);
    if (globalThis.gc) expect(took).toBeLessThan(9 * 2 ** 20);
  });

  it('keeps five times as many answers as their plain bytes would be', () => {
    const cache = new ResultCache({ bytes: 2 * 2 ** 20, seconds: 60 });
    const random = new Random(3);
    const texts = Array.from({ length: 10_000 }, (_, row) => answer(row, random));
    for (const [row, text] of texts.entries())
      cache.put(`j P${row}?`, { body: bodyOf(text), tag: `"${row}"` });
    expect(cache.entries).toBe(texts.length);
    expect(texts.join('').length).toBeGreaterThan(5 * cache.bytes);
    const wrong = texts.filter((text, row) => textOf(cache.get(`j P${row}?`)) !== text);
    expect(wrong).toEqual([]);
  });

  it('gives back answers of every kind, those from before it knew their kind too', () => {
    const cache = new ResultCache({ bytes: 16 * 2 ** 20, seconds: 60 });
    const random = new Random(4);
    const kept: Uint8Array[] = [];
    const kinds = [
      () => bodyOf(answer(kept.length, random)),
      () =>
        bodyOf(answer(kept.length, random).replaceAll('embedding', 'çok satanlar').replaceAll('P', 'ürün-')),
      () => noise(300, random),
      () => new Uint8Array(random.below(3)),
      () => bodyOf(answer(kept.length, random).repeat(12)),
    ];
    for (const kind of [...kinds, ...kinds])
      for (let i = 0; i < 400; i++) {
        const body = kind();
        cache.put(`k${kept.length}`, { body, tag: '"t"' });
        kept.push(body);
      }
    const wrong = kept.flatMap((body, i) => {
      const got = cache.get(`k${i}`);
      return got === undefined || Buffer.compare(got.body, body) !== 0 ? [i] : [];
    });
    expect(wrong).toEqual([]);
  });

  it('hits nearly as often as one that knows what will be asked for', () => {
    // Zipf(1) over 5,000 questions, of which a tenth fit.
    const cache = new ResultCache({ bytes: 500 * 1050, seconds: 60 });
    const cumulative: number[] = [];
    let sum = 0;
    for (let rank = 1; rank <= 5000; rank++) {
      sum += 1 / rank;
      cumulative.push(sum);
    }
    const random = new Random(1);
    let hits = 0;
    for (let i = 0; i < 60_000; i++) {
      const drawn = random.float() * sum;
      const key = `P${cumulative.findIndex((value) => value >= drawn)}`;
      if (cache.get(key) !== undefined) hits += i < 20_000 ? 0 : 1;
      else cache.put(key, { body: noise(800, random), tag: '"t"' });
    }
    expect(cache.entries).toBeGreaterThan(500);
    expect(cache.entries).toBeLessThan(650);
    const best = (cumulative[cache.entries - 1] as number) / sum;
    expect(hits / 40_000 / best).toBeGreaterThan(0.85);
  });

  it('gives what a map would give, or nothing', () => {
    const command = fc.record({
      do: fc.constantFrom('put', 'put', 'get', 'get', 'alias', 'clear'),
      key: fc.integer({ min: 0, max: 60 }),
      of: fc.integer({ min: 0, max: 60 }),
      length: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 700 })),
      isNoise: fc.boolean(),
    });
    // The smallest has fewer places in its table than it has room for records.
    const bytes = fc.constantFrom(3000, 64_000);
    fc.assert(
      fc.property(bytes, fc.array(command, { maxLength: 400 }), (bytes, commands) => {
        const cache = new ResultCache({ bytes, seconds: 60 });
        const random = new Random(commands.length);
        const plain = new Map<string, Uint8Array | string>();
        const bodyAt = (key: string): Uint8Array | undefined => {
          const found = plain.get(key);
          return typeof found === 'string' ? (plain.get(found) as Uint8Array) : found;
        };
        commands.forEach((one, i) => {
          const [key, of] = [`k${one.key}`, `ş${one.of}`];
          if (one.do === 'put') {
            const body = one.isNoise ? noise(one.length, random) : bodyOf(`${i} `.padEnd(one.length, 'x'));
            for (const name of one.key % 2 ? [key] : [of]) {
              cache.put(name, { body, tag: `"${i}"` });
              plain.set(name, body);
            }
          } else if (one.do === 'alias') {
            if (cache.get(key) === undefined && cache.get(of) !== undefined) {
              cache.alias(key, of);
              plain.set(key, of);
            }
          } else if (one.do === 'clear') {
            cache.clear();
            plain.clear();
          }
          for (const name of [key, of]) {
            const got = cache.get(name);
            if (got !== undefined) expect(Buffer.compare(got.body, bodyAt(name) as Uint8Array)).toBe(0);
          }
          expect(cache.bytes).toBeLessThanOrEqual(bytes);
        });
        expect(cache.entries).toBeLessThanOrEqual(plain.size);
      }),
    );
  });

  it('keeps a copy, not a view on a batch', () => {
    const cache = new ResultCache({ bytes: 100_000, seconds: 60 });
    const batch = bodyOf('first second');
    cache.put('a', { body: batch.subarray(0, 5), tag: '"a"' });
    batch.fill(0);
    expect(cache.get('a')?.body).toEqual(bodyOf('first'));
  });

  it('learns from what bodies were, not from what is in their place later', () => {
    const cache = new ResultCache({ bytes: 2 * 2 ** 20, seconds: 60 });
    const random = new Random(5);
    const place = Buffer.alloc(2000);
    const texts = Array.from({ length: 1000 }, (_, row) => answer(row, random));
    for (const [row, text] of texts.entries()) {
      const body = place.subarray(0, place.write(text));
      cache.put(`${row}`, { body, tag: '"t"' });
      place.fill(0);
    }
    expect(texts.filter((text, row) => textOf(cache.get(`${row}`)) !== text)).toEqual([]);
    expect(texts.join('').length).toBeGreaterThan(4 * cache.bytes);
  });

  it('tells keys apart that differ in one character of any alphabet', () => {
    const cache = new ResultCache({ bytes: 100_000, seconds: 60 });
    const keys = [
      'ş',
      '_',
      '\u{15f}\u0000',
      '\u0001_',
      '\ud800',
      '\ud801',
      '\ufffd',
      'ÿ',
      'ÿ\u0001_',
      '😀',
      '',
    ];
    for (const key of keys) cache.put(key, { body: bodyOf(JSON.stringify(key)), tag: '"t"' });
    for (const key of keys) expect(textOf(cache.get(key))).toBe(JSON.stringify(key));
    const long = 'x'.repeat(10_000);
    cache.put(long, { body: bodyOf('long'), tag: '"t"' });
    expect([cache.get(long), cache.entries]).toEqual([undefined, keys.length]);
  });

  it('finds an answer by another way to ask, as long as it is kept', () => {
    const cache = new ResultCache({ bytes: 100_000, seconds: 60 });
    cache.alias('other', 'none');
    expect(cache.entries).toBe(0);
    cache.put('own', { body: bodyOf('x'), tag: '"x"' });
    cache.alias('other', 'own');
    expect(cache.get('other')).toEqual({ body: bodyOf('x'), tag: '"x"' });
    cache.put('own', { body: bodyOf('y'), tag: '"y"' });
    expect(cache.get('other')).toEqual({ body: bodyOf('y'), tag: '"y"' });
    cache.clear();
    expect([cache.get('other'), cache.entries, cache.bytes]).toEqual([undefined, 0, 0]);
  });

  it('forgets what is older than it may be', async () => {
    const cache = new ResultCache({ bytes: 100_000, seconds: 0.1 });
    cache.put('a', { body: bodyOf('x'), tag: '"x"' });
    cache.alias('b', 'a');
    await until(() => cache.get('a') === undefined && cache.get('b') === undefined);
    expect(cache.entries).toBe(0);
  });

  it('does not take what would fill it with few answers', () => {
    const cache = new ResultCache({ bytes: 16_000, seconds: 60 });
    cache.put('a', { body: new Uint8Array(800), tag: '"a"' });
    expect(cache.entries).toBe(0);
  });
});
