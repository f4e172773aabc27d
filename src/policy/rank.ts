// Compiles the re-ranking of a policy: what is added to a candidate's score, and who has which slots.

import { compileConditions } from './conditions.ts';
import { dayOfDate } from './days.ts';
import type { PolicyDocument, RankDocument } from './document.ts';
import { compileSide, type Makings } from './pair.ts';
import { type Condition, yes } from './verdict.ts';

export interface Share {
  readonly name: string;
  /** Part of the slots, above 0, at most 1. */
  readonly share: number;
  matches(row: number): boolean;
}

export interface Explore {
  readonly name: string;
  /** Part of the slots that is drawn by lot. */
  readonly share: number;
  readonly seed: number | 'request';
}

export interface Diversity {
  /** No two neighbours alike. */
  readonly noAdjacentSame?: 'category' | 'brand' | 'group';
  readonly maxBrand?: number;
  readonly maxCategory?: number;
  readonly maxGroup?: number;
  /** Weight of being unlike what already stands, above 0, at most 1. */
  readonly mmr?: number;
}

/** The re-ranking for the query product bound last, at one moment. Valid until the next `bind` or `rank`. */
export interface Ranking {
  /** What is added to the score of a row: the sum of its parts, 0 where nothing applies. */
  boost(row: number): number;
  /** Adds to `totals[i]` what `boost(rows[i])` sums, for the first `size`; allocates nothing. */
  boostAll(rows: Uint32Array, totals: Float64Array, size: number): void;
  /** The parts of `boost`, for explain. */
  parts(row: number): { rule: string; add: number }[];
  readonly shares: readonly Share[];
  readonly explore?: Explore;
  readonly diversity: Diversity;
  /** By position, from 1; products that the artifact lacks are left out. */
  readonly pins: readonly { readonly row: number; readonly position: number }[];
  readonly sort: PolicyDocument['sort'];
}

/** How many of `limit` slots a share has: rounded to the nearest, halves up. */
export function slotsOf(share: number, limit: number): number {
  return Math.min(limit, Math.floor(share * limit + 0.5 + 1e-9));
}

interface RankRule {
  readonly document: RankDocument;
  isActive(): boolean;
  /** Whether every row matches. */
  readonly isForAll: boolean;
  matches(row: number): boolean;
  /** Adds to the totals of the rows that match. */
  addAll(rows: Uint32Array, totals: Float64Array, size: number): void;
  /** What a row that matches gets. */
  add(row: number): number;
}

function matcher(conditions: readonly Pick<Condition, 'test'>[]): (row: number) => boolean {
  const [only] = conditions;
  if (only === undefined) return () => true;
  const { test } = only;
  if (conditions.length === 1) return (row) => test(row) === yes;
  return (row) => {
    for (const condition of conditions) if (condition.test(row) !== yes) return false;
    return true;
  };
}

/** Adds to all totals; a loop of its own, so that it stays plain however many rules there are. */
function addWeighted(
  rows: Uint32Array,
  totals: Float64Array,
  size: number,
  { column, weight }: { column: Float64Array; weight: number },
): void {
  for (let i = 0; i < size; i++)
    totals[i] = (totals[i] as number) + weight * (column[rows[i] as number] as number);
}

