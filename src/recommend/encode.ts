// The plain encoder of answers, which `sepet query --json` calls. The server's workers write JSON without making the answer an
// object (draft.ts): the same bytes.

import { Packr } from 'msgpackr';
import type { RecommendAnswer } from './recommender.ts';

export type Encoding = 'json' | 'msgpack';

/** Plain MessagePack maps: msgpackr's own record extension would need its decoder at the other end. */
const packr = new Packr({ useRecords: false });
const utf8 = new TextEncoder();

/** The answer's bytes. Keys stand in the order in which the recommender made them, in both encodings. */
export function encodeAnswer(answer: RecommendAnswer, encoding: Encoding): Uint8Array {
  if (encoding === 'json') return utf8.encode(JSON.stringify(answer));
  // A copy: packr's result is a view on a buffer that it goes on using.
  return Uint8Array.from(packr.pack(answer));
}
