// Who may administer the server: whoever has its token or, where it has none, programs of this machine. A page in a browser
// on this machine is none of them: it is refused where its own address is another than the server's.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { ErrorCode } from '../base/errors.ts';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type Log, throttled } from '../base/log.ts';
import { addressText, clientKey, isLoopback } from './addresses.ts';
import { Buckets, peerOf } from './clients.ts';
import type { Exchange } from './exchange.ts';
import type { HttpRequest } from './uws.ts';

export interface AdminOptions {
  /** Without, only programs of this machine are let in. */
  readonly token?: string;
  /** Who fails is told by X-Forwarded-For. */
  readonly trustProxy: boolean;
  readonly log: Log;
  /** Called for each refusal. */
  readonly refused: (code: ErrorCode) => void;
}

/** The headers by which a proxy tells that it is one. */
const proxyHeaders = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'] as const;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Checks a token's length; spaces and line ends around it do not count. Throws `option_invalid`. */
export function checkToken(text: string, source: string): string {
  const token = text.trim();
  const { min, max } = limits.adminToken;
  if (token.length >= min && token.length <= max && /^[\x21-\x7e]+$/.test(token)) return token;
  const said = `must be ${min} to ${max} characters of ASCII without spaces; openssl rand -hex 32 makes one.`;
  throw new SepetError('option_invalid', `The token of /admin in ${source} ${said}`);
}

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class AdminGuard {
  readonly #options: AdminOptions;
  readonly #token: Buffer | undefined;
  readonly #failures = new Buckets(limits.adminFailures.default / 60, limits.adminFailures.default);
  readonly #logRefused: (message: string) => void;

  constructor(options: AdminOptions) {
    this.#options = options;
    this.#token = options.token === undefined ? undefined : digest(options.token);
    this.#logRefused = throttled(options.log.warn);
  }

  /** Whether the request may go on; one that may not has its answer. To be called inside the handler. */
  admits(exchange: Exchange, request: HttpRequest): boolean {
    const refusal = this.#token === undefined ? openTo(exchange, request) : this.#check(exchange, request);
    if (refusal === undefined) return true;
    const { code, message, headers } = refusal;
    const who = addressText(exchange.peer());
    this.#logRefused(`/admin refused ${who}: ${code}`);
    this.#options.refused(code);
    exchange.problem(code, message, headers);
    return false;
  }

  #check(exchange: Exchange, request: HttpRequest): Refusal | undefined {
    const socket = { getRemoteAddress: () => exchange.peer().buffer as ArrayBuffer };
    const client = clientKey(peerOf(socket, request, this.#options.trustProxy));
    const nowMs = performance.now();
    const [, given] = /^Bearer +(\S+) *$/i.exec(request.getHeader('authorization')) ?? [];
    if (given === undefined) return missing;
    // Before the token is looked at: who has guessed too often learns nothing more, not even by guessing right.
    const waitSeconds = this.#failures.take(client, 0, nowMs);
    if (waitSeconds > 0) return tooOften(waitSeconds);
    if (timingSafeEqual(digest(given), this.#token as Buffer)) return undefined;
    this.#failures.take(client, 1, nowMs);
    return invalid;
  }
}

const missing: Refusal = {
  code: 'token_missing',
  message: 'Send the token of /admin: Authorization: Bearer TOKEN',
  headers: { 'WWW-Authenticate': 'Bearer realm="sepet"' },
};

const invalid: Refusal = {
  code: 'token_invalid',
  message: "The token is not this server's.",
  headers: { 'WWW-Authenticate': 'Bearer realm="sepet", error="invalid_token"' },
};

const tooOften = (waitSeconds: number): Refusal => ({
  code: 'client_limited',
  message: 'Too many wrong tokens came from this address.',
  headers: { 'Retry-After': String(Math.ceil(waitSeconds)) },
});

const closed = (why: string): Refusal => ({
  code: 'admin_closed',
  message: `/admin has no token here, so it answers only programs on this machine: ${why} Start the server with --admin-token-file.`,
});

/** Without a token: the socket decides, no header can open. */
function openTo(exchange: Exchange, request: HttpRequest): Refusal | undefined {
  if (!isLoopback(exchange.peer())) return closed('this request comes from another.');
  if (proxyHeaders.some((name) => request.getHeader(name) !== ''))
    return closed('this request comes through a proxy.');
  // A page that has its name point here, or that just posts here, is somebody else's program.
  const host = request.getHeader('host');
  const name = host.replace(/:\d+$/, '');
  if (name !== 'localhost' && name !== '[::1]' && !/^127(\.\d{1,3}){3}$/.test(name))
    return closed(`"${host}" is not a name of this machine.`);
  const origin = request.getHeader('origin');
  if (origin !== '' && origin !== `http://${host}`) return closed(`a page of ${origin} sent this request.`);
  return undefined;
}