function compileRankRule(document: RankDocument, makings: Makings, path: readonly PropertyKey[]): RankRule {
  const { query, resolve } = makings;
  const { when, between, match, newerThanDays, boost, field, weight = 0 } = document;
  const asked = when && compileSide(when, makings, [...path, 'when']);
  const [from, to] = between?.map(dayOfDate) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const conditions = [
    ...(match === undefined ? [] : compileConditions(match, makings, [...path, 'match'])),
    ...(newerThanDays === undefined ? [] : compileConditions({ newerThanDays }, makings, path)),
  ];
  // A boost without match is of the candidates that are themselves what `when` asks of the query product.
  const alike = boost !== undefined && match === undefined && asked !== undefined ? [asked] : [];
  const add = Math.log(boost ?? 1);
  const column = field === undefined ? undefined : resolve.standardised(field, [...path, 'field']);
  const matches = matcher([...conditions, ...alike]);
  const isForAll = conditions.length + alike.length === 0;
  return {
    document,
    isActive() {
      if (
        query.day < (from as number) ||
        query.day > (to as number) ||
        (asked !== undefined && asked.asked() !== yes)
      )
        return false;
      for (const condition of conditions) condition.bind?.();
      return true;
    },
    matches,
    isForAll,
    addAll(rows, totals, size) {
      if (column !== undefined && isForAll) addWeighted(rows, totals, size, { column, weight });
      else
        for (let i = 0; i < size; i++) {
          const row = rows[i] as number;
          if (!matches(row)) continue;
          totals[i] = (totals[i] as number) + (column === undefined ? add : weight * (column[row] as number));
        }
    },
    add: column === undefined ? () => add : (row) => weight * (column[row] as number),
  };
}

/** By position: those that name one, and the others at the first that are free. */
function placePins(pins: PolicyDocument['pins'], { ids }: Makings['catalog']): Ranking['pins'] {
  const taken = new Set(pins.map((pin) => (typeof pin === 'string' ? 0 : pin.position)));
  let free = 0;
  const nextFree = (): number => {
    do free++;
    while (taken.has(free));
    return free;
  };
  return pins
    .map((pin) =>
      typeof pin === 'string'
        ? { row: ids.row(pin), position: nextFree() }
        : { row: ids.row(pin.id), position: pin.position },
    )
    .filter(({ row }) => row >= 0)
    .sort((a, b) => a.position - b.position);
}

function diversityOf({ diversity: { noAdjacentSame, max = {}, mmr } }: PolicyDocument): Diversity {
  return {
    ...(noAdjacentSame !== undefined && { noAdjacentSame }),
    ...(max.brand !== undefined && { maxBrand: max.brand }),
    ...(max.category !== undefined && { maxCategory: max.category }),
    ...(max.group !== undefined && { maxGroup: max.group }),
    ...(mmr !== undefined && mmr > 0 && { mmr }),
  };
}

/** Compiles the ranking; the function returned reads the facts that are bound when it is called. */
export function compileRank(document: PolicyDocument, makings: Makings): () => Ranking {
  const rules = document.rank.map((rule, i) => compileRankRule(rule, makings, ['rank', i]));
  const adders = rules.filter((rule) => rule.document.share === undefined);
  const sharing = rules.filter((rule) => rule.document.share !== undefined);
  const pins = placePins(document.pins, makings.catalog);
  const diversity = diversityOf(document);
  const active: RankRule[] = [];
  const boost = (row: number): number => {
    let sum = 0;
    for (const rule of active) if (rule.isForAll || rule.matches(row)) sum += rule.add(row);
    return sum;
  };
  const boostAll: Ranking['boostAll'] = (rows, totals, size) => {
    for (const rule of active) rule.addAll(rows, totals, size);
  };
  const parts: Ranking['parts'] = (row) =>
    active
      .filter((rule) => rule.matches(row))
      .map((rule) => ({ rule: rule.document.name, add: rule.add(row) }));
  const { sort } = document;
  const plain: Ranking = { boost, boostAll, parts, shares: [], diversity, pins, sort };
  if (rules.length === 0) return () => plain;
  return () => {
    active.length = 0;
    for (const rule of adders) if (rule.isActive()) active.push(rule);
    const shares: Share[] = [];
    let explore: Explore | undefined;
    for (const rule of sharing) {
      const { name, share = 0, seed } = rule.document;
      if (!rule.isActive()) continue;
      if (seed === undefined) shares.push({ name, share, matches: rule.matches });
      else explore = { name, share, seed };
    }
    return { boost, boostAll, parts, shares, ...(explore && { explore }), diversity, pins, sort };
  };
}
