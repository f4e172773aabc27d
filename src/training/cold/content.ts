// Nearest neighbours by imported content vectors: cosine, by exact scan over the most ordered products that have one.

import { limits } from '../../base/limits.ts';
import { Index, noRow } from '../../native/index.ts';

export interface Content {
  readonly dims: number;
  /** Products with a content vector. */
  readonly rows: Uint32Array;
  /** rows.length × dims; of any length but zero. */
  readonly vectors: Float32Array;
}

const batch = 256;

/**
 * For each cold row the `count` known rows with the highest cosine of content vectors, best first, or undefined where the row has
 * no content vector or no known row has. Of known rows the first `coldSearched` with a vector are looked at.
 *
 * @param known rows that have vectors of their own, the most ordered first
 */
export function contentNeighbours(
  content: Content,
  known: Uint32Array,
  cold: Uint32Array,
  count: number,
): (number[] | undefined)[] {
  const { dims } = content;
  const placeOf = new Map<number, number>();
  content.rows.forEach((row, place) => {
    placeOf.set(row, place);
  });
  const among = known.filter((row) => placeOf.has(row)).subarray(0, limits.coldSearched.default);
  const nearest = new Array<number[] | undefined>(cold.length).fill(undefined);
  if (among.length === 0) return nearest;
  const unit = (row: number, into: Float32Array, at: number): void => {
    const start = (placeOf.get(row) as number) * dims;
    const vector = content.vectors.subarray(start, start + dims);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    for (let t = 0; t < dims; t++) into[at * dims + t] = (vector[t] as number) / length;
  };
  const vectors = new Float32Array(among.length * dims);
  among.forEach((row, i) => {
    unit(row, vectors, i);
  });
  const index = new Index({ vectors, dims });
  const k = Math.min(count, among.length);
  const asked = [...cold.keys()].filter((i) => placeOf.has(cold[i] as number));
  for (let begin = 0; begin < asked.length; begin += batch) {
    const some = asked.slice(begin, begin + batch);
    const queries = new Float32Array(some.length * dims);
    some.forEach((i, q) => {
      unit(cold[i] as number, queries, q);
    });
    const rows = new Uint32Array(some.length * k);
    const scores = new Float32Array(some.length * k);
    index.scan({ queries, k, rows, scores, counts: new Uint32Array(some.length) });
    some.forEach((i, q) => {
      const found = [...rows.subarray(q * k, (q + 1) * k)].filter((place) => place !== noRow);
      nearest[i] = found.map((place) => among[place] as number);
    });
  }
  return nearest;
}
