// When to ask again, and how long to wait before: exponential backoff with jitter, so that clients which were turned away
// together do not come back together (Brooker 2015).

export interface Patience {
  /** How often is asked at most. */
  readonly attempts: number;
  /** The end of everything, in `performance.now()`. */
  readonly deadlineMs: number;
}

const firstWaitMs = 50;
const longestWaitMs = 2000;

/**
 * How long to wait after a failed attempt (1 is the first), or undefined where there is no time or no attempt left.
 * What the server asks for in Retry-After is the least.
 */
export function waitAfter(
  attempt: number,
  { attempts, deadlineMs }: Patience,
  retryAfterMs = 0,
): number | undefined {
  if (attempt >= attempts) return undefined;
  const most = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  const waitMs = retryAfterMs + most * (0.5 + Math.random() / 2);
  return performance.now() + waitMs < deadlineMs ? waitMs : undefined;
}

/** Resolves after a time; rejects with the signal's reason as soon as it is aborted. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
