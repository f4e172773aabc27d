// The hashing trick (Weinberger et al. 2009): a value's feature is a hash of its column and itself. Part of the format of models:
// it must never change.

/** 32 bits of a column's value: FNV-1a over UTF-16 units, then murmur's finaliser. */
export function hashOf(column: string, value: string): number {
  let h = 0x811c9dc5;
  for (const text of [column, '\0', value])
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
