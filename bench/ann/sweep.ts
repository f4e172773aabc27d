// Recall and speed over the width of search. Contestants take turns at every point of every round, so that a noisy minute
// hits all of them alike; each point asks other queries in each round.

import type { Contestant } from './contestant.ts';
import { countFound, type Measured, median, qpsAt, type Reached } from './recall.ts';
import type { AnnSet } from './set.ts';

export const targets = [0.9, 0.95, 0.99] as const;
/** Of the searches that are tried. */
export const widths = [
  10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 768, 1024,
];
const secondsAPoint = 0.4;
const enough = 0.992;

export interface Entrant {
  readonly id: string;
  readonly batch: number;
  readonly contestant: Contestant;
}

export interface Point extends Measured {
  /** Of the rounds. */
  readonly slowest: number;
  readonly fastest: number;
}

export interface Curve {
  readonly id: string;
  readonly batch: number;
  readonly points: readonly Point[];
  /** By target: the median of the rounds. */
  readonly at: Readonly<Record<string, Reached>>;
  /** By target: queries a second of each round. */
  readonly rounds: Readonly<Record<string, readonly number[]>>;
}

interface Plan extends Entrant {
  readonly efs: readonly number[];
  /** Queries a point. */
  readonly counts: readonly number[];
  readonly found: { hits: number; wanted: number; speeds: number[] }[];
}

async function timed(entrant: Entrant, set: AnnSet, from: number, count: number, ef: number) {
  const { seconds, rows } = await entrant.contestant.search(from, count, ef, entrant.batch);
  const { found, wanted } = countFound(rows, set.truth, set.k, (query) => (from + query) % set.queries);
  return { qps: count / seconds, found, wanted };
}

/** Which widths to time: from the last below the lowest target to the first that has enough. Warms the process too. */
async function plan(entrant: Entrant, set: AnnSet): Promise<Plan> {
  const probe = Math.min(1000, set.queries);
  const tried: { ef: number; recall: number; count: number }[] = [];
  for (const ef of widths.filter((width) => width >= set.k)) {
    const { qps, found, wanted } = await timed(entrant, set, 0, probe, ef);
    const count = Math.max(probe, Math.min(set.queries, Math.round(qps * secondsAPoint)));
    tried.push({ ef, recall: found / wanted, count: Math.ceil(count / entrant.batch) * entrant.batch });
    if (found / wanted >= enough) break;
  }
  const first = Math.max(0, tried.findIndex(({ recall }) => recall >= targets[0]) - 1);
  const kept = tried.slice(first);
  return {
    ...entrant,
    efs: kept.map(({ ef }) => ef),
    counts: kept.map(({ count }) => count),
    found: kept.map(() => ({ hits: 0, wanted: 0, speeds: [] })),
  };
}

function curveOf({ id, batch, efs, found }: Plan, rounds: number): Curve {
  const recalls = found.map(({ hits, wanted }) => hits / wanted);
  const points = efs.map((ef, i) => {
    const speeds = found[i]?.speeds ?? [];
    const [slowest, fastest] = [Math.min(...speeds), Math.max(...speeds)];
    return { ef, recall: recalls[i] as number, qps: median(speeds), slowest, fastest };
  });
  const at: Record<string, Reached> = {};
  const perRound: Record<string, number[]> = {};
  for (const target of targets) {
    const reached = Array.from({ length: rounds }, (_, round) =>
      qpsAt(
        points.map((point, i) => ({ ...point, qps: found[i]?.speeds[round] as number })),
        target,
      ),
    );
    const exact = reached[0]?.exact;
    if (exact === undefined) continue;
    perRound[target] = reached.map((one) => one?.qps as number);
    at[target] = { qps: median(perRound[target]), exact };
  }
  return { id, batch, points, at, rounds: perRound };
}

/** Plans every entrant, then times all of them in turns. */
export async function sweep(
  entrants: readonly Entrant[],
  set: AnnSet,
  rounds: number,
  say: (line: string) => void,
): Promise<Curve[]> {
  const plans: Plan[] = [];
  for (const entrant of entrants) plans.push(await plan(entrant, set));
  const most = Math.max(...plans.map(({ efs }) => efs.length));
  for (let round = 0; round < rounds; round++) {
    for (let point = 0; point < most; point++)
      for (const one of plans) {
        const ef = one.efs[point];
        if (ef === undefined) continue;
        const count = one.counts[point] as number;
        const from = (round * count) % set.queries;
        // The others have had the caches meanwhile.
        await timed(one, set, from + set.queries - 256, 256, ef);
        const { qps, found, wanted } = await timed(one, set, from, count, ef);
        const sum = one.found[point] as Plan['found'][number];
        sum.hits += found;
        sum.wanted += wanted;
        sum.speeds.push(qps);
      }
    say(`round ${round + 1} of ${rounds}`);
  }
  return plans.map((one) => curveOf(one, rounds));
}

export interface Ratio {
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

/** How many times faster the one is at a recall: the median of the rounds' ratios. Undefined where one is missing. */
export function ratioAt(
  target: number,
  ours: Curve | undefined,
  theirs: Curve | undefined,
): Ratio | undefined {
  const [a, b] = [ours?.rounds[target], theirs?.rounds[target]];
  if (a === undefined || b === undefined) return undefined;
  const ratios = a.map((value, round) => value / (b[round] as number));
  return { value: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}
