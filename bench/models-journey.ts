// What bench:models says of Complete Journey: products held out as new, and separation by context.

import { Random } from '../src/base/random.ts';
import {
  drawResamples,
  type Interval,
  interval95,
  resampledRatios,
} from '../src/training/evaluate/bootstrap.ts';
import { folds, measureCold, type Scores } from './journey-cold.ts';
import { readJourney } from './journey-data.ts';
import { measureSeparation } from './journey-separation.ts';

interface Compared {
  readonly ours: number;
  readonly other: number;
  readonly ourInterval: Interval;
  readonly otherInterval: Interval;
  /** Of ours minus other, of the same resampled baskets. */
  readonly difference: Interval;
  readonly questions: number;
}

const resamples = 2000;
const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Every question counts alike; baskets are drawn, with all their questions (Efron 1979). */
function compare(ours: Scores, other: Scores, seed: number): Compared {
  const drawn = drawResamples(new Random(seed), ours.counts.length, resamples);
  const ofSums = (sums: Float64Array): Interval => interval95(resampledRatios(sums, ours.counts, drawn));
  return {
    ours: sum(ours.sums) / sum(ours.counts),
    other: sum(other.sums) / sum(other.counts),
    ourInterval: ofSums(ours.sums),
    otherInterval: ofSums(other.sums),
    difference: ofSums(ours.sums.map((value, i) => value - (other.sums[i] as number))),
    questions: sum(ours.counts),
  };
}

const rounded = (value: number): number => Number(value.toFixed(4));
const both = ([low, high]: Interval): Interval => [rounded(low), rounded(high)];

interface Rate {
  readonly hitRateAt10: number;
  readonly interval: Interval;
}

interface Separation {
  readonly separationOn: Rate;
  readonly separationOff: Rate;
  /** Of on minus off. */
  readonly separationDifferenceInterval: Interval;
  readonly separationQuestions: number;
}

/** Fields of `bench:models --json`. */
export interface JourneyFigures extends Separation {
  readonly coldFolds: number;
  readonly coldHeldOut: number;
  readonly coldQuestions: number;
  /** A new product asked, with the usual gamma; its ten hold one of the rest of its basket. */
  readonly coldHitRateAt10: number;
  readonly coldHitRateInterval: Interval;
  /** Ten at random of the trained products with the same category path. */
  readonly coldRandomHitRateAt10: number;
  readonly coldDifferenceInterval: Interval;
  /** At gamma 0. */
  readonly coldAffinityHitRateAt10: number;
  readonly coldAffinityDifferenceInterval: Interval;
  /** The ten most ordered products, whatever is asked. */
  readonly coldPopularHitRateAt10: number;
  /** A new product to be found by the rest of its basket among the new ones of its category. */
  readonly coldFoundHitRateAt10: number;
  readonly coldFoundRandomHitRateAt10: number;
  readonly coldFoundDifferenceInterval: Interval;
  readonly separationWholeBaskets: Separation;
}

/** Undefined where the data is not there. */
export async function measureJourney(seed: number): Promise<JourneyFigures | undefined> {
  const journey = await readJourney();
  if (journey === undefined) return undefined;
  const cold = measureCold(journey, seed);
  const asked = compare(cold.asked, cold.askedRandom, seed);
  const popular = compare(cold.asked, cold.askedPopular, seed);
  const affinity = compare(cold.askedAffinity, cold.askedRandom, seed);
  const found = compare(cold.found, cold.foundRandom, seed);
  const { within, across } = measureSeparation(journey, seed);
  const separate = (of: typeof within): Separation => {
    const { ours, other, ourInterval, otherInterval, difference, questions } = compare(of.on, of.off, seed);
    return {
      separationOn: { hitRateAt10: rounded(ours), interval: both(ourInterval) },
      separationOff: { hitRateAt10: rounded(other), interval: both(otherInterval) },
      ...{ separationDifferenceInterval: both(difference), separationQuestions: questions },
    };
  };
  return {
    ...{ coldFolds: folds, coldHeldOut: cold.heldOut, coldQuestions: asked.questions },
    coldHitRateAt10: rounded(asked.ours),
    coldHitRateInterval: both(asked.ourInterval),
    coldRandomHitRateAt10: rounded(asked.other),
    coldDifferenceInterval: both(asked.difference),
    coldAffinityHitRateAt10: rounded(affinity.ours),
    coldAffinityDifferenceInterval: both(affinity.difference),
    coldPopularHitRateAt10: rounded(popular.other),
    coldFoundHitRateAt10: rounded(found.ours),
    coldFoundRandomHitRateAt10: rounded(found.other),
    coldFoundDifferenceInterval: both(found.difference),
    ...separate(within),
    separationWholeBaskets: separate(across),
  };
}

const within95 = ([low, high]: Interval): string => `(95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;

export function describeJourney(figures: JourneyFigures): string {
  const { coldHitRateAt10, coldRandomHitRateAt10, coldDifferenceInterval, coldAffinityHitRateAt10 } = figures;
  const { coldFoundHitRateAt10, coldFoundRandomHitRateAt10, coldFoundDifferenceInterval } = figures;
  const separation = ({ separationOn: on, separationOff: off }: Separation): string =>
    `on ${on.hitRateAt10.toFixed(3)} ${within95(on.interval)}, off ${off.hitRateAt10.toFixed(3)} ${within95(off.interval)}`;
  return [
    `New products of Complete Journey (${figures.coldHeldOut.toLocaleString('en')} held out in ${figures.coldFolds} folds), hit rate@10 of ${figures.coldQuestions.toLocaleString('en')} questions:`,
    `  asked ${coldHitRateAt10.toFixed(3)}, ten at random of the same category ${coldRandomHitRateAt10.toFixed(3)}, difference ${within95(coldDifferenceInterval)}`,
    `  at gamma 0 ${coldAffinityHitRateAt10.toFixed(3)}; the ten most ordered products ${figures.coldPopularHitRateAt10.toFixed(3)}`,
    `  found among the new ones of the category ${coldFoundHitRateAt10.toFixed(3)}, at random ${coldFoundRandomHitRateAt10.toFixed(3)}, difference ${within95(coldFoundDifferenceInterval)}`,
    'Baskets separated by department, hit rate@10 of one product asked:',
    `  by test baskets of one department: ${separation(figures)}`,
    `  by whole test baskets: ${separation(figures.separationWholeBaskets)}`,
  ].join('\n');
}
