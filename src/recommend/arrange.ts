// Ranking and diversity over a pool: the order by score and boosts, the slots that shares and the lot reserve, then
// one slot after the other the best candidate that diversity allows (in C++). Scratch is reused.

import type { Vectors } from '../artifact/vectors.ts';
import { limits } from '../base/limits.ts';
import { Random } from '../base/random.ts';
import type { Columns } from '../catalog/columns.ts';
import { Chooser } from '../native/index.ts';
import { type Ranking, slotsOf } from '../policy/compile.ts';
import type { Pool } from './select.ts';

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
  /** Whether the order is wanted to its end, though nobody chooses from all of it. */
  readonly whole: boolean;
}

export interface Arranger {
  /**
   * Positions in the pool, by tier, total, row; of a ranking that takes the first ones, those. Adds the ranking's boosts to the
   * totals, so once a pool. Valid until the next call.
   */
  order(pool: Pool, task: ArrangeTask): Uint32Array;
  /** Of an order, the positions that fill the slots, in the order in which they stand. */
  arrange(pool: Pool, order: Uint32Array, task: ArrangeTask): number[];
}

/** The longest line: what diversity chooses from, and behind it all that shares can reserve. */
const lineLength =
  Math.max(limits.diversityWindow.max, limits.limit.max) + limits.limit.max + limits.policyRules.max;

function comesAfter({ tiers, totals, rows }: Pool, a: number, b: number): boolean {
  if (tiers[a] !== tiers[b]) return (tiers[a] as number) > (tiers[b] as number);
  if (totals[a] !== totals[b]) return (totals[a] as number) < (totals[b] as number);
  return (rows[a] as number) > (rows[b] as number);
}

/** Sorts positions into `order`, bottom up by merging; runs that are in order already cost one comparison. */
function mergeSort(pool: Pool, order: Uint32Array, scratch: Uint32Array): void {
  const { length } = order;
  for (let i = 0; i < length; i++) order[i] = i;
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
  if (moves < 0) mergeSort(pool, order, merge);
}

/** The first of that order alone: once these stand, nearly every other one costs a comparison with the last. */
function sortFirst(pool: Pool, order: Uint32Array): void {
  const { length } = order;
  for (let i = 0; i < pool.size && length > 0; i++) {
    if (i >= length && !comesAfter(pool, order[length - 1] as number, i)) continue;
    let at = Math.min(i, length - 1);
    for (; at > 0 && comesAfter(pool, order[at - 1] as number, i); at--) order[at] = order[at - 1] as number;
    order[at] = i;
  }
}

/** Beyond these a score is none: the vectors or fields that it comes from are damaged. Such rows go last. */
const largestTotal = 1e30;

/** Bounds the totals; says whether all are of one tier. */
function boundTotals({ totals, tiers, size }: Pool): boolean {
  const first = tiers[0];
  let isOneTier = true;
  for (let i = 0; i < size; i++) {
    if (!(Math.abs(totals[i] as number) <= largestTotal)) totals[i] = -largestTotal;
    if (tiers[i] !== first) isOneTier = false;
  }
  return isOneTier;
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

/** Whether candidates stand as they are ordered. */
const isPlain = ({ shares, explore, diversity }: Ranking): boolean =>
  shares.length === 0 &&
  explore === undefined &&
  diversity.mmr === undefined &&
  diversity.noAdjacentSame === undefined &&
  diversity.maxBrand === undefined &&
  diversity.maxCategory === undefined &&
  diversity.maxGroup === undefined;

interface Scratch {
  order: Uint32Array;
  merge: Uint32Array;
  keys: Float64Array;
  reserved: Uint8Array;
  others: Uint32Array;
}

const scratchOf = (length: number): Scratch => ({
  order: new Uint32Array(length),
  merge: new Uint32Array(length),
  keys: new Float64Array(length),
  reserved: new Uint8Array(length),
  others: new Uint32Array(length),
});

/** Makes the arranger of one thread. */
export function createArranger(columns: Columns, { in: vectors, dims }: Vectors): Arranger {
  const { brand, category, group } = columns;
  const chooser = new Chooser({ vectors, dims, brand, category, group }, lineLength);
  const line = new Uint32Array(lineLength);
  let scratch = scratchOf(512);

  function reserveSlots(pool: Pool, order: Uint32Array, task: ArrangeTask): void {
    const { reserved } = scratch;
    const { length } = order;
    reserved.fill(0, 0, length);
    for (const { share, matches } of task.ranking.shares)
      reserve(reserved, length, slotsOf(share, task.limit), (at) =>
        matches(pool.rows[order[at] as number] as number),
      );
    draw(scratch, length, task);
  }

  /** Writes the part of the order that is chosen from: its beginning, and what is reserved further down. */
  function writeLine({ rows, tiers, totals }: Pool, order: Uint32Array, need: number): number {
    const { reserved } = scratch;
    const window = Math.max(limits.diversityWindow.max, need);
    let length = 0;
    for (let at = 0; at < order.length && length < lineLength; at++) {
      if (at >= window && reserved[at] === 0) continue;
      const index = order[at] as number;
      line[length] = index;
      chooser.rows[length] = rows[index] as number;
      chooser.tiers[length] = tiers[index] as number;
      chooser.totals[length] = totals[index] as number;
      chooser.reserved[length++] = reserved[at] as number;
    }
    return length;
  }

  return {
    order(pool, { ranking, boosts, need, whole }) {
      const { size } = pool;
      if (scratch.order.length < size) scratch = scratchOf(pool.rows.length);
      const isFirst = !whole && need < size && isPlain(ranking);
      const order = scratch.order.subarray(0, isFirst ? need : size);
      if (boosts) ranking.boostAll(pool.rows, pool.totals, size);
      const isOneTier = boundTotals(pool);
      if (isFirst) sortFirst(pool, order);
      else if (isOneTier) sortByTotals(pool, order, scratch);
      else mergeSort(pool, order, scratch.merge);
      return order;
    },
    arrange(pool, order, task) {
      const placed: number[] = [];
      if (isPlain(task.ranking)) {
        const count = Math.min(task.need, order.length);
        for (let i = 0; i < count; i++) placed.push(order[i] as number);
        return placed;
      }
      reserveSlots(pool, order, task);
      const length = writeLine(pool, order, task.need);
      const count = chooser.choose(length, task.need, task.ranking.diversity);
      for (let i = 0; i < count; i++) placed.push(line[chooser.chosen[i] as number] as number);
      return placed;
    },
  };
}
