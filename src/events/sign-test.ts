// The sign test: whether as many better as worse could be chance. Products that came out the same say nothing and are left out.

/** ln 2, and the part of it that a double leaves out: times 100,000 the first alone would be off. */
const ln2 = Math.LN2;
const ln2Rest = 2.3190468138462996e-17;

/** Up to here 2^-n is a double without loss. */
const plainMost = 1000;

/** How likely k of n are heads. */
function probability(n: number, k: number): number {
  if (n > plainMost) return Math.exp(logProbability(n, k));
  let product = 2 ** -n;
  for (let i = 1; i <= k; i++) product *= (n - k + i) / i;
  return product;
}

/** ln of n choose k times 2^-n, with compensated sums: at n of 100,000 the terms are large and cancel. */
function logProbability(n: number, k: number): number {
  let sum = 0;
  let lost = 0;
  const add = (value: number): void => {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  };
  for (let i = 1; i <= k; i++) add(Math.log((n - k + i) / i));
  add(-n * ln2);
  add(-n * ln2Rest);
  return sum + lost;
}

/**
 * The two-sided p-value of the exact binomial test with a half: how likely it is that `better` and `worse` differ this much or
 * more where nothing makes them differ. 1 where there are none.
 */
export function signTest(better: number, worse: number): number {
  const n = better + worse;
  const k = Math.min(better, worse);
  if (2 * k >= n - 1) return 1;
  // The tail as its largest term times a sum of ratios, which fall below any that count.
  let ratio = 1;
  let ratios = 1;
  for (let i = k; i > 0 && ratio > ratios * Number.EPSILON; i--) {
    ratio *= i / (n - i + 1);
    ratios += ratio;
  }
  return Math.min(1, 2 * ratios * probability(n, k));
}
