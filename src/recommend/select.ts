// One request's candidates in the making: which rows were looked at, which rule dropped which, and the pool of
// those that pass. One object a thread, begun anew for each request; looking at a candidate allocates nothing.

import { limits } from '../base/limits.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { Sieve } from '../native/index.ts';
import { firstDrop, type Rule, sieve } from '../policy/compile.ts';
import type { Value } from '../policy/conditions.ts';
import { createMarks } from './marks.ts';
import { type Source, sources } from './recommender.ts';

/** The candidates that passed, in the order in which they came; places below `size` count. */
export interface Pool {
  readonly size: number;
  readonly rows: Uint32Array;
  /** What its source says of it. */
  readonly scores: Float64Array;
  /** The score with what the policy's ranking adds. */
  readonly totals: Float64Array;
  /** Only candidates of one tier compare by score; lower tiers stand first. */
  readonly tiers: Uint32Array;
  /** Positions in `sources`. */
  readonly sources: Uint8Array;
}

export type Scores = Float32Array | Float64Array;

/** Where candidates come from: the position in `sources`, and their tier. */
export interface Origin {
  readonly source: number;
  readonly tier: number;
}

/** `count` rows from `start` on; `passed` is a rule that they are known to pass. */
export interface Sifting {
  readonly start: number;
  readonly count: number;
  /** Enough of those that pass, all if absent: what lies behind is not looked at any more in this request. */
  readonly most?: number;
  readonly passed?: Rule | undefined;
}

export interface DroppedRow {
  readonly row: number;
  readonly score: number;
  readonly candidate: Value;
  readonly against: Value;
}

/** A candidate that explain lists; `drop` where a rule dropped it. */
export interface LookedRow {
  readonly row: number;
  readonly score: number;
  readonly source: Source;
  readonly drop?: { readonly rule: string; readonly candidate: Value; readonly against: Value };
}

export interface Selection {
  readonly pool: Pool;
  /** Rows looked at, the dropped ones included. */
  readonly considered: number;
  /** Everything that was not looked at is known to be dropped by some rule. */
  readonly isClosed: boolean;
  /** Whether candidates are noted for explain, with their scores. */
  readonly explains: boolean;
  /** Begins a request for the product of `row` (-1: unknown) and `others`, which are never candidates. */
  begin(options: {
    row: number;
    others?: readonly number[] | undefined;
    rules: readonly Rule[];
    explains: boolean;
  }): void;
  isSeen(row: number): boolean;
  /**
   * Looks at `rows[at]`, whose score is `scores[at]`, unless it was looked at before; true where it passes every rule. (Taken from
   * arrays, because a fraction that is handed over costs an allocation.)
   */
  passes(rows: Uint32Array, scores: Scores, at: number, source: number): boolean;
  /**
   * Looks at `count` rows from `start` on, as `passes` does at one, but a rule at a time over all of them. The places of
   * those that pass, in their order, are the first of `sifted`; returns how many. Scores are for explain alone.
   */
  sift(rows: Uint32Array, scores: Scores, at: Sifting, source: number): number;
  /** Valid until the next `sift`. */
  readonly sifted: Uint32Array;
  /** Puts `rows[at]` into the pool. */
  keep(rows: Uint32Array, scores: Scores, at: number, origin: Origin): void;
  /** Puts the rows of the first `count` of `sifted` into the pool; `scores` are those of the rows that were sifted. */
  keepSifted(scores: Scores, count: number, origin: Origin): void;
  close(): void;
  /** How many each rule dropped, by its name, in the order of the rules; undefined where none did. */
  droppedBy(): Record<string, number> | undefined;
  /** Each rule that dropped something, in the order of the rules. */
  dropped(): { rule: string; count: number; examples: readonly DroppedRow[] }[];
  /** The first candidates that were looked at. */
  looked(): readonly LookedRow[];
}

interface GrowingPool {
  size: number;
  rows: Uint32Array;
  scores: Float64Array;
  totals: Float64Array;
  tiers: Uint32Array;
  sources: Uint8Array;
}

function allocate(length: number): Omit<GrowingPool, 'size'> {
  return {
    rows: new Uint32Array(length),
    scores: new Float64Array(length),
    totals: new Float64Array(length),
    tiers: new Uint32Array(length),
    sources: new Uint8Array(length),
  };
}

function grow(pool: GrowingPool, size: number): void {
  if (size <= pool.rows.length) return;
  const larger = allocate(Math.max(size, 2 * pool.rows.length));
  larger.rows.set(pool.rows);
  larger.scores.set(pool.scores);
  larger.totals.set(pool.totals);
  larger.tiers.set(pool.tiers);
  larger.sources.set(pool.sources);
  Object.assign(pool, larger);
}

interface Notes {
  readonly examples: DroppedRow[][];
  readonly looked: LookedRow[];
}

function note(
  notes: Notes,
  drop: { at: number; rule: Rule } | undefined,
  seen: Omit<LookedRow, 'drop'>,
): void {
  const { row, score } = seen;
  const values = drop?.rule.compared(row);
  if (notes.looked.length < limits.explainCandidates.max)
    notes.looked.push({ ...seen, ...(drop && values && { drop: { rule: drop.rule.name, ...values } }) });
  if (drop === undefined || values === undefined) return;
  notes.examples[drop.at] ??= [];
  const examples = notes.examples[drop.at] as DroppedRow[];
  if (examples.length < limits.explainExamples.max) examples.push({ row, score, ...values });
}

