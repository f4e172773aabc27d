// The body of a batch: answers that the workers have encoded, set between brackets. They are not decoded for it; only the
// problems of entries that failed are written here.

import { pack } from 'msgpackr';
import type { JobFailure } from '../pool/answers.ts';
import type { Encoding } from '../recommend/encode.ts';
import { problemOf } from './problem.ts';

const key = 'answers';
const [open, comma, close] = [`{"${key}":[`, ',', ']}'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
];

/** MessagePack's beginning of a map of one key whose value is a list of so many. */
function msgpackHead(entries: number): Buffer {
  return Buffer.concat([Buffer.from([0x81]), pack(key), Buffer.from([0xdc, entries >> 8, entries & 0xff])]);
}

/** `{"answers": [...]}` of encoded answers and, in place of those that failed, problem documents. At most 65,535. */
export function joinAnswers(answers: readonly (Uint8Array | JobFailure)[], encoding: Encoding): Uint8Array {
  const isJson = encoding === 'json';
  const parts: Uint8Array[] = [isJson ? open : msgpackHead(answers.length)];
  for (const [i, answer] of answers.entries()) {
    if (isJson && i > 0) parts.push(comma);
    parts.push('code' in answer ? problemBytes(answer, isJson) : answer);
  }
  if (isJson) parts.push(close);
  return Buffer.concat(parts);
}

function problemBytes({ code, message }: JobFailure, isJson: boolean): Uint8Array {
  const problem = problemOf(code, message);
  // A copy: what pack returns is overwritten by the next call.
  return isJson ? Buffer.from(JSON.stringify(problem)) : Uint8Array.from(pack(problem));
}
