// Ranking and diversity over a pool: the order by score and boosts, the slots that shares and the lot reserve, then
// one slot after the other the best candidate that diversity allows. Diversity defers, it never shortens an answer:
// where no candidate fits, neighbours may be alike, and then maxima may be exceeded. Scratch is reused.

import { limits } from '../base/limits.ts';
import { unknown32 } from '../base/products.ts';
import { Random } from '../base/random.ts';
import type { Columns } from '../catalog/columns.ts';
import { type Ranking, slotsOf } from '../policy/compile.ts';
import type { Caps } from './caps.ts';
import type { Pool } from './select.ts';
import type { Similarity } from './similarity.ts';

export interface ArrangeTask {
  readonly ranking: Ranking;
  /** Slots to fill. */
  readonly need: number;
  /** Length of the answer, which shares are parts of. */
  readonly limit: number;
  /** Start of the lot. */
  readonly seed: number;
  /** Whether the ranking adds to any score. */
  readonly boosts: boolean;
}

export interface Arranger {
  /**
   * Positions in the pool, by tier, total, row. Adds the ranking's boosts to the totals, so once a pool. Valid until
   * the next call.
   */
  order(pool: Pool, task: Pick<ArrangeTask, 'ranking' | 'boosts'>): Uint32Array;
  /** Of an order, the positions that fill the slots, in the order in which they stand. */
  arrange(pool: Pool, order: Uint32Array, task: ArrangeTask): number[];
}

const alikeIn = (columns: Columns, by: NonNullable<Ranking['diversity']['noAdjacentSame']>): Uint32Array =>
  columns[by];

function comesAfter({ tiers, totals, rows }: Pool, a: number, b: number): boolean {
  if (tiers[a] !== tiers[b]) return (tiers[a] as number) > (tiers[b] as number);
  if (totals[a] !== totals[b]) return (totals[a] as number) < (totals[b] as number);
  return (rows[a] as number) > (rows[b] as number);
}

/** Sorts `order` in place, bottom up by merging; runs that are in order already cost one comparison. */
function mergeSort(pool: Pool, order: Uint32Array, scratch: Uint32Array): void {
  const { length } = order;
  for (let i = 1; i < length; i++) {
    if (i % 8 === 0) continue;
    const moving = order[i] as number;
    let at = i;
    for (; at % 8 !== 0 && comesAfter(pool, order[at - 1] as number, moving); at--)
      order[at] = order[at - 1] as number;
    order[at] = moving;
  }
  for (let width = 8; width < length; width *= 2) {
    for (let start = 0; start + width < length; start += 2 * width) {
      const middle = start + width;
      const end = Math.min(middle + width, length);
      if (!comesAfter(pool, order[middle - 1] as number, order[middle] as number)) continue;
      for (let i = start; i < middle; i++) scratch[i] = order[i] as number;
      let left = start;
      let right = middle;
      for (let to = start; left < middle; to++) {
        const takeRight = right < end && comesAfter(pool, scratch[left] as number, order[right] as number);
        order[to] = takeRight ? (order[right++] as number) : (scratch[left++] as number);
      }
    }
  }
}

function isOneTier({ size, tiers }: Pool): boolean {
  for (let i = 1; i < size; i++) if (tiers[i] !== tiers[0]) return false;
  return true;
}

/** The same order for a pool of one tier: what comes by score and is moved a little by boosts is soon inserted. */
function sortByTotals(pool: Pool, order: Uint32Array, { keys, merge }: Scratch): void {
  const { totals, rows } = pool;
  const { length } = order;
  // Beyond this many moves, merging is quicker.
  let moves = 8 * length;
  for (let i = 0; i < length; i++) {
    const key = totals[i] as number;
    let at = i;
    for (; at > 0; at--) {
      const before = keys[at - 1] as number;
      if (before > key || (before === key && (rows[order[at - 1] as number] as number) < (rows[i] as number)))
        break;
      keys[at] = before;
      order[at] = order[at - 1] as number;
    }
    keys[at] = key;
    order[at] = i;
    moves -= i - at;
    if (moves < 0) break;
  }
  if (moves >= 0) return;
  for (let i = 0; i < length; i++) order[i] = i;
  mergeSort(pool, order, merge);
}

