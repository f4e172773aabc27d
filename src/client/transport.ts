// How a call goes out: deadlines, repetitions, one error for everything that can go wrong.

import { SepetError } from '../base/errors.ts';
import { accepted, decode, type Encoding, encode, problemOf } from './messages.ts';
import { type Patience, wait, waitAfter } from './patience.ts';

export interface TransportOptions {
  /** Where the server is, such as `http://127.0.0.1:7700`; in a page, '' for where the page is from. */
  readonly url: string;
  /** For a whole call with its repetitions. */
  readonly timeoutMs?: number;
  /** How often a call is tried at most where the server is busy or not there; 3 where absent. */
  readonly attempts?: number;
  /** Another fetch, for tests or for a proxy of one's own. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Ends the call at once, with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** What is sent. */
export interface Sent {
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  readonly body?: object;
  /** How often at most; the transport's own number where absent. What must not happen twice is sent once. */
  readonly attempts?: number;
}

export type Send = <T>(path: string, call?: CallOptions, sent?: Sent) => Promise<T>;

/** Milliseconds that a Retry-After in seconds asks for; a date is left to the backoff. */
function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return seconds >= 0 && seconds < 3600 ? 1000 * seconds : 0;
}

function addressOf(url: string): string {
  const { location } = globalThis as { readonly location?: { readonly origin: string } };
  const whole = url === '' ? (location?.origin ?? '') : url;
  if (!URL.canParse(whole) || !/^https?:/.test(whole))
    throw new SepetError('option_invalid', `"${url}" is no address such as http://127.0.0.1:7700.`);
  return whole.replace(/\/+$/, '');
}

/** Makes what sends. Throws `option_invalid` for an address that is none. */
export function createTransport(
  options: TransportOptions & { readonly timeoutMs: number; readonly encoding?: Encoding },
  also: Readonly<Record<string, string>> = {},
): Send {
  const { timeoutMs: usualTimeoutMs, attempts = 3, encoding = 'json' } = options;
  const ask = options.fetch ?? fetch;
  const base = addressOf(options.url);
  const accept = accepted[encoding];

  /** One attempt: an answer, or what went wrong and whether to try again. */
  async function attempt(url: string, request: RequestInit, call: CallOptions, remainingMs: number) {
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(remainingMs)));
    const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
    try {
      const response = await ask(url, { ...request, signal });
      if (response.ok) return { value: await decode(response) };
      const error = await problemOf(response);
      const isBusy = response.status === 503 || response.status === 502;
      return { error, again: isBusy, retryAfterMs: retryAfterMs(response) };
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      const why = timeout.aborted ? 'did not answer in time' : 'cannot be reached';
      const said = `${base} ${why}: ${String((cause as Error).cause ?? cause)}`;
      return { error: new SepetError('server_unreachable', said, { cause }), again: true, retryAfterMs: 0 };
    }
  }

  return async function send<T>(path: string, call: CallOptions = {}, sent: Sent = {}): Promise<T> {
    const deadlineMs = performance.now() + (call.timeoutMs ?? usualTimeoutMs);
    const patience: Patience = { attempts: sent.attempts ?? attempts, deadlineMs };
    call.signal?.throwIfAborted();
    const body = sent.body && (await encode(sent.body, encoding));
    const headers = { accept, ...also, ...(body !== undefined && { 'content-type': accept }) };
    const request = { method: sent.method ?? 'GET', headers, ...(body !== undefined && { body }) };
    for (let tried = 1; ; tried++) {
      const outcome = await attempt(`${base}${path}`, request, call, deadlineMs - performance.now());
      if (outcome.error === undefined) return outcome.value as T;
      const waitMs = outcome.again ? waitAfter(tried, patience, outcome.retryAfterMs) : undefined;
      if (waitMs === undefined) throw outcome.error;
      await wait(waitMs, call.signal);
    }
  };
}
