// Numbers made fit for a linear model: standardised, after a logarithm or a power transform where they are skewed, and rates
// by what can be said of them at least.

/** Of values already transformed: to mean 0 and deviation 1. */
export interface Scale {
  readonly kind: 'none' | 'standard' | 'log' | 'yeo-johnson';
  /** Of the power transform. */
  readonly lambda: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Deviations beyond which a value counts as this many: one wild number must not throw a whole sum. */
const farthest = 8;
/** More make the exponent no better. */
const fittedValues = 20_000;

/** Yeo and Johnson 2000: a power transform for values of either sign. */
export function yeoJohnson(x: number, lambda: number): number {
  if (x >= 0) return Math.abs(lambda) < 1e-9 ? Math.log1p(x) : ((x + 1) ** lambda - 1) / lambda;
  return Math.abs(lambda - 2) < 1e-9 ? -Math.log1p(-x) : -((1 - x) ** (2 - lambda) - 1) / (2 - lambda);
}

/** The logarithm of either sign: ln(1 + |x|) with the sign of x. */
const signedLog = (x: number): number => Math.sign(x) * Math.log1p(Math.abs(x));

function momentsOf(values: Float64Array): { mean: number; variance: number } {
  let mean = 0;
  let squares = 0;
  // Welford 1962: one pass, without the cancellation of sums of squares.
  for (let i = 0; i < values.length; i++) {
    const delta = (values[i] as number) - mean;
    mean += delta / (i + 1);
    squares += delta * ((values[i] as number) - mean);
  }
  return { mean, variance: values.length === 0 ? 0 : squares / values.length };
}

/** Log likelihood of lambda, but for constants (Yeo and Johnson 2000, formula 3.1). */
function likelihood(values: Float64Array, lambda: number): number {
  const { variance } = momentsOf(values.map((x) => yeoJohnson(x, lambda)));
  let jacobian = 0;
  for (const x of values) jacobian += signedLog(x);
  return (-values.length / 2) * Math.log(Math.max(variance, 1e-300)) + (lambda - 1) * jacobian;
}

const golden = (Math.sqrt(5) - 1) / 2;

/** The exponent that makes the values most like a normal distribution, by golden-section search from -2 to 4. */
export function fitLambda(values: Float64Array): number {
  const step = Math.max(1, Math.ceil(values.length / fittedValues));
  const some = values.filter((_, i) => i % step === 0);
  if (momentsOf(some).variance === 0) return 1;
  let [low, high] = [-2, 4];
  for (let round = 0; round < 40; round++) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (likelihood(some, left) < likelihood(some, right)) low = left;
    else high = right;
  }
  return (low + high) / 2;
}

function transformed(x: number, { kind, lambda }: Pick<Scale, 'kind' | 'lambda'>): number {
  if (kind === 'log') return signedLog(x);
  return kind === 'yeo-johnson' ? yeoJohnson(x, lambda) : x;
}

/** Fits a scale to the finite values of a column. */
export function fitScale(values: Float64Array, kind: Scale['kind']): Scale {
  if (kind === 'none') return { kind, lambda: 1, mean: 0, deviation: 1 };
  const lambda = kind === 'yeo-johnson' ? fitLambda(values) : 1;
  const { mean, variance } = momentsOf(values.map((x) => transformed(x, { kind, lambda })));
  // Values that are all the same say nothing, and must not be divided by nothing.
  return { kind, lambda, mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
}

/** A value on its scale. */
export function scaled(x: number, scale: Scale): number {
  if (scale.kind === 'none') return x;
  const y = (transformed(x, scale) - scale.mean) / scale.deviation;
  return Math.min(farthest, Math.max(-farthest, y));
}

/**
 * The lower bound of Wilson's interval (Wilson 1927) for a rate of `successes` in `trials`: 3 of 4 say less than 300 of 400. NaN
 * without trials.
 */
export function wilson(successes: number, trials: number, z: number): number {
  if (!(trials > 0)) return Number.NaN;
  const rate = Math.min(1, Math.max(0, successes / trials));
  const square = (z * z) / trials;
  const middle = rate + square / 2;
  const half = z * Math.sqrt((rate * (1 - rate)) / trials + square / (4 * trials));
  return Math.max(0, (middle - half) / (1 + square));
}
