// What is sent and what comes back, in JSON or MessagePack; problems as errors.

import { isErrorCode, SepetError } from '../base/errors.ts';

export type Encoding = 'json' | 'msgpack';

export const accepted = { json: 'application/json', msgpack: 'application/vnd.msgpack' } as const;

export interface Problem {
  readonly code?: unknown;
  readonly detail?: unknown;
}

/** The body of a request. */
export async function encode(value: object, encoding: Encoding): Promise<string | Uint8Array<ArrayBuffer>> {
  if (encoding === 'json') return JSON.stringify(value);
  return (await import('./msgpack.ts')).packed(value);
}

/** What an answer says: a value, or the text of what is neither JSON nor MessagePack. */
export async function decode(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('msgpack')) return (await import('./msgpack.ts')).unpacked(await response.arrayBuffer());
  return type.startsWith('text/plain') ? response.text() : response.json();
}

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

/** Answers that were asked together, problems among them as errors. */
export const outcomesOf = <T extends { readonly items: unknown }>(
  answers: readonly (T | Problem)[],
): (T | SepetError)[] => answers.map((answer) => ('items' in answer ? answer : errorOf(answer)));
