// A search for an id or its beginning. Ids lie side by side in the file, so that a look at all of them takes milliseconds.

import type { Catalog } from '../catalog/catalog.ts';
import { idStart, lowered, type WordBits } from './word-bits.ts';

export interface AskedId {
  /** Whether the id of a row begins with what is asked for, ASCII letters in either case. */
  begins(row: number): boolean;
  /** Calls `found` for every such row of the artifact as it was built. */
  each(found: (row: number) => void): void;
}

const utf8 = new TextEncoder();

/** Makes ready a search for ids that begin with a text of at least three bytes; undefined where none does, and for shorter texts. */
export function askId(
  text: string,
  { ids, products: all }: Catalog,
  { idStarts }: WordBits,
): AskedId | undefined {
  const asked = utf8.encode(text).map(lowered);
  const start = idStart(asked, 0, asked.length);
  if (start === undefined) return undefined;
  const { offsets, bytes, length: built } = ids.strings;
  const isThere = (((idStarts[start >>> 5] as number) >>> (start & 31)) & 1) === 1;
  // What deltas brought is not among the starts.
  if (!isThere && all === built) return undefined;

  function beginsAt(row: number): boolean {
    const from = offsets[row] as number;
    if ((offsets[row + 1] as number) - from < asked.length) return false;
    // Backwards: ids of a shop differ late.
    for (let i = asked.length - 1; i >= 0; i--)
      if (lowered(bytes[from + i] as number) !== asked[i]) return false;
    return true;
  }

  return {
    begins(row) {
      if (row < built) return isThere && beginsAt(row);
      const id = utf8.encode(ids.id(row)).map(lowered);
      return id.length >= asked.length && asked.every((byte, i) => byte === id[i]);
    },
    each(found) {
      if (!isThere) return;
      for (let row = 0; row < built; row++) if (beginsAt(row)) found(row);
    },
  };
}
