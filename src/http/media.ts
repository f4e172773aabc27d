// Values as bytes and back, in the two media types that the API speaks. What comes from outside is bounded before it is
// decoded: MessagePack announces sizes and nests by recursion, so a few bytes could ask for much.

import { isUtf8 } from 'node:buffer';
import { Packr, Unpackr } from 'msgpackr';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Encoding } from '../recommend/encode.ts';
import { checkMsgpack } from './msgpack-check.ts';

/** Plain maps: msgpackr's own record extension would need its decoder at the other end. */
const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

/** The value's bytes. */
export function encodeValue(value: object, encoding: Encoding): Uint8Array | string {
  if (encoding === 'json') return JSON.stringify(value);
  // A copy: packr's result is a view on a buffer that it goes on using.
  return Uint8Array.from(packr.pack(value));
}

/** Reads a value that came from outside. Throws `body_invalid`. */
export function decodeValue(bytes: Uint8Array, encoding: Encoding): unknown {
  if (bytes.length === 0) throw invalid('is empty.');
  return encoding === 'json' ? decodeJson(bytes) : decodeMsgpack(bytes);
}

const invalid = (said: string): SepetError => new SepetError('body_invalid', `The body ${said}`);

function decodeJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw invalid('is not UTF-8, which JSON must be.');
  const { buffer, byteOffset, length } = bytes;
  const text = Buffer.from(buffer, byteOffset, length).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  checkTree(value);
  return value;
}

/** Level by level, as recursion is what the bound protects from. */
function checkTree(value: unknown): void {
  const { max } = limits.bodyDepth;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const below: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      if (depth >= max) throw invalid(`is nested more than ${max} levels deep.`);
      // JSON.parse makes it a key like others; whoever copies such an object would set its prototype.
      if (Object.hasOwn(one, '__proto__')) throw invalid('has a key "__proto__".');
      for (const inner of Array.isArray(one) ? one : Object.values(one))
        if (typeof inner === 'object') below.push(inner);
    }
    level = below;
  }
}

function decodeMsgpack(bytes: Uint8Array): unknown {
  const mistake = checkMsgpack(bytes, limits.bodyDepth.max);
  if (mistake !== undefined) throw invalid(mistake);
  return unpackr.unpack(bytes);
}
