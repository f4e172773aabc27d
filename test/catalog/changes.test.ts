// Deltas: what goes in comes out, later changes lie over earlier ones, and damaged bytes are errors, never other changes.

import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SepetError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { type Section, sourceOf } from '../../src/base/sections.ts';
import { decodeChanges, encodeChanges, mergeChanges, type ProductChange } from '../../src/catalog/changes.ts';
import { mapFile, writeFile } from '../../src/native/index.ts';
import { temporaryFolder } from '../recommend/shop.ts';
import { changesOf } from './arbitraries.ts';

const seed = 20_260_523;
const origin = { at: '2026-05-23T10:00:00.000Z', by: 'test', currency: 'EUR' };
const folder = temporaryFolder();
afterAll(folder.remove);

const changes = changesOf({
  ids: Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? `Ürün ${i}` : `P${i}`)),
  categories: ['A', 'A/B', 'A/B/C ç'],
  brands: ['Acme', 'Çınar'],
  groups: ['g1', 'g2'],
  day: 20_000,
});
const decoded = (sections: readonly Section[]) => decodeChanges(sourceOf(sections));
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof SepetError)) throw error;
    return error.code;
  }
};

describe(`a delta (fast-check seed ${seed})`, () => {
  it('gives back what was put in', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const { manifest, changes: found } = decoded(encodeChanges(list, origin));
        expect(found).toEqual(list);
        expect(manifest).toMatchObject({ ...origin, products: list.length });
      }),
      { seed, numRuns: 200 },
    );
  });

  it('holds several numeric fields, each where it is given', () => {
    const list: ProductChange[] = [
      { id: 'a', numeric: { margin: 0.5 } },
      { id: 'b', numeric: { rating: 3, weight: 0 } },
      { id: 'c', stock: false },
    ];
    expect(decoded(encodeChanges(list, origin)).changes).toEqual(list);
  });

  it.each<[string, readonly ProductChange[]]>([
    ['nothing', []],
    ['an empty id', [{ id: '' }]],
    ['an id of 257 bytes', [{ id: 'x'.repeat(257) }]],
    ['half a character', [{ id: 'x\ud800' }]],
    ['a product twice', [{ id: 'a' }, { id: 'b' }, { id: 'a' }]],
    ['a price of nothing', [{ id: 'a', price: 0 }]],
    ['a price of 2^32 - 1', [{ id: 'a', price: 0xffff_ffff }]],
    ['half a cent', [{ id: 'a', price: 0.5 }]],
    ['an empty title', [{ id: 'a', title: ' ' }]],
    ['a gender of its own', [{ id: 'a', gender: 'robot' as 'kids' }]],
    ['a day after all days', [{ id: 'a', released: 1e9 }]],
    ['no number', [{ id: 'a', numeric: { margin: Number.NaN } }]],
    ['a number too large', [{ id: 'a', numeric: { margin: 1e39 } }]],
    ['a field with a bad name', [{ id: 'a', numeric: { 'a b': 1 } }]],
    [
      'too many fields',
      [{ id: 'a', numeric: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`f${i}`, i])) }],
    ],
  ])('does not take %s', (_, list) => {
    expect(codeOf(() => encodeChanges(list, origin))).toBe('delta_invalid');
  });

  it('is not made of sections that disagree, or hold what no change can be', () => {
    const sections = encodeChanges(
      [
        { id: 'a', price: 5, stock: true },
        { id: 'b', gender: 'kids' },
      ],
      origin,
    );
    const having = (name: string, data: Section['data']) =>
      sections.map((section) => (section.name === name ? { name, data } : section));
    const manifest = (change: object) => {
      const { data } = sections[0] as Section;
      const known = JSON.parse(new TextDecoder().decode(data)) as object;
      return having('manifest', new TextEncoder().encode(JSON.stringify({ ...known, ...change })));
    };
    const wrong: [string, readonly Section[]][] = [
      ['manifest_invalid', manifest({ kind: 'sepet-model' })],
      ['manifest_invalid', manifest({ formatVersion: 2 })],
      ['manifest_invalid', manifest({ products: 0 })],
      ['manifest_invalid', having('manifest', Uint8Array.of(123))],
      ['file_damaged', manifest({ products: 3 })],
      ['section_missing', manifest({ fields: ['margin'] })],
      ['section_missing', sections.filter(({ name }) => name !== 'price')],
      ['section_missing', having('price', new Int32Array(2))],
      ['file_damaged', having('price', new Uint32Array(3))],
      ['delta_invalid', having('price', new Uint32Array(2))],
      ['file_damaged', having('stock', Uint8Array.of(2, 0))],
      ['delta_invalid', having('gender', Uint8Array.of(0, 9))],
      ['file_damaged', having('has', Uint32Array.of(1 << 12, 0))],
      ['file_damaged', having('has', Uint32Array.of(1 << 16, 0))],
      ['file_damaged', having('id.offsets', Uint32Array.of(2, 1, 2))],
      ['delta_invalid', having('id.offsets', Uint32Array.of(0, 0, 2))],
      ['delta_invalid', having('id.bytes', Uint8Array.of(97, 97))],
    ];
    expect(wrong.map(([, made]) => codeOf(() => decoded(made)))).toEqual(wrong.map(([code]) => code));
  });

  it('that was damaged anywhere is an error', () => {
    const file = folder.path('whole.delta');
    const [list] = fc.sample(changes, { seed, numRuns: 1 }) as [ProductChange[]];
    writeFile(file, encodeChanges(list, origin));
    const whole = readFileSync(file);
    const random = new Random(seed);
    const codes = new Map<string, number>();
    const read = (bytes: Uint8Array, i: number): void => {
      const path = folder.path(`${i}.delta`);
      writeFileSync(path, bytes);
      const code = codeOf(() => decodeChanges(mapFile(path)));
      codes.set(code ?? 'right', (codes.get(code ?? 'right') ?? 0) + 1);
    };
    for (let i = 0; i < 400; i++) {
      const bytes = Uint8Array.from(whole);
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      read(bytes, i);
    }
    for (let i = 400; i < 500; i++) read(whole.subarray(0, random.below(whole.length)), i);
    expect(codes.get('right')).toBeUndefined();
    expect(codes.get('file_damaged')).toBeGreaterThan(200);
  });

  it('gives changes that can be, or an error, whatever its sections hold', () => {
    const [list] = fc.sample(changes, { seed, numRuns: 1 }) as [ProductChange[]];
    const sections = encodeChanges(list, origin);
    const random = new Random(seed);
    let right = 0;
    for (let i = 0; i < 3000; i++) {
      const spoilt = sections.map(({ name, data }) => ({ name, data: data.slice() }));
      const { data } = spoilt[random.below(spoilt.length)] as Section;
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      for (let n = 1 + random.below(3); n > 0 && bytes.length > 0; n--)
        bytes[random.below(bytes.length)] = random.below(256);
      let found: ProductChange[] = [];
      const code = codeOf(() => {
        found = decoded(spoilt).changes;
      });
      if (code !== undefined) continue;
      right++;
      // Without checksums another value is a value; one that cannot be must not come out.
      expect(codeOf(() => encodeChanges(found, origin))).toBeUndefined();
    }
    expect(right).toBeGreaterThan(0);
    expect(right).toBeLessThan(3000);
  });
});

