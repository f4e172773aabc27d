// Small files that options name.

import { readFileSync } from 'node:fs';
import { SepetError } from '../base/errors.ts';

/** The text of a file; `what` names it in the message. Throws `input_missing`. */
export function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `${what} ${file} cannot be read.`, { cause });
  }
}
