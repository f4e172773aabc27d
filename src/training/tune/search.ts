// Works off the rungs of a bracket: so many trainings at once, each written to the journal when it ends. What the journal has is
// not done again, so that a search that was cut off comes to the same end.

import type { TrialResult } from './journal.ts';
import { byScore, promoted, type Ranked, type Rung } from './schedule.ts';
import type { TrialParameters } from './space.ts';

/** One training: a trial on a rung. */
export interface Job {
  readonly trial: number;
  readonly rung: number;
  readonly epochs: number;
  readonly parameters: TrialParameters;
}

export interface SearchPlan {
  readonly rungs: readonly Rung[];
  readonly parametersOf: (trial: number) => TrialParameters;
  /** The figure that decides, such as `fbt.ndcg`. */
  readonly figure: string;
  /** Trainings at once. */
  readonly parallel: number;
  readonly journal: { readonly results: readonly TrialResult[]; add(result: TrialResult): void };
  /** Trains and judges. What it throws ends the search; a training that fails by itself is a result. */
  readonly run: (job: Job) => Promise<TrialResult>;
  readonly onResult?: (result: TrialResult) => void;
}

/** Runs what the journal lacks. Returns each trial's last result, best first: those of a higher rung before those of a lower. */
export async function search(plan: SearchPlan): Promise<TrialResult[]> {
  const { rungs, journal } = plan;
  let going = Array.from({ length: rungs[0]?.trials ?? 0 }, (_, trial) => trial);
  for (const [rung, { epochs }] of rungs.entries()) {
    const have = new Set(journal.results.filter((result) => result.rung === rung).map(({ trial }) => trial));
    const jobs = going
      .filter((trial) => !have.has(trial))
      .map((trial): Job => {
        const parameters = plan.parametersOf(trial);
        return { trial, rung, epochs: parameters.epochs ?? epochs, parameters };
      });
    await runAll(jobs, plan);
    going = promoted(ranked(journal.results, rung, plan.figure), rungs[rung + 1]?.trials ?? 0);
  }
  return leaderboard(journal.results, plan.figure);
}

const scoreOf = ({ figures }: TrialResult, figure: string): number | undefined => figures?.[figure];

function ranked(results: readonly TrialResult[], rung: number, figure: string): Ranked[] {
  return results
    .filter((result) => result.rung === rung)
    .map((result) => ({ trial: result.trial, score: scoreOf(result, figure) }));
}

/** Each trial by the highest rung that it came to. */
export function leaderboard(results: readonly TrialResult[], figure: string): TrialResult[] {
  const last = new Map<number, TrialResult>();
  for (const result of results) {
    const known = last.get(result.trial);
    if (known === undefined || result.rung > known.rung) last.set(result.trial, result);
  }
  const rank = (result: TrialResult): Ranked => ({ trial: result.trial, score: scoreOf(result, figure) });
  return [...last.values()].sort((a, b) => b.rung - a.rung || byScore(rank(a), rank(b)));
}

async function runAll(jobs: readonly Job[], plan: SearchPlan): Promise<void> {
  const waiting = [...jobs];
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined && !failed; job = waiting.shift()) {
      const result = await plan.run(job);
      plan.journal.add(result);
      plan.onResult?.(result);
    }
  };
  const lanes = Array.from({ length: Math.min(plan.parallel, jobs.length) }, () =>
    lane().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  // All lanes end before the first failure is told: nothing trains on behind somebody's back.
  const ends = await Promise.allSettled(lanes);
  const bad = ends.find((end) => end.status === 'rejected');
  if (bad !== undefined) throw bad.reason;
}
