// A policy document as /v1/policies/{name} gives it: plain data with every default filled in.

export type OneOrMore = string | readonly string[];

export interface When {
  readonly category?: OneOrMore;
  readonly brand?: OneOrMore;
  readonly gender?: OneOrMore;
}

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface Conditions {
  readonly inStock?: boolean;
  readonly gender?: OneOrMore;
  readonly price?: Bounds;
  readonly priceRatio?: Bounds;
  readonly priceBand?: { readonly within: number };
  readonly brand?: OneOrMore;
  readonly category?: OneOrMore;
  readonly group?: 'same';
  readonly newerThanDays?: number;
  readonly field?: Bounds & { readonly name: string };
  readonly pair?: readonly [When, When];
  readonly ids?: readonly string[];
}

/** A filter without its name, as overrides have it. */
export interface RuleBody {
  readonly when?: When;
  readonly keep?: Conditions;
  readonly drop?: Conditions;
  readonly unknown?: 'keep' | 'drop';
  readonly mandatory?: boolean;
}

export type Rule = RuleBody & { readonly name: string };

export interface Rank {
  readonly name: string;
  readonly when?: When;
  readonly between?: readonly [string, string];
  readonly match?: Conditions;
  readonly boost?: number;
  readonly field?: string;
  readonly weight?: number;
  readonly share?: number;
  readonly newerThanDays?: number;
  readonly seed?: 'request' | number;
}

export const alikes = ['brand', 'category', 'group'] as const;
export type Alike = (typeof alikes)[number];

export interface Diversity {
  readonly noAdjacentSame?: Alike;
  readonly max?: Partial<Record<Alike, number>>;
  readonly mmr?: number;
}

export type Pin = string | { readonly id: string; readonly position: number };

export const sourceNames = ['embedding', 'cooccurrence', 'fm', 'similar'] as const;
export type SourceName = (typeof sourceNames)[number];

export interface Candidates {
  readonly count: number;
  readonly max: number;
  readonly source: readonly SourceName[];
  readonly blend?: 'fitted' | 'if-fitted' | Partial<Record<SourceName, number>>;
}

/** What an artifact has that policies can ask for. */
export interface Holds {
  /** Its own weight of popularity. */
  readonly gamma: number;
  readonly sources: readonly SourceName[];
  /** It was tuned: sources and weights are fitted. */
  readonly isFitted: boolean;
}

export function holdsOf({
  gamma,
  fm,
  similar,
  blend,
}: {
  readonly gamma: number;
  readonly fm?: unknown;
  readonly similar?: unknown;
  readonly blend?: unknown;
}): Holds {
  const has = { embedding: true, cooccurrence: true, fm: fm !== undefined, similar: similar !== undefined };
  return { gamma, sources: sourceNames.filter((name) => has[name]), isFitted: blend !== undefined };
}

export const fallbackLists = ['category-popular', 'gender-popular', 'popular'] as const;
export const sorts = ['score', 'price', 'popularity', 'newest'] as const;
export const genders = ['female', 'male', 'unisex', 'kids'] as const;

export interface Policy {
  readonly name: string;
  readonly revision: number;
  readonly placement: readonly string[];
  readonly timeZone: string;
  readonly limit: number;
  readonly candidates: Candidates;
  readonly gamma?: number;
  readonly efSearch: number;
  readonly filters: readonly Rule[];
  readonly rank: readonly Rank[];
  readonly diversity: Diversity;
  readonly pins: readonly Pin[];
  readonly blocks: readonly string[];
  readonly fallback: readonly string[];
  readonly sort: string;
}

/** What a request changes of a policy: only what differs from it. */
export interface Overrides {
  readonly limit?: number;
  readonly candidates?: Partial<Candidates>;
  readonly gamma?: number;
  readonly efSearch?: number;
  readonly filters?: Readonly<Record<string, false | RuleBody>>;
  readonly rank?: readonly Rank[];
  readonly diversity?: Diversity;
  readonly pins?: readonly Pin[];
  readonly blocks?: readonly string[];
  readonly fallback?: readonly string[];
  readonly sort?: string;
}