/** Marks the first `slots` of the line that match. */
function reserve(
  reserved: Uint8Array,
  length: number,
  slots: number,
  matches: (at: number) => boolean,
): void {
  let left = slots;
  for (let at = 0; at < length && left > 0; at++) {
    if (!matches(at)) continue;
    reserved[at] = 1;
    left--;
  }
}

/** Marks some of those that would not be among the first `need`, drawn by lot. */
function draw({ reserved, others }: Scratch, length: number, task: ArrangeTask): void {
  const { explore } = task.ranking;
  if (explore === undefined) return;
  let left = 0;
  for (let at = task.need; at < length; at++) if (reserved[at] === 0) others[left++] = at;
  const random = new Random(task.seed);
  for (let slots = slotsOf(explore.share, task.limit); slots > 0 && left > 0; slots--) {
    const drawn = random.below(left);
    reserved[others[drawn] as number] = 1;
    others[drawn] = others[--left] as number;
  }
}

interface Scratch {
  order: Uint32Array;
  merge: Uint32Array;
  keys: Float64Array;
  reserved: Uint8Array;
  others: Uint32Array;
  isPlaced: Uint8Array;
  relevance: Float64Array;
  /** Highest similarity with the first `compared` of those that stand. */
  likeness: Float64Array;
  compared: Uint32Array;
  /** The places in the line of those that stand. */
  stands: Uint32Array;
}

const scratchOf = (length: number): Scratch => ({
  order: new Uint32Array(length),
  merge: new Uint32Array(length),
  keys: new Float64Array(length),
  reserved: new Uint8Array(length),
  others: new Uint32Array(length),
  isPlaced: new Uint8Array(length),
  relevance: new Float64Array(length),
  likeness: new Float64Array(length),
  compared: new Uint32Array(length),
  stands: new Uint32Array(length),
});

/**
 * The worth of the totals along the line: 1 for the best of a tier, 0 for the last of the two a slot that are in
 * question, on below for the others; each further tier begins where the one before ends. Never rises.
 */
function setRelevance(pool: Pool, line: Uint32Array, relevance: Float64Array, need: number): void {
  const { tiers, totals } = pool;
  let top = 1;
  for (let start = 0; start < line.length; ) {
    const tier = tiers[line[start] as number];
    let end = start;
    while (end < line.length && tiers[line[end] as number] === tier) end++;
    const best = totals[line[start] as number] as number;
    const last = line[Math.min(end, start + 2 * need) - 1] as number;
    const spread = best - (totals[last] as number);
    for (let at = start; at < end; at++) {
      const below = best - (totals[line[at] as number] as number);
      relevance[at] = top - (below === 0 ? 0 : below / (spread || 1));
    }
    top = relevance[end - 1] as number;
    start = end;
  }
}

