// One request and its answer, from the handler's call to the last byte. It keeps the rules of uws.ts in one
// place: what is needed of the request is copied at once, an abort is remembered, writing happens in a cork.

import { STATUS_CODES } from 'node:http';
import { type ErrorCode, SepetError } from '../base/errors.ts';
import { failureOf } from '../pool/answers.ts';
import { problemOf, problemType } from './problem.ts';
import type { Trail, TrailNotes } from './trail.ts';
import type { HttpRequest, HttpResponse } from './uws.ts';

/** What an exchange needs of its server. */
export interface ExchangeHost {
  /** Whether answers ask the client to close its connection: the listener is gone. */
  readonly closing: boolean;
  opened(): void;
  /** What the log and the trace keep of a request; undefined where nothing. */
  trail(request: HttpRequest): Trail | undefined;
  answered(route: string, status: number, seconds: number): void;
  aborted(): void;
  /** A bug: `stack` is for the log. */
  failed(route: string, stack: string): void;
}

export interface Answer {
  readonly status?: number;
  /** With a body. */
  readonly contentType?: string;
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the connection with the answer. */
  readonly close?: boolean;
}

export class Exchange {
  readonly #host: ExchangeHost;
  readonly #response: HttpResponse;
  readonly #route: string;
  readonly #isHead: boolean;
  readonly #trail: Trail | undefined;
  readonly #startedMs = performance.now();
  #ended = false;
  /** Whether the handler has returned without an answer. */
  #isLater = false;
  #onAbort: (() => void) | undefined;
  /** Headers that the answer carries whatever it turns out to be. */
  also: Readonly<Record<string, string>> | undefined;

  constructor(host: ExchangeHost, route: string, response: HttpResponse, request: HttpRequest) {
    this.#host = host;
    this.#route = route;
    this.#response = response;
    this.#isHead = request.getMethod() === 'head';
    this.#trail = host.trail(request);
    host.opened();
  }

  /** Called as the handler returns: an answer that is not there yet comes later, unless the client leaves before. */
  handled(): void {
    if (this.#ended) return;
    this.#isLater = true;
    this.#response.onAborted(() => {
      if (this.#ended) return;
      this.#ended = true;
      this.#host.aborted();
      this.#trail?.end(this.#route, this.#seconds());
      this.#onAbort?.();
    });
  }

  /** Called when the client leaves before the answer, to save the work. */
  onAbort(handler: () => void): void {
    this.#onAbort = handler;
  }

  /** The socket's other end, 4 or 16 bytes; only inside the handler. */
  peer(): Uint8Array {
    return new Uint8Array(this.#response.getRemoteAddress());
  }

  /**
   * Hands over the body as it comes; to be called inside the handler. A chunk is dead once `onChunk` returns. What comes
   * after the answer is dropped.
   */
  receive(onChunk: (chunk: Uint8Array, isLast: boolean) => void): void {
    this.#response.onData((chunk, isLast) => {
      if (this.#ended) return;
      try {
        onChunk(new Uint8Array(chunk), isLast);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  /** Ends the connection at once, without an answer. */
  hangUp(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#response.close();
    this.#host.aborted();
    this.#trail?.end(this.#route, this.#seconds());
  }

  /** Answers, unless the client is gone or has its answer. */
  reply(answer: Answer): void {
    if (this.#ended) return;
    this.#ended = true;
    // While its handler runs, a request's socket is corked already.
    if (this.#isLater) this.#response.cork(() => this.#write(answer));
    else this.#write(answer);
    const { status = 200, body = '' } = answer;
    const seconds = this.#seconds();
    this.#host.answered(this.#route, status, seconds);
    this.#trail?.end(this.#route, seconds, status, this.#isHead ? '' : body);
  }

  #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  /** Whether anybody wants to know what `note` says. */
  get isTrailed(): boolean {
    return this.#trail !== undefined;
  }

  /** Tells the access log more of the answer to come. */
  note(notes: TrailNotes): void {
    this.#trail?.note(notes);
  }

  /** Says that what the client has is still right (304); the headers are those of the whole answer. */
  notModified(headers: Readonly<Record<string, string>>): void {
    this.reply({ status: 304, headers });
  }

  #write({ status = 200, contentType, body, headers, close = false }: Answer): void {
    const response = this.#response;
    const closing = close || this.#host.closing;
    if (status !== 200) response.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
    if (contentType !== undefined) response.writeHeader('Content-Type', contentType);
    for (const name in headers) response.writeHeader(name, headers[name] ?? '');
    for (const name in this.also) response.writeHeader(name, this.also[name] ?? '');
    const traceparent = this.#trail?.traceparent;
    if (traceparent !== undefined) response.writeHeader('traceparent', traceparent);
    if (body !== undefined && !this.#isHead) {
      response.end(body, closing);
      return;
    }
    // The library's own way to report a length without a body leaves the response open.
    if (closing) response.writeHeader('Connection', 'close');
    if (body !== undefined) response.writeHeader('Content-Length', String(Buffer.byteLength(body)));
    response.endWithoutBody();
  }

  json(value: object, status = 200): void {
    this.reply({ status, contentType: 'application/json', body: JSON.stringify(value) });
  }

  /** Answers with a problem document. */
  problem(code: ErrorCode, detail: string, headers?: Readonly<Record<string, string>>): void {
    const problem = problemOf(code, detail);
    this.reply({
      status: problem.status,
      contentType: problemType,
      body: JSON.stringify(problem),
      ...(headers && { headers }),
    });
  }

  /** Answers with whatever was thrown: an expected error by its code, a bug as `internal`, told to the log. */
  fail(error: unknown): void {
    if (error instanceof SepetError) {
      this.problem(error.code, error.message);
      return;
    }
    const { code, message, stack = '' } = failureOf(error);
    this.#host.failed(this.#route, stack);
    this.problem(code, message);
  }
}
