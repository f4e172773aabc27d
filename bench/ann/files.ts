import { readFileSync } from 'node:fs';

/** A file of 32-bit numbers in this machine's order. */
export function readU32(path: string): Uint32Array {
  const bytes = readFileSync(path);
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
