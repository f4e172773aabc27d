// The known products that are most like a new one by their metadata. Buckets by category, brand, gender and price band hold
// only the most ordered products each, so that nothing is compared with everything.

import { bandCodes, type Facts, genderCodes } from './facts.ts';

/** What two products share beside the category, the more important first; a higher number is more alike. */
const brandBit = 4;
const genderBit = 2;
const bandBit = 1;
/** From alike in everything to alike in nothing but the category. */
const likenesses = [7, 6, 5, 4, 3, 2, 1, 0] as const;

export interface Alike {
  /** Known rows, the most alike first. */
  readonly rows: readonly number[];
  /** Levels of the category path that all of them share; 0 where one has only the brand in common. */
  readonly depth: number;
}

/**
 * For each cold row the `count` known rows that are most alike: by levels of the category path in common, then brand, gender and
 * price band, then orders, then row. Unknown facts are like nothing. Without a category in common the brand must be the same.
 * Products with the same facts share one answer. Takes time in proportion to products, not to pairs.
 *
 * @param known rows that have vectors, the most ordered first
 */
export function alikeOf(
  facts: Facts,
  cold: Uint32Array,
  known: Uint32Array,
  count: number,
): Map<number, Alike> {
  const profiles = new Map<number, number>();
  for (const row of cold) profiles.set(profileOf(facts, row), row);
  const buckets = new Buckets(facts, count);
  for (const row of profiles.values()) buckets.want(row);
  for (const row of known) buckets.fill(row);
  const found = new Map<number, Alike>();
  for (const [profile, row] of profiles) found.set(profile, buckets.nearest(row));
  return found;
}

/** A number that products have in common where all their facts are the same. */
export function profileOf(facts: Facts, row: number): number {
  const place = placeOf(facts, facts.category[row] as number, row);
  return place * codes + (facts.gender[row] as number) * bandCodes + (facts.band[row] as number);
}

const codes = genderCodes * bandCodes;

/** A category and a brand. */
const placeOf = ({ brand, brands }: Facts, node: number, row: number): number =>
  node * (brands + 1) + (brand[row] as number);

/**
 * Rows by what they share: those of a category by gender and band, and those of a category and a brand likewise. Of the latter only
 * what some cold product asks for is kept.
 */
class Buckets {
  private readonly facts: Facts;
  private readonly size: number;
  private readonly levels: number[];
  /** Categories that cold products are in. */
  private readonly nodes: Uint8Array;
  private readonly places = new Set<number>();
  private readonly ofNodes: (number[] | undefined)[];
  private readonly ofPlaces = new Map<number, number[]>();

  constructor(facts: Facts, size: number) {
    const { parent } = facts;
    this.facts = facts;
    this.size = size;
    this.levels = parent.map(() => 0);
    for (let i = 1; i < parent.length; i++) this.levels[i] = (this.levels[parent[i] as number] as number) + 1;
    this.nodes = new Uint8Array(parent.length);
    this.ofNodes = new Array<undefined>(parent.length * codes).fill(undefined);
  }

  /** Notes what a cold row will ask for. */
  want(row: number): void {
    for (const node of this.pathOf(row)) {
      this.nodes[node] = 1;
      if (this.facts.brand[row] !== 0) this.places.add(placeOf(this.facts, node, row));
    }
  }

  /** Adds a known row to all that it belongs to. */
  fill(row: number): void {
    const { brand } = this.facts;
    for (const node of this.pathOf(row)) {
      if (this.nodes[node] === 0) continue;
      if (node !== 0)
        for (const shared of likenesses)
          if (shared < brandBit) {
            const key = this.keyOf(node, shared, row);
            if (key < 0) continue;
            const bucket = this.ofNodes[key];
            if (bucket === undefined) this.ofNodes[key] = [row];
            else if (bucket.length < this.size) bucket.push(row);
          }
      const place = placeOf(this.facts, node, row);
      if (brand[row] === 0 || !this.places.has(place)) continue;
      for (const shared of likenesses)
        if (shared >= brandBit) {
          const key = this.keyOf(place, shared, row);
          if (key < 0) continue;
          const bucket = this.ofPlaces.get(key);
          if (bucket === undefined) this.ofPlaces.set(key, [row]);
          else if (bucket.length < this.size) bucket.push(row);
        }
    }
  }

  /** From the closest bucket to the farthest, until there are enough. */
  nearest(row: number): Alike {
    const rows = new Set<number>();
    let depth = 0;
    for (const node of this.pathOf(row))
      for (const shared of likenesses) {
        for (const other of this.bucketOf(node, shared, row) ?? []) {
          if (rows.size === this.size) return { rows: [...rows], depth };
          if (rows.has(other)) continue;
          rows.add(other);
          depth = this.levels[node] as number;
        }
      }
    return { rows: [...rows], depth };
  }

  private bucketOf(node: number, shared: number, row: number): number[] | undefined {
    const { brand } = this.facts;
    const isBranded = shared >= brandBit;
    if (isBranded ? brand[row] === 0 : node === 0) return undefined;
    const key = this.keyOf(isBranded ? placeOf(this.facts, node, row) : node, shared, row);
    if (key < 0) return undefined;
    return isBranded ? this.ofPlaces.get(key) : this.ofNodes[key];
  }

  /** -1 where a fact is unknown. */
  private keyOf(place: number, shared: number, row: number): number {
    const gender = shared & genderBit ? (this.facts.gender[row] as number) : -1;
    const band = shared & bandBit ? (this.facts.band[row] as number) : -1;
    if (gender === 0 || band === 0) return -1;
    return place * codes + Math.max(0, gender) * bandCodes + Math.max(0, band);
  }

  /** The category, those above it, and last 0. */
  private pathOf(row: number): number[] {
    const path = [this.facts.category[row] as number];
    for (let node = path[0] as number; node !== 0; path.push(node)) node = this.facts.parent[node] as number;
    return path;
  }
}
