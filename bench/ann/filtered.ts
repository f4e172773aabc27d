// Search under filters, ours against hnswlib's functor: for each filter the smallest width that reaches the recall, then both
// in turns at their own widths.

import type { Contestant } from './contestant.ts';
import { countFound, median } from './recall.ts';
import { type AnnSet, type FilterSet, filtersASet, queriesAFilter } from './set.ts';
import { widths } from './sweep.ts';

const wanted = 0.95;
/** Twice as many as the curves have: the first that reaches the recall is used, without anything between. */
const fineWidths = widths.flatMap((width, i) => {
  const next = widths[i + 1];
  return next === undefined ? [width] : [width, Math.round((width + next) / 2)];
});
const secondsATurn = 1.5;
/** Queries without a filter before every turn: the other library has had the caches meanwhile. */
const warming = 256;

export interface FilteredRow {
  readonly selectivity: number;
  readonly kind: string;
  /** Queries a second, 32 a call; a filter is made ready in each call, and counted. */
  readonly ours: number | undefined;
  /** One query a call. */
  readonly oursOneByOne: number | undefined;
  readonly hnswlib: number | undefined;
  readonly ratio: number | undefined;
  readonly ratioOneByOne: number | undefined;
  /** Of ours and of hnswlib at the widths that were timed. */
  readonly recall: number | undefined;
  readonly recallHnswlib: number | undefined;
  readonly ef: number | undefined;
  readonly efHnswlib: number | undefined;
}

interface Turn {
  readonly contestant: Contestant;
  readonly batch: number;
  ef: number;
  /** Queries under each filter. */
  count: number;
  recall: number;
  readonly speeds: number[];
}

async function ask(turn: Turn, set: AnnSet, filters: FilterSet, ef = turn.ef, count = turn.count) {
  await turn.contestant.search(0, warming, ef, turn.batch);
  const { seconds, rows, queries } = await turn.contestant.filter(filters.folder, count, ef, turn.batch);
  const at = (query: number): number => Math.floor(query / count) * queriesAFilter + (query % count);
  const { found, wanted: all } = countFound(rows, filters.truth, set.k, at);
  return { qps: queries / seconds, recall: found / all };
}

/** Finds the width, on as many queries as take a moment. The recall of the last width where none reaches the goal. */
async function findWidth(turn: Turn, set: AnnSet, filters: FilterSet): Promise<void> {
  for (const ef of fineWidths.filter((width) => width >= set.k)) {
    const first = await ask(turn, set, filters, ef, 1);
    const count = Math.round((first.qps * secondsATurn) / filtersASet);
    turn.count = Math.max(1, Math.min(queriesAFilter, count));
    turn.ef = ef;
    turn.recall = turn.count === 1 ? first.recall : (await ask(turn, set, filters)).recall;
    if (turn.recall >= wanted) return;
  }
}

const ratioOf = (ours: readonly number[], theirs: readonly number[]): number | undefined =>
  ours.length === 0 || theirs.length === 0
    ? undefined
    : median(ours.map((value, i) => value / (theirs[i] as number)));
const middle = (speeds: readonly number[]): number | undefined =>
  speeds.length === 0 ? undefined : median(speeds);

/** One row a filter set, none without contestants; one that is missing leaves its fields undefined. */
export async function measureFiltered(
  ours: Contestant | undefined,
  hnswlib: Contestant | undefined,
  set: AnnSet,
  filterSets: readonly FilterSet[],
  rounds: number,
  say: (row: FilteredRow) => void,
): Promise<FilteredRow[]> {
  const rows: FilteredRow[] = [];
  if (ours === undefined && hnswlib === undefined) return rows;
  for (const filters of filterSets) {
    const turn = (contestant: Contestant | undefined, batch: number): Turn | undefined =>
      contestant && { contestant, batch, ef: 0, count: 1, recall: 0, speeds: [] };
    const [batched, single, peer] = [turn(ours, queriesAFilter), turn(ours, 1), turn(hnswlib, 1)];
    const turns = [batched, single, peer].filter((one) => one !== undefined);
    for (const one of turns) await findWidth(one, set, filters);
    for (let round = 0; round < rounds; round++)
      for (const one of turns) one.speeds.push((await ask(one, set, filters)).qps);
    const [a, b, c] = [batched?.speeds ?? [], single?.speeds ?? [], peer?.speeds ?? []];
    const row = {
      selectivity: filters.selectivity,
      kind: filters.kind,
      ours: middle(a),
      oursOneByOne: middle(b),
      hnswlib: middle(c),
      ratio: ratioOf(a, c),
      ratioOneByOne: ratioOf(b, c),
      recall: batched && Math.min(batched.recall, single?.recall ?? 1),
      recallHnswlib: peer?.recall,
      ef: batched?.ef,
      efHnswlib: peer?.ef,
    };
    rows.push(row);
    say(row);
  }
  return rows;
}
