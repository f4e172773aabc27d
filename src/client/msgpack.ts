// MessagePack, in a file of its own: whoever speaks JSON never loads it.

import { pack } from 'msgpackr/pack';
import { unpack } from 'msgpackr/unpack';

/** A body. Through JSON, as MessagePack would keep what is undefined. A copy, as pack goes on using its buffer. */
export const packed = (value: object): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(pack(JSON.parse(JSON.stringify(value))));

export const unpacked = (bytes: ArrayBuffer): unknown => unpack(new Uint8Array(bytes));
