// A number in a document, changed by compare-and-swap: no change may be lost.

import { isErrorCode, SepetError } from '../../src/base/errors.ts';
import type { Store } from '../../src/store/store.ts';

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** The code of what a call threw; throws where it is no error of Sepet. */
export function codeOf(error: unknown): string {
  if (error instanceof SepetError && isErrorCode(error.code)) return error.code;
  throw error;
}

/** Adds one, `times` times, anew after each conflict. */
export async function countUp(store: Store, key: string, times: number, onDone?: () => void): Promise<void> {
  for (let done = 0; done < times; ) {
    const found = await store.read(key);
    const next = Buffer.from(String(Number(text(found?.bytes ?? Buffer.from('0'))) + 1));
    try {
      await store.write(key, next, found?.etag ?? null);
    } catch (error) {
      if (codeOf(error) !== 'store_conflict') throw error;
      continue;
    }
    done++;
    onDone?.();
  }
}
