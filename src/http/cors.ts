// Which pages of other origins may read answers (the CORS protocol of the Fetch standard). Off unless origins are listed;
// credentials are never asked for, and /admin takes no part.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Exchange } from './exchange.ts';
import type { HttpRequest } from './uws.ts';

type Headers = Readonly<Record<string, string>>;

/** What a page may read beside the simple headers, and what it may send. */
const exposed = 'ETag, Retry-After, Deprecation';
const accepted = 'Accept, Content-Type, If-None-Match, X-Request-Timeout-Ms, traceparent, tracestate';
const maxAgeSeconds = '600';

const anyOrigin: Headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': exposed };
const varied: Headers = { Vary: 'Origin' };

function checkOrigin(given: string): string {
  try {
    const { origin } = new URL(given);
    if (origin === given) return origin;
    if (origin !== 'null') throw new SepetError('option_invalid', `--cors ${given}: write it as ${origin}.`);
  } catch (error) {
    if (error instanceof SepetError) throw error;
  }
  const said = 'an origin looks like https://shop.example, or is * for all.';
  throw new SepetError('option_invalid', `--cors ${given}: ${said}`);
}

export class Cors {
  /** Undefined where every origin may read. */
  readonly #origins: ReadonlyMap<string, Headers> | undefined;

  private constructor(origins: ReadonlyMap<string, Headers> | undefined) {
    this.#origins = origins;
  }

  /** Undefined where no origin is given. Throws `option_invalid` on what is no origin. */
  static of(given: readonly string[] = []): Cors | undefined {
    if (given.length === 0) return undefined;
    if (given.length > limits.corsOrigins.max)
      throw new SepetError('option_invalid', `--cors takes at most ${limits.corsOrigins.max} origins.`);
    if (given.includes('*')) return new Cors(undefined);
    const headersOf = (origin: string): Headers => ({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': exposed,
      ...varied,
    });
    return new Cors(new Map(given.map(checkOrigin).map((origin) => [origin, headersOf(origin)])));
  }

  /** The headers of an answer to a page of this origin; '' is none. */
  headersFor(origin: string): Headers {
    if (this.#origins === undefined) return anyOrigin;
    return this.#origins.get(origin) ?? varied;
  }

  /** Answers an OPTIONS request: whether the page may send what it wants to send. */
  preflight(exchange: Exchange, request: HttpRequest, methods: readonly string[]): void {
    const own = this.headersFor(request.getHeader('origin'));
    const isAllowed = 'Access-Control-Allow-Origin' in own;
    const allowed: Headers = {
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': accepted,
      'Access-Control-Max-Age': maxAgeSeconds,
    };
    // A 204 must not have the length that the library writes.
    exchange.reply({ contentType: 'text/plain', body: '', headers: isAllowed ? allowed : {} });
  }
}
