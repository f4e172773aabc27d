// One request to a tracking server: a deadline, some more tries with growing and jittered pauses where it may help, and errors that
// say whether the server was away or said no.

import { setTimeout as pause } from 'node:timers/promises';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

export interface ServerAddress {
  /** Such as `http://localhost:5000`, without a slash at the end. */
  readonly uri: string;
  /** Value of the Authorization header. */
  readonly authorization?: string;
  /** Milliseconds of one try, pauses before the second try, and tries after the first; of the limits if absent. */
  readonly timeoutMs?: number;
  readonly pauseMs?: number;
  readonly retries?: number;
}

export interface ServerRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Behind the uri, with its query. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly content: string | Blob };
  /** MLflow codes that are an answer and no error, such as RESOURCE_DOES_NOT_EXIST. */
  readonly accepts?: readonly string[];
  /** Of one try, where it is not that of the address: uploads take longer. */
  readonly timeoutMs?: number;
}

/** An error in MLflow's own words: its code in `error_code`. */
export interface ServerAnswer {
  readonly errorCode?: string;
  readonly json: unknown;
}

/** Answers that a later try may better. */
const passing = new Set([408, 429, 500, 502, 503, 504]);

/** Asks. Throws `tracking_unreachable` and `tracking_refused`. */
export async function ask(address: ServerAddress, request: ServerRequest): Promise<ServerAnswer> {
  const { retries = limits.trackingRetries.default, pauseMs = limits.trackingPauseMs.default } = address;
  for (let attempt = 0; ; attempt++) {
    const outcome = await tryOnce(address, request);
    if ('json' in outcome) return outcome;
    if (!outcome.passing) throw new SepetError('tracking_refused', outcome.says);
    if (attempt >= retries) throw new SepetError('tracking_unreachable', outcome.says);
    // Full jitter: many clients of one server that fell do not come back together.
    const longest = pauseMs * 2 ** attempt;
    await pause(Math.max(outcome.waitMs ?? 0, longest * (0.5 + Math.random() / 2)));
  }
}

interface Failure {
  readonly passing: boolean;
  readonly says: string;
  /** What the server asked for in Retry-After. */
  readonly waitMs?: number;
}

async function tryOnce(address: ServerAddress, request: ServerRequest): Promise<ServerAnswer | Failure> {
  const { uri, authorization, timeoutMs = limits.trackingTimeoutMs.default } = address;
  const { method, path, body } = request;
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${uri}${path}`, {
      method,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body && { 'content-type': body.type }),
      },
      ...(body && { body: body.content }),
      signal: AbortSignal.timeout(request.timeoutMs ?? timeoutMs),
      redirect: 'error',
    });
    text = await response.text();
  } catch (error) {
    const reason =
      error instanceof Error ? ((error.cause as Error | undefined) ?? error).message : String(error);
    return { passing: true, says: `${uri} does not answer: ${reason}` };
  }
  return judged(response, text, request, uri);
}

function judged(
  response: Response,
  text: string,
  request: ServerRequest,
  uri: string,
): ServerAnswer | Failure {
  const json = parsed(text);
  if (response.ok) return { json };
  const { error_code: code, message } = (json ?? {}) as { error_code?: unknown; message?: unknown };
  const errorCode = typeof code === 'string' ? code : undefined;
  if (errorCode !== undefined && request.accepts?.includes(errorCode)) return { errorCode, json };
  const why = typeof message === 'string' ? message.slice(0, 300) : response.statusText;
  const says = `${uri} answers ${request.method} ${request.path.split('?', 1)[0]} with ${response.status} ${errorCode ?? ''}: ${why}`;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const most = limits.trackingTimeoutMs.default;
  return {
    passing: passing.has(response.status),
    says: says.replace(' :', ':'),
    ...(seconds >= 0 && { waitMs: Math.min(most, seconds * 1000) }),
  };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}
