// How the scores of several sources become one. Each source's score is first made a log-odds of being bought together
// (Platt 1999), so that sources compare; then they are added by weights; then what several products of a basket say of a
// candidate is merged by the sum of exponentials. Fitted on validation baskets (`sepet tune blend`), kept in the
// artifact, and applied by this code wherever scores are blended.

import { z } from 'zod';

/** What gives a candidate a score. */
export const blendSources = ['embedding', 'cooccurrence', 'fm', 'similar'] as const;
export type BlendSource = (typeof blendSources)[number];

const weight = z.number().min(0);

/** How one source's score becomes a log-odds. */
export const calibrationSchema = z.object({
  /** The score is a share or a count, above 0: its natural logarithm is calibrated. */
  log: z.boolean(),
  scale: z.number().nonnegative(),
  offset: z.number(),
  /** Of a candidate that the source does not know. */
  unknown: z.number(),
});
export type Calibration = z.output<typeof calibrationSchema>;

const perSource = <Of extends z.ZodType>(of: Of) =>
  z.object({ embedding: of, cooccurrence: of, fm: of, similar: of }).partial();

const tierSchema = z.object({
  orders: z.number().nonnegative(),
  /** Sources without a weight have none. */
  weights: perSource(weight),
  /**
   * Added for a candidate: popularity · (ln(1 + its training orders) less the mean). Below 0 it keeps rare products in the lists of
   * rare ones, which is where a shop's coverage is won.
   */
  popularity: z.number().default(0),
  /** Added for every candidate: how much the product asked has to say in a basket. It orders nothing within one list. */
  offset: z.number().default(0),
});

/** What `sepet tune blend` finds: `blend.json` of a data folder, and `blend` of an artifact's manifest. */
export const fittedBlendSchema = z.object({
  version: z.literal(1),
  /** The gamma of the embedding's scores: IN·OUT + gamma · (ln(1 + training orders) less its mean over the trained products). */
  gamma: z.number(),
  /** T of a basket's merge, T·ln(sum of exp(score / T)). */
  temperature: z.number().positive(),
  calibration: perSource(calibrationSchema),
  /**
   * By how often the product asked was ordered in the training time: what holds from so many orders on. The first begins at 0; rising.
   */
  tiers: z.array(tierSchema).min(1),
});
export type FittedBlend = z.output<typeof fittedBlendSchema>;
export type BlendTier = z.output<typeof tierSchema>;

/** The log-odds of one source's score; NaN is a candidate that it does not know. */
export function calibrated({ log, scale, offset, unknown }: Calibration, score: number): number {
  const x = log ? Math.log(score) : score;
  return Number.isFinite(x) ? scale * x + offset : unknown;
}

/** What holds for a product that was ordered so often in the training time; 0 for one that never was. */
export function tierFor({ tiers }: Pick<FittedBlend, 'tiers'>, orders: number): BlendTier {
  let found = tiers[0] as BlendTier;
  for (const tier of tiers) if (orders >= tier.orders) found = tier;
  return found;
}

/** T·ln(sum of exp(score / T)), without overflow. */
export function mergedScore(scores: ArrayLike<number>, temperature = 1): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) most = Math.max(most, scores[i] as number);
  if (!Number.isFinite(most)) return most;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += Math.exp(((scores[i] as number) - most) / temperature);
  return most + temperature * Math.log(sum);
}
