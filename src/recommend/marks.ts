// A set of rows that is emptied for each request: a bit a row, so that even of a million products it stays in a near
// cache, and a list of the words in use, so that emptying costs what was put in.

export interface Marks {
  has(row: number): boolean;
  add(row: number): void;
  clear(): void;
  /** Writes the rows below `end` to `into`, rising; returns how many. */
  list(into: Uint32Array, end: number): number;
}

/** Makes the marks of one thread for rows below `rows`. */
export function createMarks(rows: number): Marks {
  const words = new Uint32Array(Math.ceil(rows / 32));
  /** Words that hold something, each once; of more than it can name, all are emptied. */
  const used = new Uint32Array(Math.max(1, words.length >>> 3));
  let count = 0;

  return {
    has: (row) => (((words[row >>> 5] as number) >>> (row & 31)) & 1) === 1,
    add(row) {
      const at = row >>> 5;
      const word = words[at] as number;
      if (word === 0) {
        if (count < used.length) used[count] = at;
        count++;
      }
      words[at] = word | (1 << (row & 31));
    },
    clear() {
      if (count > used.length) words.fill(0);
      else for (let i = 0; i < count; i++) words[used[i] as number] = 0;
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
