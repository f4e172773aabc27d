// The access log: one JSON line for a share of the requests, and for slow and failed ones up to a rate. Lines leave by
// pino's own buffer, off the event loop; where their reader is slower than they come, they are dropped and counted.
//
// Nothing of a person is in them: no address, no header, and of the query string only the values that say how was asked
// (`shownQuery`); what somebody bought, searched for or has in the basket is not among them.

import { constants, fstatSync, openSync } from 'node:fs';
import { pino } from 'pino';
import { limits } from '../base/limits.ts';
import { Budget } from './budget.ts';
import { isInShare, type Span } from './trace.ts';

/** What is known of a request when it is over. */
export interface AccessEntry {
  readonly method: string;
  readonly route: string;
  readonly path: string;
  readonly query: string;
  /** Absent where the client left before the answer. */
  readonly status?: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly placement?: string;
  readonly channel?: string;
  readonly policy?: string;
  readonly experiment?: string;
  readonly cache?: string;
  readonly span?: Span;
}

export interface AccessLogOptions {
  /** Of the requests, 0 to 1. */
  readonly share: number;
  readonly slowMs?: number;
  /** Lines a second for requests that are slow or failed and are not of the share. */
  readonly keptRate?: number;
  /** Where lines go: stderr. */
  readonly fd?: number;
}

/** Why a request has a line. */
type Kept = 'share' | 'error' | 'slow';

/** Parameters whose values tell nothing of whoever asks. */
const shownParameters = new Set(
  'limit efSearch gamma explain fallback fields policy placement channel inStock newerThanDays priceMin priceMax'.split(
    ' ',
  ),
);

/** The query string with a star in place of each value that may tell something of a person. */
export function shownQuery(query: string): string {
  const shown = query.split('&').map((pair) => {
    const [name = ''] = pair.split('=', 1);
    if (shownParameters.has(name)) return pair;
    return name === pair ? '*' : `${name}=*`;
  });
  return shown.join('&');
}

/** Lines that wait for their reader. */
const waitingBytes = 4_194_304;
/** A pipe takes so much at once: lines of several processes do not mix. */
const writtenBytes = 4096;
/** At the end the reader gets so long. */
const flushMs = 1000;

/**
 * A pipe's end of our own, which does not block: a write to a full one would hold a thread, and with it the end of the
 * process, until somebody reads.
 */
function unblocked(fd: number): number {
  if (process.platform !== 'linux' || !fstatSync(fd).isFIFO()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}

export class AccessLog {
  readonly #share: number;
  readonly #slowSeconds: number;
  readonly #destination: ReturnType<typeof pino.destination>;
  readonly #logger: pino.Logger;
  #isBroken = false;
  #untilMs = Number.POSITIVE_INFINITY;
  #dropped = 0;
  #lines = 0;
  /** Of lines for slow and failed requests. */
  readonly #budget: Budget;

  constructor({
    share,
    slowMs = limits.slowMs.default,
    keptRate = limits.accessLogRate.default,
    fd = 2,
  }: AccessLogOptions) {
    this.#share = share;
    this.#slowSeconds = slowMs / 1000;
    this.#budget = new Budget(keptRate);
    this.#destination = pino.destination({
      ...{ sync: false, minLength: 1, maxLength: waitingBytes, maxWrite: writtenBytes },
      fd: unblocked(fd),
      // A full pipe's reader may come back, until the end.
      retryEAGAIN: () => performance.now() < this.#untilMs,
    });
    this.#destination.on('drop', () => {
      this.#lines--;
      this.#dropped++;
    });
    // pino calls it as the process exits, and would wait for a reader for ever.
    const flushSync = this.#destination.flushSync.bind(this.#destination);
    this.#destination.flushSync = () => {
      this.#untilMs = Math.min(this.#untilMs, performance.now() + flushMs);
      try {
        flushSync();
      } catch {
        // What is left has no reader.
      }
    };
    // The reader is gone: requests are answered without it.
    this.#destination.on('error', () => {
      this.#isBroken = true;
    });
    this.#logger = pino(
      {
        base: null,
        messageKey: 'message',
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
      },
      this.#destination,
    );
  }

  /** Lines written, and lines dropped because their reader was too slow or is gone. */
  get counts(): { readonly lines: number; readonly dropped: number } {
    return { lines: this.#lines, dropped: this.#dropped };
  }

  /** Logs the request, if it is one to be logged. */
  add(entry: AccessEntry): void {
    const kept = this.#keptAs(entry);
    if (kept === undefined) return;
    if (this.#isBroken) {
      this.#dropped++;
      return;
    }
    this.#lines++;
    const line = lineOf(entry, kept);
    if (kept === 'share') this.#logger.info(line, 'request');
    else this.#logger.warn(line, 'request');
  }

  /** Resolves when the lines are written, or their reader has had a second for them. */
  async close(): Promise<void> {
    if (this.#isBroken) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, flushMs).unref();
      this.#destination.flush(() => resolve());
    });
    this.#untilMs = performance.now();
  }

  #keptAs({ status = 0, seconds, span }: AccessEntry): Kept | undefined {
    const isDrawn = span === undefined ? Math.random() < this.#share : isInShare(span.traceId, this.#share);
    if (isDrawn) return 'share';
    if (status >= 500) return this.#budget.take() ? 'error' : undefined;
    if (seconds >= this.#slowSeconds) return this.#budget.take() ? 'slow' : undefined;
    return undefined;
  }
}

const cut = (text: string): string => text.slice(0, limits.loggedText.default);

function lineOf(entry: AccessEntry, kept: Kept): object {
  const { method, route, path, query, status, seconds, bytes, policy, experiment, cache, span } = entry;
  const { placement, channel } = entry;
  return {
    ...{ kept, method, route, path: cut(path) },
    ...(query !== '' && { query: cut(shownQuery(query)) }),
    ...(status === undefined ? { clientClosed: true } : { status }),
    ms: Math.round(seconds * 1e6) / 1000,
    bytes,
    ...(placement !== undefined && { placement: cut(placement) }),
    ...(channel !== undefined && { channel: cut(channel) }),
    ...(policy !== undefined && { policy }),
    ...(experiment !== undefined && { experiment }),
    ...(cache !== undefined && { cache }),
    // The names that OpenTelemetry gives them in logs of other formats; the line is the span.
    ...(span !== undefined && {
      name: `${method} ${route}`,
      ...{ trace_id: span.traceId, span_id: span.spanId, parent_span_id: span.parentId },
      trace_flags: span.flags,
    }),
  };
}
