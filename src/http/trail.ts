// What is remembered of a request for the access log and the trace. Most servers have neither, so most requests have none.

import type { AccessLog } from './access-log.ts';
import { type Span, spanUnder, traceparentOf } from './trace.ts';
import type { HttpRequest } from './uws.ts';

/** What a handler may tell of its answer. */
export interface TrailNotes {
  readonly placement?: string;
  readonly channel?: string;
  /** By which it was answered: `name@revision`. */
  readonly policy?: string;
  /** The visitor's arm: `experiment:arm`. */
  readonly experiment?: string;
  /** What the result cache knew. */
  readonly cache?: 'hit' | 'miss';
}

export class Trail {
  readonly #log: AccessLog | undefined;
  readonly #span: Span | undefined;
  readonly #asked: { readonly method: string; readonly path: string; readonly query: string } | undefined;
  #notes: TrailNotes = {};

  constructor(log: AccessLog | undefined, span: Span | undefined, request: HttpRequest) {
    this.#log = log;
    this.#span = span;
    this.#asked = log && {
      method: request.getMethod().toUpperCase(),
      path: request.getUrl(),
      query: (request.getQuery() as string | undefined) ?? '',
    };
  }

  /** The header of the answer; undefined where the request had none. */
  get traceparent(): string | undefined {
    return this.#span && traceparentOf(this.#span);
  }

  note(notes: TrailNotes): void {
    this.#notes = { ...this.#notes, ...notes };
  }

  /** The end: an answer, or the client left before it (no status). */
  end(route: string, seconds: number, status?: number, body: Uint8Array | string = ''): void {
    if (this.#asked === undefined) return;
    this.#log?.add({
      ...this.#asked,
      ...this.#notes,
      ...{ route, seconds, bytes: Buffer.byteLength(body) },
      ...(status !== undefined && { status }),
      ...(this.#span && { span: this.#span }),
    });
  }
}

/** Call while the request lives. One look at a header where there is neither a log nor a trace. */
export function trailOf(request: HttpRequest, log: AccessLog | undefined): Trail | undefined {
  const traceparent = request.getHeader('traceparent');
  const span = traceparent === '' ? undefined : spanUnder(traceparent);
  if (span === undefined && log === undefined) return undefined;
  return new Trail(log, span, request);
}
