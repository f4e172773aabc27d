// One request and its answer, from the handler's call to the last byte. It keeps the rules of uws.ts in one
// place: what is needed of the request is copied at once, an abort is remembered, writing happens in a cork.

import { STATUS_CODES } from 'node:http';
import { type ErrorCode, SepetError } from '../base/errors.ts';
import { failureOf } from '../pool/answers.ts';
import { problemOf, problemType } from './problem.ts';
import type { HttpRequest, HttpResponse } from './uws.ts';

/** What an exchange needs of its server. */
export interface ExchangeHost {
  /** Whether answers ask the client to close its connection: the listener is gone. */
  readonly closing: boolean;
  opened(): void;
  answered(route: string, status: number, seconds: number): void;
  aborted(): void;
  /** A bug: `stack` is for the log. */
  failed(route: string, stack: string): void;
}

export interface Answer {
  readonly status?: number;
  readonly contentType: string;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Exchange {
  readonly #host: ExchangeHost;
  readonly #response: HttpResponse;
  readonly #route: string;
  readonly #isHead: boolean;
  readonly #startedMs = performance.now();
  #ended = false;
  #onAbort: (() => void) | undefined;

  constructor(host: ExchangeHost, route: string, response: HttpResponse, request: HttpRequest) {
    this.#host = host;
    this.#route = route;
    this.#response = response;
    this.#isHead = request.getMethod() === 'head';
    host.opened();
    response.onAborted(() => {
      if (this.#ended) return;
      this.#ended = true;
      host.aborted();
      this.#onAbort?.();
    });
  }

  /** Called when the client leaves before the answer, to save the work. */
  onAbort(handler: () => void): void {
    this.#onAbort = handler;
  }

  /** Answers, unless the client is gone or has its answer. */
  reply({ status = 200, contentType, body, headers }: Answer): void {
    if (this.#ended) return;
    this.#ended = true;
    const response = this.#response;
    const { closing } = this.#host;
    response.cork(() => {
      if (status !== 200) response.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
      response.writeHeader('Content-Type', contentType);
      for (const name in headers) response.writeHeader(name, headers[name] ?? '');
      if (!this.#isHead) response.end(body, closing);
      else {
        // The library's own way to report a length without a body leaves the response open.
        if (closing) response.writeHeader('Connection', 'close');
        response.writeHeader('Content-Length', String(Buffer.byteLength(body))).endWithoutBody();
      }
    });
    this.#host.answered(this.#route, status, (performance.now() - this.#startedMs) / 1000);
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
