// Several questions to a store at a time, and not all at once.

import { limits } from '../base/limits.ts';

/**
 * Like `Promise.all` over `items`, with at most `atATime` under way, and none any more when it rejects: whoever asked may
 * remove next what they were at. The results are in order.
 */
export async function several<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atATime: number = limits.downloads.default,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      try {
        results[i] = await work(items[i] as T);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atATime, items.length) }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return results;
}