describe(`merged changes (fast-check seed ${seed})`, () => {
  const merged = (...deltas: (readonly ProductChange[])[]): Map<string, ProductChange> => {
    const into = new Map<string, ProductChange>();
    for (const delta of deltas) mergeChanges(into, delta);
    return into;
  };

  it('are the later ones, field by field', () => {
    const before: ProductChange = { id: 'a', price: 5, stock: true, numeric: { margin: 1, rating: 2 } };
    const after: ProductChange = { id: 'a', price: 6, title: 'A', numeric: { rating: 3 } };
    expect(merged([before], [after, { id: 'b', stock: false }])).toEqual(
      new Map([
        ['a', { id: 'a', price: 6, stock: true, title: 'A', numeric: { margin: 1, rating: 3 } }],
        ['b', { id: 'b', stock: false }],
      ]),
    );
  });

  it('are the same when they are applied twice, or merged in between', () => {
    fc.assert(
      fc.property(fc.array(changes, { minLength: 2, maxLength: 4 }), fc.nat(3), (deltas, cut) => {
        const all = merged(...deltas);
        expect(merged(...deltas, ...deltas.slice(-1))).toEqual(all);
        const first = [...merged(...deltas.slice(0, cut)).values()];
        expect(merged(first, ...deltas.slice(cut))).toEqual(all);
      }),
      { seed, numRuns: 100 },
    );
  });

  it('bring a removed product back where it is offered anew', () => {
    const removed: ProductChange[] = [{ id: 'a', removed: true }];
    const later = (change: Omit<ProductChange, 'id'>) =>
      merged(removed, [{ id: 'a', ...change }]).get('a')?.removed;
    expect(later({ price: 5 })).toBe(true);
    expect(later({ removed: false })).toBe(false);
    expect(later({ title: 'A' })).toBe(false);
    expect(later({ title: 'A', removed: true })).toBe(true);
  });
});
