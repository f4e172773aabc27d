// A set of rows that is emptied for each request: a bit a row, so that even of a million products it stays in a near
// cache, and a list of the words in use, so that emptying costs what was put in.

/** Rows, and where each of them stands. */
export interface Placed {
  readonly rows: Uint32Array;
  readonly places: Uint32Array;
}

export interface Marks {
  has(row: number): boolean;
  add(row: number): void;
  /**
   * Adds those of `rows` from `start` to `end` (excluded) that exist, and writes the new ones and their places to `into`;
   * returns how many. Counts on instead of branching: no one can foresee which words are in use.
   */
  addNew(rows: Uint32Array, start: number, end: number, into: Placed): number;
  clear(): void;
  /** Writes the rows below `end` to `into`, rising; returns how many. */
  list(into: Uint32Array, end: number): number;
}

/** Makes the marks of one thread for rows below `rows`; those of `always` are in it whatever is cleared. */
export function createMarks(rows: number, always: Uint32Array = new Uint32Array(0)): Marks {
  const words = new Uint32Array(Math.ceil(rows / 32));
  for (const row of always) words[row >>> 5] = (words[row >>> 5] as number) | (1 << (row & 31));
  /** What is left of the words when they are emptied; undefined where that is nothing. */
  const cleared = always.length > 0 ? words.slice() : undefined;
  const clearedAt = (at: number): number => (cleared === undefined ? 0 : (cleared[at] as number));
  /**
   * Words that were added to, and room to write one more that is not counted. A word can come again where only rows of
   * `always` were added to it; what then has no place here is emptied with all the others.
   */
  const used = new Uint32Array(words.length + 1);
  let count = 0;

  return {
    has: (row) => (((words[row >>> 5] as number) >>> (row & 31)) & 1) === 1,
    add(row) {
      const at = row >>> 5;
      const word = words[at] as number;
      if (word === clearedAt(at)) used[count++] = at;
      words[at] = word | (1 << (row & 31));
    },
    addNew(taken, start, end, { rows: newRows, places }) {
      let inUse = count;
      let found = 0;
      for (let place = start; place < end; place++) {
        const row = taken[place] as number;
        // Lists of a damaged file may name rows that do not exist.
        if (row >= rows) continue;
        const at = row >>> 5;
        const word = words[at] as number;
        used[inUse] = at;
        inUse += Number(word === clearedAt(at));
        words[at] = word | (1 << (row & 31));
        newRows[found] = row;
        places[found] = place;
        found += ((word >>> (row & 31)) & 1) ^ 1;
      }
      count = inUse;
      return found;
    },
    clear() {
      // Where much was put in, emptying everything in one go is quicker.
      if (count <= words.length >>> 3)
        for (let i = 0; i < count; i++) words[used[i] as number] = clearedAt(used[i] as number);
      else if (cleared === undefined) words.fill(0);
      else words.set(cleared);
      count = 0;
    },
    list(into, end) {
      let length = 0;
      for (let at = 0; at < words.length; at++)
        for (let left = words[at] as number; left !== 0; left &= left - 1) {
          const row = 32 * at + 31 - Math.clz32(left & -left);
          if (row >= end) return length;
          into[length++] = row;
        }
      return length;
    },
  };
}
