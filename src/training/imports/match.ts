// Which vectors of a file belong to which products, and what is wrong with the rest.

import { constants } from 'node:buffer';
import { SepetError } from '../../base/errors.ts';
import type { VectorFile, VectorFormat } from './vector-file.ts';

export interface Found {
  readonly count: number;
  /** The first few ids. */
  readonly examples: readonly string[];
}

/** What became of each vector of a file: vectors = matched + unknown + duplicates + nonFinite + zeroNorm. */
export interface MatchReport {
  readonly file: string;
  readonly format: VectorFormat;
  readonly vectors: number;
  readonly dims: number;
  readonly matched: number;
  /** Of ids that no product has. */
  readonly unknown: Found;
  /** Of products that had a vector already: the first one counts. */
  readonly duplicates: Found;
  /** NaN, infinite, or none at all. */
  readonly nonFinite: Found;
  readonly zeroNorm: Found;
  /** Products that got no vector, the most ordered first. */
  readonly without: Found;
  /** Of the matched ones. */
  readonly norm: { readonly min: number; readonly mean: number; readonly max: number };
}

export interface Matched {
  readonly dims: number;
  /** Product rows with a vector, ascending. */
  readonly rows: Uint32Array;
  /** rows.length × dims. */
  readonly vectors: Float32Array;
  readonly report: MatchReport;
}

export interface MatchOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

const examplesShown = 5;
/** Values that are read at a time. */
const blockValues = 1_048_576;

class Tally implements Found {
  count = 0;
  readonly examples: string[] = [];

  add(id: string): void {
    this.count++;
    if (this.examples.length < examplesShown) this.examples.push(id);
  }

  get found(): Found {
    return { count: this.count, examples: this.examples };
  }
}

/**
 * Reads a file's vectors and keeps those of known products. Throws what reading throws, `data_empty` where none is left, and
 * `cancelled`.
 */
export async function matchVectors(
  file: VectorFile,
  products: { readonly ids: readonly string[]; readonly orders: Uint32Array },
  options: MatchOptions = {},
): Promise<Matched> {
  const { count, dims, ids } = file;
  checkMemory(file.path, Math.min(count, products.ids.length), dims);
  const rowOf = new Map(products.ids.map((id, row) => [id, row]));
  const [unknown, duplicates, nonFinite, zeroNorm] = [new Tally(), new Tally(), new Tally(), new Tally()];
  const seen = new Map<number, number>();
  const blocks = new Store(dims, Math.min(count, products.ids.length));
  const norm = { min: Number.POSITIVE_INFINITY, sum: 0, max: 0 };
  const aBlock = Math.max(1, Math.floor(blockValues / dims));
  const block = new Float32Array(Math.min(count, aBlock) * dims);
  for (let begin = 0; begin < count; begin += aBlock) {
    const end = Math.min(count, begin + aBlock);
    file.read(begin, end, block);
    for (let i = begin; i < end; i++) {
      const id = ids[i] as string;
      const row = rowOf.get(id);
      const vector = block.subarray((i - begin) * dims, (i - begin + 1) * dims);
      const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
      if (row === undefined) unknown.add(id);
      else if (seen.has(row)) duplicates.add(id);
      else if (!Number.isFinite(length)) nonFinite.add(id);
      else if (length === 0) zeroNorm.add(id);
      else {
        seen.set(row, blocks.add(vector));
        norm.min = Math.min(norm.min, length);
        norm.max = Math.max(norm.max, length);
        norm.sum += length;
      }
    }
    options.onProgress?.(end, count);
    await new Promise(setImmediate);
    if (options.signal?.aborted) throw new SepetError('cancelled', 'Stopped; nothing was written.');
  }
  if (seen.size === 0)
    throw new SepetError(
      'data_empty',
      `No vector of ${file.path} is of a product: its ids look like ${shown(ids)}, those of the data like ${shown(products.ids)}.`,
    );
  const rows = Uint32Array.from(seen.keys()).sort();
  return {
    dims,
    rows,
    vectors: blocks.ordered(rows, seen),
    report: {
      ...{ file: file.path, format: file.format, vectors: count, dims, matched: seen.size },
      ...{ unknown: unknown.found, duplicates: duplicates.found },
      ...{ nonFinite: nonFinite.found, zeroNorm: zeroNorm.found },
      without: withoutVector(products, (row) => seen.has(row)),
      norm: { min: norm.min, mean: norm.sum / seen.size, max: norm.max },
    },
  };
}

/** Throws `vectors_invalid` where so many vectors are more than one array can be. */
export function checkMemory(path: string, count: number, dims: number): void {
  if (count * dims * Float32Array.BYTES_PER_ELEMENT <= constants.MAX_LENGTH) return;
  throw new SepetError(
    'vectors_invalid',
    `${path} has too many values: ${count} products of ${dims} are more than one section holds. Import shorter vectors.`,
  );
}

const shown = (ids: readonly string[]): string =>
  ids
    .slice(0, 3)
    .map((id) => `"${id}"`)
    .join(', ');

/** Products without a vector; those named are the most ordered ones, whose absence is felt. */
export function withoutVector(
  { ids, orders }: { readonly ids: readonly string[]; readonly orders: Uint32Array },
  has: (row: number) => boolean,
): Found {
  const rows = [...ids.keys()].filter((row) => !has(row));
  const first = rows
    .toSorted((a, b) => (orders[b] as number) - (orders[a] as number) || a - b)
    .slice(0, examplesShown);
  return { count: rows.length, examples: first.map((row) => ids[row] as string) };
}

/** Vectors in the order in which they came, in memory that grows with them. */
class Store {
  private values: Float32Array;
  private count = 0;
  private readonly dims: number;
  private readonly most: number;

  constructor(dims: number, most: number) {
    this.dims = dims;
    this.most = most;
    this.values = new Float32Array(Math.min(most, 4096) * dims);
  }

  add(vector: Float32Array): number {
    const { dims } = this;
    if ((this.count + 1) * dims > this.values.length) {
      const longer = new Float32Array(Math.min(2 * this.values.length, this.most * dims));
      longer.set(this.values);
      this.values = longer;
    }
    this.values.set(vector, this.count * dims);
    return this.count++;
  }

  ordered(rows: Uint32Array, places: ReadonlyMap<number, number>): Float32Array {
    const { dims } = this;
    const result = new Float32Array(rows.length * dims);
    rows.forEach((row, i) => {
      const place = places.get(row) as number;
      result.set(this.values.subarray(place * dims, (place + 1) * dims), i * dims);
    });
    return result;
  }
}