/** Makes the arranger of one thread. */
export function createArranger(columns: Columns, caps: Caps, similarity: Similarity): Arranger {
  let scratch = scratchOf(512);

  /** The part of the order that is chosen from: its beginning, and what is reserved further down. */
  function lineOf(pool: Pool, order: Uint32Array, task: ArrangeTask): Uint32Array {
    const { reserved } = scratch;
    const { length } = order;
    reserved.fill(0, 0, length);
    for (const { share, matches } of task.ranking.shares)
      reserve(reserved, length, slotsOf(share, task.limit), (at) =>
        matches(pool.rows[order[at] as number] as number),
      );
    draw(scratch, length, task);
    let end = Math.min(length, Math.max(limits.diversityWindow.max, task.need));
    for (let at = end; at < length; at++) {
      if (reserved[at] === 0) continue;
      order[end] = order[at] as number;
      reserved[end++] = 1;
    }
    return order.subarray(0, end);
  }

  /**
   * Compares a candidate of the line with the first `standing` of those that stand, as long as it is not too like them:
   * true where its likeness stays below `most` and is known.
   */
  function isUnlike(at: number, row: number, standing: number, most: number): boolean {
    const { likeness, compared, stands } = scratch;
    similarity.load(at, row);
    let like = likeness[at] as number;
    let i = compared[at] as number;
    for (; i < standing && like < most; i++) {
      const alike = similarity.between(stands[i] as number, at);
      if (alike > like) like = alike;
    }
    likeness[at] = like;
    compared[at] = i;
    return like < most;
  }

  /** Fills the slots from the line; at each, the lowest offence first, then the highest worth, then the order. */
  function greedy(pool: Pool, line: Uint32Array, { ranking, need }: ArrangeTask): number[] {
    const { reserved, isPlaced, relevance, likeness, compared, stands } = scratch;
    const { noAdjacentSame, mmr = 0 } = ranking.diversity;
    const alike = noAdjacentSame === undefined ? undefined : alikeIn(columns, noAdjacentSame);
    const { length } = line;
    isPlaced.fill(0, 0, length);
    likeness.fill(0, 0, length);
    compared.fill(0, 0, length);
    if (mmr > 0) {
      setRelevance(pool, line, relevance, need);
      similarity.begin(length);
    } else for (let at = 0; at < length; at++) relevance[at] = -at;
    let waiting = 0;
    for (let at = 0; at < length; at++) waiting += reserved[at] as number;
    caps.begin(ranking.diversity);
    const placed: number[] = [];
    let first = 0;
    let before = unknown32;
    const slots = Math.min(need, length);
    while (placed.length < slots) {
      const isForced = waiting > 0 && waiting >= slots - placed.length;
      while (isPlaced[first] === 1) first++;
      let best = -1;
      // Nearly always the first round finds one, and those that offend are never compared.
      for (let offence = 0; best < 0; offence++) {
        let worth = Number.NEGATIVE_INFINITY;
        for (let at = first; at < length; at++) {
          const most = (1 - mmr) * (relevance[at] as number);
          if (most <= worth) break;
          // What a candidate is like only grows with those that stand, so what was known before bounds its worth.
          if (isPlaced[at] === 1 || most - mmr * (likeness[at] as number) <= worth) continue;
          if (isForced && reserved[at] === 0) continue;
          const row = pool.rows[line[at] as number] as number;
          const isAlike = alike !== undefined && before !== unknown32 && alike[row] === before;
          if ((isAlike && offence === 0) || (offence < 2 && !caps.fits(row))) continue;
          if (mmr > 0 && !isUnlike(at, row, placed.length, (most - worth) / mmr)) continue;
          const value = most - mmr * (likeness[at] as number);
          if (value > worth) {
            best = at;
            worth = value;
          }
        }
      }
      const index = line[best] as number;
      const row = pool.rows[index] as number;
      isPlaced[best] = 1;
      waiting -= reserved[best] as number;
      caps.add(row);
      before = alike === undefined ? unknown32 : (alike[row] as number);
      if (mmr > 0) similarity.load(best, row);
      stands[placed.length] = best;
      placed.push(index);
    }
    return placed;
  }

  return {
    order(pool, { ranking, boosts }) {
      const { size } = pool;
      if (scratch.order.length < size) scratch = scratchOf(pool.rows.length);
      const order = scratch.order.subarray(0, size);
      for (let i = 0; i < size; i++) order[i] = i;
      if (boosts) ranking.boostAll(pool.rows, pool.totals, size);
      if (isOneTier(pool)) sortByTotals(pool, order, scratch);
      else mergeSort(pool, order, scratch.merge);
      return order;
    },
    arrange: (pool, order, task) => greedy(pool, lineOf(pool, order, task), task),
  };
}
