// Ranking and diversity by the book: every candidate compared with every other, slot by slot.

import { Random } from '../../src/base/random.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import type { Source } from '../../src/recommend/recommender.ts';
import { type PlainProduct, rankPlainly } from '../policy/reference.ts';

export interface PlainCandidate {
  readonly row: number;
  readonly source: Source;
  readonly tier: number;
  /** The score, blended; what the ranking adds is added here. */
  total: number;
}

export interface PlainScene {
  readonly policy: PolicyDocument;
  readonly products: readonly PlainProduct[];
  readonly query: PlainProduct;
  readonly day: number;
  readonly need: number;
  readonly limit: number;
  readonly seed: number;
  /** IN vectors by row; none where a product has none. */
  readonly vector: (row: number) => readonly number[] | undefined;
}

const slots = (share: number, limit: number): number =>
  Math.min(limit, Math.floor(share * limit + 0.5 + 1e-9));

type Attribute = 'brand' | 'category' | 'group';

/** Whether one more product exceeds no maximum. */
export function hasRoom(
  { diversity: { max = {} } }: PolicyDocument,
  placed: readonly PlainProduct[],
  product: PlainProduct,
): boolean {
  return (Object.entries(max) as [Attribute, number | undefined][]).every(
    ([by, most = Number.POSITIVE_INFINITY]) =>
      product[by] === null || placed.filter((other) => other[by] === product[by]).length < most,
  );
}

function reservedRows(line: readonly PlainCandidate[], scene: PlainScene): Set<number> {
  const { policy, products, query, day, need, limit } = scene;
  const reserved = new Set<number>();
  for (const rule of policy.rank) {
    if (rule.share === undefined || rule.seed !== undefined) continue;
    const matching = line.filter(({ row }) => {
      const candidate = products[row] as PlainProduct;
      const { shares } = rankPlainly({ rank: [rule] }, { candidate, query, day, all: products });
      return shares.includes(rule.name);
    });
    for (const { row } of matching.slice(0, slots(rule.share, limit))) reserved.add(row);
  }
  const lot = policy.rank.find(({ seed }) => seed !== undefined);
  if (lot?.share === undefined) return reserved;
  const others = line.slice(need).filter(({ row }) => !reserved.has(row));
  const random = new Random(scene.seed);
  for (let left = slots(lot.share, limit); left > 0 && others.length > 0; left--) {
    const drawn = random.below(others.length);
    reserved.add((others[drawn] as PlainCandidate).row);
    others[drawn] = others.at(-1) as PlainCandidate;
    others.pop();
  }
  return reserved;
}

function cosine(a: readonly number[] | undefined, b: readonly number[] | undefined): number {
  if (a === undefined || b === undefined) return 0;
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  const scale = (x: readonly number[]): number => (dot(x, x) === 0 ? 0 : 1 / Math.sqrt(dot(x, x)));
  return Math.max(0, dot(a, b) * scale(a) * scale(b));
}

/** From 1 down to 0 for two candidates a slot in each tier, and on; the next tier begins where the one before ends. */
function relevances(line: readonly PlainCandidate[], need: number): number[] {
  const found: number[] = [];
  for (const tier of new Set(line.map((one) => one.tier))) {
    const own = line.filter((one) => one.tier === tier).map((one) => one.total);
    const top = found.at(-1) ?? 1;
    const spread = (own[0] as number) - (own.slice(0, 2 * need).at(-1) as number);
    for (const total of own) {
      const below = (own[0] as number) - total;
      found.push(top - (below === 0 ? 0 : below / (spread === 0 ? 1 : spread)));
    }
  }
  return found;
}

/** Adds the ranking to the totals, orders the pool and fills the slots. */
export function arrangePlainly(pool: readonly PlainCandidate[], scene: PlainScene): PlainCandidate[] {
  const { policy, products, query, day, need, vector } = scene;
  for (const candidate of pool) {
    const product = products[candidate.row] as PlainProduct;
    const { added } = rankPlainly(policy, { candidate: product, query, day, all: products });
    candidate.total += Object.values(added).reduce((sum, value) => sum + value, 0);
  }
  const line = pool.toSorted((a, b) => a.tier - b.tier || b.total - a.total || a.row - b.row);
  const reserved = reservedRows(line, scene);
  const { noAdjacentSame: by, mmr = 0 } = policy.diversity;
  const relevance = mmr > 0 ? relevances(line, need) : line.map((_, at) => -at);
  const placed: PlainCandidate[] = [];
  while (placed.length < Math.min(need, line.length)) {
    const left = line.filter((one) => !placed.includes(one));
    const waiting = left.filter(({ row }) => reserved.has(row));
    const isForced = waiting.length > 0 && waiting.length >= Math.min(need, line.length) - placed.length;
    const stands = placed.map(({ row }) => products[row] as PlainProduct);
    const judged = (isForced ? waiting : left).map((one) => {
      const product = products[one.row] as PlainProduct;
      const before = by === undefined ? null : (stands.at(-1)?.[by] ?? null);
      const isAlike = by !== undefined && before !== null && product[by] === before;
      const likeness = Math.max(0, ...placed.map(({ row }) => cosine(vector(row), vector(one.row))));
      const worth = (1 - mmr) * (relevance[line.indexOf(one)] as number) - (mmr > 0 ? mmr * likeness : 0);
      return { one, worth, offence: hasRoom(policy, stands, product) ? Number(isAlike) : 2 };
    });
    const [best] = judged.toSorted((a, b) => a.offence - b.offence || b.worth - a.worth);
    placed.push((best as { one: PlainCandidate }).one);
  }
  return placed;
}
