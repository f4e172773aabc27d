// The inverse of a symmetric positive definite matrix by Cholesky: A = L L', M = (L^-1)', A^-1 = M M'. All three steps are inner
// products of rows, so that one kernel of 4 by 4 of them does nearly all the work: about 2.5 thousand million multiplications a second.

import { SepetError } from '../../base/errors.ts';

/** Rows and columns come in fours. */
export const padded = (n: number): number => Math.ceil(n / 4) * 4;

/** Columns that are worked on together, and the length of what is multiplied at a time: both fit into the second cache. */
const block = 64;
const run = 256;

/** Told after each block of columns, of all three steps together; may throw to stop. */
export type Tell = (done: number, total: number) => Promise<void>;

/**
 * Returns the inverse of `a` (n × n by rows, n a multiple of 4, the lower half filled), its lower half only, and overwrites `a`. Memory is
 * another 8 n² bytes, time n³/2 multiplications. Throws `argument_invalid` where the matrix is not positive definite.
 */
export async function inverse(
  a: Float64Array,
  n: number,
  tell: Tell = async () => {},
): Promise<Float64Array> {
  const blocks = Math.ceil(n / block);
  const step = (part: number, from: number): Promise<void> =>
    tell(part * blocks + Math.min(blocks, from / block + 1), 3 * blocks);
  for (let from = 0; from < n; from += block) {
    factorBlock(a, n, from);
    await step(0, from);
  }
  const m = new Float64Array(n * n);
  for (let from = 0; from < n; from += block) {
    invertBlock(m, a, n, from);
    await step(1, from);
  }
  a.fill(0);
  for (let from = 0; from < n; from += block) {
    const to = Math.min(n, from + block);
    for (let begin = from; begin < n; begin += run)
      for (let i = from; i < to; i += 4)
        for (let j = 0; j <= i; j += 4)
          subtract(a, i * n + j, n, m, i * n, m, j * n, Math.max(begin, i), Math.min(n, begin + run));
    for (let at = from * n; at < to * n; at++) a[at] = -(a[at] as number);
    await step(2, from);
  }
  return a;
}

/** The columns of L from `from` on, one block of them; those before are done. */
function factorBlock(a: Float64Array, n: number, from: number): void {
  const to = Math.min(n, from + block);
  for (let begin = 0; begin < from; begin += run)
    for (let i = from; i < n; i += 4)
      for (let j = from; j < to && j <= i; j += 4)
        subtract(a, i * n + j, n, a, i * n, a, j * n, begin, Math.min(from, begin + run));
  for (let j = from; j < to; j++) {
    const square = (a[j * n + j] as number) - dot(a, j * n, a, j * n, from, j);
    if (!(square > 0))
      throw new SepetError('argument_invalid', `The matrix is not positive definite (row ${j}).`);
    const root = Math.sqrt(square);
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++)
      a[i * n + j] = ((a[i * n + j] as number) - dot(a, i * n, a, j * n, from, j)) / root;
  }
}

/** The columns of M from `from` on, one block of them: row i solves L x = e_i. */
function invertBlock(m: Float64Array, l: Float64Array, n: number, from: number): void {
  const to = Math.min(n, from + block);
  for (let begin = 0; begin < from; begin += run)
    for (let i = 0; i < Math.min(from, begin + run); i += 4)
      for (let j = from; j < to; j += 4)
        subtract(m, i * n + j, n, m, i * n, l, j * n, Math.max(begin, i), Math.min(from, begin + run));
  for (let i = 0; i < to; i++)
    for (let j = Math.max(from, i); j < to; j++) {
      const rest = (m[i * n + j] as number) - dot(m, i * n, l, j * n, from, j);
      m[i * n + j] = (rest + (i === j ? 1 : 0)) / (l[j * n + j] as number);
    }
}

function dot(x: Float64Array, p: number, y: Float64Array, q: number, from: number, to: number): number {
  let sum = 0;
  for (let t = from; t < to; t++) sum += (x[p + t] as number) * (y[q + t] as number);
  return sum;
}

/** Takes 4 by 4 inner products of rows of `x` (from `p`) and `y` (from `q`), over `from` up to `to` (excluded), from those at `c` of `out`. */
function subtract(
  out: Float64Array,
  c: number,
  n: number,
  x: Float64Array,
  p: number,
  y: Float64Array,
  q: number,
  from: number,
  to: number,
): void {
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  const [p1, p2, p3, q1, q2, q3] = [p + n, p + 2 * n, p + 3 * n, q + n, q + 2 * n, q + 3 * n];
  for (let t = from; t < to; t++) {
    const x0 = x[p + t] as number;
    const x1 = x[p1 + t] as number;
    const x2 = x[p2 + t] as number;
    const x3 = x[p3 + t] as number;
    const y0 = y[q + t] as number;
    const y1 = y[q1 + t] as number;
    const y2 = y[q2 + t] as number;
    const y3 = y[q3 + t] as number;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  take(out, c, s00, s01, s02, s03);
  take(out, c + n, s10, s11, s12, s13);
  take(out, c + 2 * n, s20, s21, s22, s23);
  take(out, c + 3 * n, s30, s31, s32, s33);
}

function take(out: Float64Array, c: number, s0: number, s1: number, s2: number, s3: number): void {
  out[c] = (out[c] as number) - s0;
  out[c + 1] = (out[c + 1] as number) - s1;
  out[c + 2] = (out[c + 2] as number) - s2;
  out[c + 3] = (out[c + 3] as number) - s3;
}
