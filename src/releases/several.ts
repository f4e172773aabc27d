// Several questions to a store at a time, and not all at once.

import { limits } from '../base/limits.ts';

/** Like `Promise.all` over `items`, with at most `atATime` under way. The results are in order. */
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
      results[i] = await work(items[i] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, worker));
  return results;
}
