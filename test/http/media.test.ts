// Decoding of what comes from outside: right, or refused as such.

import fc from 'fast-check';
import { pack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { SepetError } from '../../src/base/errors.ts';
import { decodeValue, encodeValue } from '../../src/http/media.ts';
import { mediaTypeOf } from '../../src/http/negotiate.ts';
import { cpuMsSince } from '../cpu.ts';

const plain = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const hasProto = (value: unknown): boolean => JSON.stringify(value).includes('"__proto__"');

function refusal(bytes: Uint8Array, encoding: 'json' | 'msgpack'): string | undefined {
  try {
    decodeValue(bytes, encoding);
    return undefined;
  } catch (error) {
    if (error instanceof SepetError && error.code === 'body_invalid') return error.message;
    throw error;
  }
}

describe('a value', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(plain, (value) => {
        fc.pre(!hasProto(value));
        expect(decodeValue(Uint8Array.from(pack(value)), 'msgpack')).toEqual(value);
        const object = { value };
        for (const encoding of ['json', 'msgpack'] as const)
          expect(decodeValue(Buffer.from(encodeValue(object, encoding)), encoding)).toEqual(object);
      }),
    );
  });

  it('is read or refused, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        refusal(bytes, 'json');
        refusal(bytes, 'msgpack');
      }),
      { numRuns: 5000 },
    );
  });

  it('is refused where it is cut, or goes on', () => {
    fc.assert(
      fc.property(plain, fc.nat(), (value, at) => {
        const bytes = Uint8Array.from(pack(value));
        expect(refusal(bytes.subarray(0, at % bytes.length), 'msgpack')).toMatch(/ends too soon|empty/);
        expect(refusal(Buffer.concat([bytes, Buffer.from([0xc0])]), 'msgpack')).toMatch(/more than one/);
      }),
    );
  });

  it('does not make a prototype', () => {
    const bytes = Uint8Array.from(pack(new Map([['__proto__', { polluted: true }]])));
    const value = decodeValue(bytes, 'msgpack') as { polluted?: boolean };
    expect(value.polluted).toBeUndefined();
    expect(refusal(Buffer.from('[{"a":{"__proto__":1}}]'), 'json')).toMatch(/__proto__/);
  });

  it('announces no more than it holds', () => {
    // Without a check this alone would reserve gigabytes.
    const before = process.cpuUsage();
    for (let i = 0; i < 1000; i++)
      expect(refusal(Buffer.from('dd0fffffff', 'hex'), 'msgpack')).toMatch(/too soon/);
    expect(cpuMsSince(before)).toBeLessThan(1000);
  });
});

describe('the type of a body', () => {
  it.each([
    ['application/json', 'json'],
    ['APPLICATION/JSON ; charset=UTF-8', 'json'],
    ['application/vnd.msgpack', 'msgpack'],
    ['application/x-msgpack;v=1', 'msgpack'],
    ['', undefined],
    ['application/json; charset=utf-16', undefined],
    ['application/*', undefined],
    ['text/json', undefined],
  ])('%s is %s', (type, encoding) => {
    expect(mediaTypeOf(type)?.encoding).toBe(encoding);
  });
});
