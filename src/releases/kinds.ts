// What a file given to publish is: a Sepet file, or a policy.

import { closeSync, openSync, readSync } from 'node:fs';
import { SepetError } from '../base/errors.ts';

const magic = 'SEPET';
const lookedAt = 4096;

/**
 * Whether it begins like a Sepet file, or is at least no text: a damaged artifact is to be refused as an artifact, not
 * as a policy. Throws `input_missing`.
 */
export function isSepetFile(path: string): boolean {
  const head = Buffer.alloc(lookedAt);
  let bytes: number;
  try {
    const file = openSync(path, 'r');
    try {
      bytes = readSync(file, head);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new SepetError('input_missing', `${path} cannot be read.`, { cause });
  }
  const begun = head.subarray(0, bytes);
  return begun.toString('latin1').startsWith(magic) || begun.includes(0);
}
