// What is sent and what comes back, in JSON or MessagePack; problems as errors.

import { pack } from 'msgpackr/pack';
import { unpack } from 'msgpackr/unpack';
import { isErrorCode, SepetError } from '../base/errors.ts';

export type Encoding = 'json' | 'msgpack';

export const accepted = { json: 'application/json', msgpack: 'application/vnd.msgpack' } as const;

export interface Problem {
  readonly code?: unknown;
  readonly detail?: unknown;
}

/** The body of a request. */
export function encode(value: object, encoding: Encoding): string | Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(value);
  // Through JSON, as MessagePack would keep what is undefined. A copy, as pack goes on using its buffer.
  return encoding === 'json' ? text : Uint8Array.from(pack(JSON.parse(text)));
}

export const decode = async (response: Response): Promise<unknown> =>
  response.headers.get('content-type')?.includes('msgpack')
    ? unpack(new Uint8Array(await response.arrayBuffer()))
    : response.json();

/** A problem document as an error. A code that this release does not know is kept in the message. */
export function errorOf({ code, detail }: Problem): SepetError {
  if (isErrorCode(code)) return new SepetError(code, String(detail));
  return new SepetError('internal', `${String(code)}: ${String(detail)}`);
}

/** The error of an answer that is none. Whatever stands between may answer in its own words. */
export async function problemOf(response: Response): Promise<SepetError> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  if (isErrorCode(problem.code)) return errorOf(problem);
  const said = `${response.url} answered ${response.status} ${response.statusText}.`;
  return new SepetError('server_unreachable', said);
}
