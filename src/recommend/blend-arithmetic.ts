// The inner loops of blending, over typed arrays that one thread reuses.

import type { Calibration } from '../artifact/blend.ts';
import type { VectorQuery } from './retrieve.ts';

/** A typed array that grows; what it holds is lost when it does. */
export function matrix(): { of(length: number): Float64Array } {
  let values = new Float64Array(512);
  return {
    of(length) {
      if (values.length < length) values = new Float64Array(Math.max(length, 2 * values.length));
      return values;
    },
  };
}

/** Where a query's vector stands: row `row` of `vectors` (none where it is below 0), then `last`. */
export interface AskedVector {
  readonly vectors: Float32Array;
  readonly dims: number;
  readonly row: number;
  readonly last: number;
}

/** Writes a product's vector as it is asked with: its share, and what the request adds to it. */
export function moveInto(
  to: Float64Array,
  { vectors, dims, row, last }: AskedVector,
  { share = 1, shift }: VectorQuery,
): void {
  const from = row * dims;
  for (let i = 0; i < dims; i++) {
    const own = row < 0 ? 0 : (vectors[from + i] as number);
    to[i] = shift === undefined ? own : share * own + (shift[i] as number);
  }
  to[dims] = last;
}

/**
 * The inner products of `query` with rows of `vectors`, `width` floats each; NaN for rows from `known` on. Four sums at a time,
 * as each addition waits for the one before it.
 */
export function innerProducts(
  query: Float64Array,
  vectors: Float32Array,
  { width, known }: { readonly width: number; readonly known: number },
  { rows, size }: { readonly rows: Uint32Array; readonly size: number },
  to: Float64Array,
): void {
  const whole = width - (width % 4);
  for (let i = 0; i < size; i++) {
    const row = rows[i] as number;
    if (row >= known) {
      to[i] = Number.NaN;
      continue;
    }
    let at = row * width;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let k = 0;
    for (; k < whole; k += 4, at += 4) {
      a += (query[k] as number) * (vectors[at] as number);
      b += (query[k + 1] as number) * (vectors[at + 1] as number);
      c += (query[k + 2] as number) * (vectors[at + 2] as number);
      d += (query[k + 3] as number) * (vectors[at + 3] as number);
    }
    for (; k < width; k++, at++) a += (query[k] as number) * (vectors[at] as number);
    to[i] = a + b + (c + d);
  }
}

/** Adds `weight` times the log-odds of each score: `calibrated` of src/artifact/blend.ts, over an array. */
export function addCalibrated(
  to: Float64Array,
  scores: Float64Array,
  size: number,
  { calibration, weight }: { readonly calibration: Calibration; readonly weight: number },
): void {
  const { log, scale, offset, unknown } = calibration;
  const slope = weight * scale;
  const known = weight * offset;
  const stranger = weight * unknown;
  for (let i = 0; i < size; i++) {
    const x = log ? Math.log(scores[i] as number) : (scores[i] as number);
    to[i] = (to[i] as number) + (Math.abs(x) < Number.POSITIVE_INFINITY ? slope * x + known : stranger);
  }
}