/** Makes the selection of one thread over a catalogue; what was removed from it is never looked at. */
export function createSelection({
  products,
  columns,
  removed,
}: Pick<Catalog, 'products' | 'columns' | 'removed'>): Selection {
  const seen = createMarks(products, removed);
  const pool: GrowingPool = { size: 0, ...allocate(512) };
  let considered = 0;
  let isClosed = false;
  let rules: readonly Rule[] = [];
  let counts = new Uint32Array(16);
  let notes: Notes | undefined;
  let sifter = new Sieve(columns, 512);
  /** Of each test that the sieve holds, its rule's position. */
  const tested: number[] = [];

  function passes(rows: Uint32Array, scores: Scores, place: number, source: number): boolean {
    const row = rows[place] as number;
    // Lists of a damaged file may name rows that do not exist.
    if (row >= products || seen.has(row)) return false;
    seen.add(row);
    considered++;
    const at = firstDrop(rules, row);
    if (at >= 0) counts[at] = (counts[at] as number) + 1;
    if (notes !== undefined) {
      const drop = at < 0 ? undefined : { at, rule: rules[at] as Rule };
      note(notes, drop, { row, score: scores[place] as number, source: sources[source] as Source });
    }
    return at < 0;
  }

  /** Forgets the tests gathered. */
  function forgetTests(): void {
    tested.length = 0;
    sifter.clear();
  }

  /** Sieves the first `count` by the tests gathered, which are then forgotten; returns how many are left. */
  function siftTested(count: number): number {
    if (tested.length === 0) return count;
    const left = sifter.sift(count);
    countDrops();
    return left;
  }

  /** Counts what the tests gathered dropped, and forgets them; returns the sum. */
  function countDrops(): number {
    let sum = 0;
    for (let i = 0; i < tested.length; i++) {
      const at = tested[i] as number;
      const dropped = sifter.dropped(i);
      counts[at] = (counts[at] as number) + dropped;
      sum += dropped;
    }
    forgetTests();
    return sum;
  }

  /** Gathers all rules as tests; false where the sieve cannot take them all together. */
  function gatherAll(): boolean {
    for (let i = 0; i < rules.length; i++) {
      if (!sifter.add(rules[i] as Rule)) {
        forgetTests();
        return false;
      }
      tested.push(i);
    }
    return true;
  }

  /** Looks at one after the other until `most` pass. */
  function siftPlainly(
    rows: Uint32Array,
    scores: Scores,
    { start, count, most = count }: Sifting,
    source: number,
  ) {
    let left = 0;
    for (let place = start; place < start + count && left < most; place++) {
      if (!passes(rows, scores, place, source)) continue;
      sifter.rows[left] = rows[place] as number;
      sifter.places[left++] = place;
    }
    return left;
  }

  /** Sieves the first `count` by all rules but one: those that are there as data together, the others each by itself. */
  function siftAll(count: number, passed: Rule | undefined): number {
    let left = count;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as Rule;
      if (rule === passed) continue;
      if (sifter.isFull) left = siftTested(left);
      if (sifter.add(rule)) {
        tested.push(i);
        continue;
      }
      const before = siftTested(left);
      left = sieve(rule, sifter.rows, sifter.places, before);
      counts[i] = (counts[i] as number) + before - left;
    }
    return siftTested(left);
  }

  return {
    pool,
    get considered() {
      return considered;
    },
    get isClosed() {
      return isClosed;
    },
    get explains() {
      return notes !== undefined;
    },
    begin(options) {
      ({ rules } = options);
      pool.size = 0;
      considered = 0;
      isClosed = false;
      notes = options.explains ? { examples: [], looked: [] } : undefined;
      if (counts.length < rules.length) counts = new Uint32Array(2 * rules.length);
      counts.fill(0);
      seen.clear();
      forgetTests();
      if (options.row >= 0) seen.add(options.row);
      if (options.others !== undefined) for (const other of options.others) seen.add(other);
    },
    isSeen: (row) => seen.has(row),
    passes,
    sift(rows, scores, sifting, source) {
      const { start, count, most = count, passed } = sifting;
      if (sifter.capacity < count) sifter = new Sieve(columns, 2 * count);
      if (notes !== undefined || (most < count && !gatherAll()))
        return siftPlainly(rows, scores, sifting, source);
      const fresh = seen.addNew(rows, start, start + count, sifter);
      if (most < count) {
        const left = sifter.sift(fresh, most);
        considered += left + countDrops();
        return left;
      }
      considered += fresh;
      return siftAll(fresh, passed);
    },
    get sifted() {
      return sifter.places;
    },
    keepSifted(given, count, { source, tier }) {
      const from = pool.size;
      pool.size += count;
      grow(pool, pool.size);
      const { rows, scores, totals, tiers, sources } = pool;
      const { rows: taken, places } = sifter;
      for (let i = 0, at = from; i < count; i++, at++) {
        const score = given[places[i] as number] as number;
        rows[at] = taken[i] as number;
        scores[at] = score;
        totals[at] = score;
        tiers[at] = tier;
        sources[at] = source;
      }
    },
    keep(rows, scores, place, { source, tier }) {
      const at = pool.size++;
      grow(pool, pool.size);
      pool.rows[at] = rows[place] as number;
      pool.scores[at] = scores[place] as number;
      pool.totals[at] = scores[place] as number;
      pool.tiers[at] = tier;
      pool.sources[at] = source;
    },
    close() {
      isClosed = true;
    },
    droppedBy() {
      let by: Record<string, number> | undefined;
      for (let i = 0; i < rules.length; i++) {
        if (counts[i] === 0) continue;
        by ??= {};
        by[(rules[i] as Rule).name] = counts[i] as number;
      }
      return by;
    },
    dropped: () =>
      rules.flatMap((rule, i) =>
        counts[i] === 0
          ? []
          : [{ rule: rule.name, count: counts[i] as number, examples: notes?.examples[i] ?? [] }],
      ),
    looked: () => notes?.looked ?? [],
  };
}
