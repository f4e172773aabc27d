import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { JsonBytes } from '../../src/recommend/json-bytes.ts';
import { rounded, tenThousandthsOf } from '../../src/recommend/present.ts';

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/** What `write` adds to bytes that are there. */
function written(write: (out: JsonBytes) => void): string {
  const out = new JsonBytes();
  out.text('before');
  write(out);
  return decoder.decode(out.view(6, out.length));
}

const score = (value: number): string => written((out) => out.tenThousandths(tenThousandthsOf(value)));

it('writes scores as JSON.stringify writes them rounded, at the edges', () => {
  const edges = [
    0, -0, 0.00004, -0.00004, 0.00005, -0.00005, 0.0001, 0.1, 1, 9.9999, 9.99995, 10, 1e5, 99_999.9999,
  ];
  const large = [214_748.3647, 214_748.3648, 214_748.36475, 1e9, 1e15, 1e21, 1e30, Number.MAX_VALUE];
  const none = [Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE];
  for (const value of [...edges, ...large, ...none].flatMap((one) => [one, -one]))
    expect(score(value)).toBe(JSON.stringify(rounded(value)));
});

it('writes two million scores as JSON.stringify does', () => {
  const random = new Random(3);
  const out = new JsonBytes();
  const most = 1000;
  for (let round = 0; round < 2000; round++) {
    const size = 10 ** (round % 7);
    const values = Array.from({ length: most }, () => (random.float() - 0.5) * size);
    out.cut(0);
    for (const value of values) {
      out.tenThousandths(tenThousandthsOf(value));
      out.text('\n');
    }
    const plainly = values.map((value) => `${JSON.stringify(rounded(value))}\n`).join('');
    if (decoder.decode(out.view(0, out.length)) === plainly) continue;
    for (const value of values) expect(score(value)).toBe(JSON.stringify(rounded(value)));
  }
});

it('writes whole numbers', () => {
  const powers = Array.from({ length: 16 }, (_, digits) => 10 ** digits);
  const all = [
    0,
    7,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 53,
    1.5,
    -1,
    Number.NaN,
    ...powers,
    ...powers.map((n) => n - 1),
  ];
  for (const value of all) expect(written((out) => out.whole(value))).toBe(JSON.stringify(value));
});

const odd = fc.string({ unit: 'binary', maxLength: 300 });
const half = fc.constantFrom(
  '\ud800',
  'a\udc00"',
  '\u0000',
  '\u007f',
  '"',
  '\\',
  '\u001f\u0020',
  '\u2028',
  '\ufeff',
  'ş☕',
);

it('writes texts as JSON.stringify does, and as they stand', () => {
  fc.assert(
    fc.property(fc.oneof(odd, half, fc.string({ maxLength: 200 })), (text) => {
      expect(written((out) => out.string(text))).toBe(JSON.stringify(text));
      expect(written((out) => out.text(text))).toBe(decoder.decode(utf8.encode(text)));
    }),
    { numRuns: 2000 },
  );
});

it('copies plain bytes, and leaves those that JSON would escape', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(3), (bytes, start) => {
      const end = Math.max(start, bytes.length - 1);
      const part = bytes.subarray(start, end);
      const isPlain = part.every((byte) => byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c);
      let was = false;
      const said = written((out) => {
        was = out.plain(bytes, start, end);
      });
      expect([was, said]).toEqual([isPlain, isPlain ? JSON.stringify(decoder.decode(part)) : '']);
    }),
  );
  expect(written((out) => out.addFew(utf8.encode('abcdef'), 2, 4))).toBe('cd');
});

it('grows, whatever is added, and can be cut', () => {
  const out = new JsonBytes();
  const text = `${'x'.repeat(99)}"`;
  let plainly = '';
  for (let i = 0; plainly.length < 1 << 18; i++) {
    if (i % 3 === 0) out.string(text);
    else if (i % 3 === 1) out.add(utf8.encode(JSON.stringify(text)));
    else out.text(JSON.stringify(text));
    out.tenThousandths(-123_456);
    plainly += `${JSON.stringify(text)}-12.3456`;
  }
  expect(decoder.decode(out.view(0, out.length)) === plainly).toBe(true);
  out.cut(3);
  out.text('ş');
  expect(decoder.decode(out.view(0, out.length))).toBe('"xxş');
});
