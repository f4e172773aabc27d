// W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context/): a request's place in a trace, and ours under it.

import { randomFillSync } from 'node:crypto';

/** Our part in a trace: a span under the caller's. */
export interface Span {
  /** 32 hexadecimal digits, the same in all services that had a part in the request. */
  readonly traceId: string;
  /** The caller's span: 16 hexadecimal digits. */
  readonly parentId: string;
  /** Our own. */
  readonly spanId: string;
  /** Two hexadecimal digits; the lowest bit says that the caller keeps its span. */
  readonly flags: string;
}

/** Version, trace, parent, flags; a later version may have more after a further dash. */
const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const zeros = /^0+$/;
/** The flags of version 00 that are not reserved. */
const knownFlags = 0x01;

/** A span of our own under the caller's; undefined where the header is not right, which is then as if it were not there. */
export function spanUnder(traceparent: string): Span | undefined {
  const [, version, traceId = '', parentId = '', flags = '', more] = shape.exec(traceparent) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (zeros.test(traceId) || zeros.test(parentId)) return undefined;
  const known = Number.parseInt(flags, 16) & knownFlags;
  return { traceId, parentId, spanId: newSpanId(), flags: known === 1 ? '01' : '00' };
}

/** The header that passes the trace on, with our span in the caller's place. */
export const traceparentOf = ({ traceId, spanId, flags }: Span): string => `00-${traceId}-${spanId}-${flags}`;

const spanBytes = 8;
/** Random bytes are fetched for many spans at a time: a call for each would cost more than all else here. */
const pool = Buffer.alloc(spanBytes * 256);
let used = pool.length;

function newSpanId(): string {
  for (;;) {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const id = pool.toString('hex', used, used + spanBytes);
    used += spanBytes;
    if (!zeros.test(id)) return id;
  }
}

/** Hexadecimal digits that a double holds exactly. */
const drawnDigits = 13;

/**
 * Whether a trace is of a share of all traces. It is drawn from the lower half of the trace's id, as OpenTelemetry's
 * TraceIdRatioBased sampler does, so that all services with one share keep the same traces.
 */
export const isInShare = (traceId: string, share: number): boolean =>
  Number.parseInt(traceId.slice(16, 16 + drawnDigits), 16) < share * 16 ** drawnDigits;
