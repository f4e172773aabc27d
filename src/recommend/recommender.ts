// What a recommender takes and gives: the shapes that the server, `sepet query` and the encoder share.
// A recommender belongs to one thread (it reuses its scratch); the artifact under it is shared and immutable.

import type { ArtifactManifest } from '../artifact/manifest.ts';
import type { ErrorCode } from '../base/errors.ts';
import type { Pages } from '../native/index.ts';
import type { SourceName } from '../policy/document.ts';
import type { Draft } from './draft.ts';
import type { Encoding } from './encode.ts';
import type { JsonBytes } from './json-bytes.ts';
import type { Field, RecommendRequest, RequestFilters } from './request.ts';

/** Where an item came from. */
export const sources = ['embedding', 'cooccurrence', 'fm', 'similar', 'cold', 'fallback'] as const;
export type Source = (typeof sources)[number];

/** Sources as numbers, which are their positions in `sources`. */
export const sourceCodes = Object.fromEntries(sources.map((name, code) => [name, code])) as Readonly<
  Record<Source, number>
>;

export interface RecommendItem {
  readonly id: string;
  /**
   * `embedding`: IN·OUT + gamma·(ln(1 + orders) - mean), and so for `cold`, whose vector is made from its neighbours'; `cooccurrence`
   * and `similar`: the list's score; `fm`: the machine's, without what is the same for all candidates; `fallback`: ln(1 + orders).
   * With a blend of sources, their weighted sum. What the policy's ranking adds is in it. Comparable only within one
   * source. Rounded to four decimals.
   */
  readonly score: number;
  readonly source: Source;
  readonly title?: string;
  /** Minor units (cents, kuruş). */
  readonly price?: number;
  readonly currency?: string;
  /** The whole path, `A/B/C`. */
  readonly category?: string;
  readonly brand?: string;
  readonly gender?: string;
  readonly inStock?: boolean;
  readonly image?: string;
}

/** The account of an answer: how many were wanted and returned, from where, and what took the others. */
export interface Filled {
  readonly wanted: number;
  readonly returned: number;
  readonly missing: number;
  /** Returned items by source; sources without any are left out. */
  readonly from: Partial<Record<Source, number>>;
  /** Dropped candidates by the first rule that dropped each. */
  readonly filteredBy?: Record<string, number>;
  /** Products that were left out as a set, by an index of what the rules let pass, without being looked at one by one. */
  readonly outside?: number;
  /** Every product of the artifact was considered: looked at, or left out as part of a set. */
  readonly exhausted?: true;
}

/** A product's metadata as far as the artifact knows it. */
export type ProductFacts = Omit<RecommendItem, 'score' | 'source'>;

/** What one source adds to a blended score. */
export interface BlendShare {
  readonly source: SourceName;
  /** What it says; absent where it does not know the candidate. */
  readonly score?: number;
  /** The same as a log-odds, which compares with that of others; absent without a fitted blend. */
  readonly calibrated?: number;
  readonly weight: number;
}

/** How a blended score came about: the sum of weight times calibrated (else score), popularity and offset. */
export interface BlendAccount {
  readonly shares: readonly BlendShare[];
  /** What the candidate's popularity adds; absent where nothing. */
  readonly popularity?: number;
  /** What is added to all candidates of the product asked; absent where nothing. */
  readonly offset?: number;
  readonly sum: number;
}

/** How one returned item got its score. */
export interface ExplainedItem {
  readonly id: string;
  readonly source: Source;
  /** IN·OUT, for `embedding` and `cold`, and where sources are blended. */
  readonly inOut?: number;
  /** gamma·(ln(1 + orders) - mean), wherever there is `inOut`. */
  readonly popularity?: number;
  /** What the query product's co-occurrence list says of it, where sources are blended and it is named there. */
  readonly cooccurrence?: number;
  /** The weighted sum of what the sources say, where they are blended. */
  readonly blended?: number;
  /** How that came about; of a basket with a fitted blend, `byProduct` has it. */
  readonly blend?: BlendAccount;
  /** What each rule of the ranking added. */
  readonly boosts?: readonly { readonly rule: string; readonly add: number }[];
  readonly total: number;
  /**
   * Of a basket: what the vectors of each of its products say of it, in their order; their log-sum-exp is the score. With a fitted
   * blend, the blended score of each, which are merged with the blend's temperature.
   */
  readonly byProduct?: readonly {
    readonly product: string;
    readonly score: number;
    readonly blend?: BlendAccount;
  }[];
  /** Its place, from 1, by score and ranking alone; absent for a pinned product. */
  readonly before?: number;
  /** Its place in the answer, from 1. */
  readonly after: number;
  readonly pinned?: true;
}

/** One candidate that was looked at. */
export interface ExplainedCandidate {
  readonly id: string;
  readonly source: Source;
  /** What the sources say of it, where they know it. */
  readonly scores: { readonly [S in SourceName]?: number };
  /** What the source it came from says of it. */
  readonly score: number;
  /** The weighted sum of what the sources say, where they are blended. */
  readonly blended?: number;
  /** The score with blend and ranking; absent for a dropped one. */
  readonly total?: number;
  readonly boosts?: readonly { readonly rule: string; readonly add: number }[];
  /** The first rule that dropped it, and the values that it compared. */
  readonly drop?: { readonly rule: string } & Pick<DroppedExample, 'candidate' | 'against'>;
  /** Its place by score and ranking, from 1. */
  readonly before?: number;
  /** Its place in the answer; absent where it is not in it. */
  readonly after?: number;
}

/** One dropped candidate: the values the rule compared. */
export interface DroppedExample {
  readonly id: string;
  readonly title?: string;
  readonly score: number;
  /** The candidate's value of the compared column, null where unknown. */
  readonly candidate: string | number | boolean | null;
  /** What it was compared with: the query product's value or the rule's. */
  readonly against: string | number | boolean | null;
}

export type SearchKind = 'graph' | 'scan' | 'everything' | 'eligible' | 'none';

export interface Explanation {
  /** The product that rules compare with; absent for an unknown one. */
  readonly query?: ProductFacts;
  /** The basket's further products. */
  readonly basket?: readonly ProductFacts[];
  /**
   * How vectors were searched: `graph`, `scan` (small catalogue), `everything` (every product looked at, those that
   * pass scored exactly), `eligible` (the set of those that pass), `none`.
   */
  readonly search: SearchKind;
  readonly efSearch: number;
  readonly gamma: number;
  /** Candidates that the filters looked at. */
  readonly candidates: number;
  readonly items: readonly ExplainedItem[];
  readonly dropped: readonly { rule: string; count: number; examples: readonly DroppedExample[] }[];
  /** The candidates one by one, in the order in which they were looked at; the first ones of many. */
  readonly looked: readonly ExplainedCandidate[];
}

export interface RecommendAnswer {
  readonly product: string;
  /** The further products that were asked with it, each once; absent where there are none. */
  readonly basket?: readonly string[];
  /** Those of `product` and `basket` that the artifact does not know, and which `fallback` let pass; absent where there are none. */
  readonly unknown?: readonly string[];
  readonly items: readonly RecommendItem[];
  readonly filled: Filled;
  /**
   * What events call this list: `r_` and 16 hexadecimal digits, made of artifact, deltas, policy, the products asked and
   * the products returned. The same list has the same name wherever it is made.
   */
  readonly recommendation: string;
  readonly artifact: string;
  /** `name@revision`. */
  readonly policy: string;
  /** The visitor's arm, `experiment:arm`; absent where the visitor is in no experiment. */
  readonly experiment?: string;
  readonly explain?: Explanation;
}

/** A request that could not be answered; the rest of its batch is. */
export interface Failure {
  readonly error: { readonly code: ErrorCode; readonly message: string };
}

export interface ArtifactInfo {
  /** `sha256:` and 64 hexadecimal digits; see docs/formats.md for what it covers. */
  readonly artifact: string;
  readonly products: number;
  /** Dimensions of an IN vector. */
  readonly dims: number;
  readonly manifest: ArtifactManifest;
  /** The default policy, `name@revision`. */
  readonly policy: string;
  /** All that are served, the default first. */
  readonly policies: readonly string[];
}

/** How much a mean of vectors says. */
export interface Spread {
  /** Products, removed ones left out. */
  readonly products: number;
  /** Those of them with a vector: the mean is theirs. */
  readonly vectors: number;
  /**
   * 1 - the mean cosine between the vectors and their mean: 0 where all point the same way, near 1 where they point
   * everywhere, so that the mean means little. Absent without vectors. Four decimals.
   */
  readonly spread?: number;
}

export interface SimilarBrand extends Spread {
  readonly brand: string;
  /** Cosine between the means of IN vectors. Four decimals. */
  readonly score: number;
}

export interface SimilarBrands extends Spread {
  readonly brand: string;
  /** Nearest first; empty where the brand has no vector. */
  readonly brands: readonly SimilarBrand[];
}

/** A product's IN vector, or the mean of a brand's, times `weight` (1 if absent). */
export type CombinedPart =
  | { readonly product: string; readonly weight?: number }
  | { readonly brand: string; readonly weight?: number };

export interface CombineRequest {
  readonly items: readonly CombinedPart[];
  readonly limit?: number;
  readonly gamma?: number;
  readonly efSearch?: number;
  readonly fields?: readonly Field[];
  readonly filters?: RequestFilters;
  /** As in a `RecommendRequest`. */
  readonly exact?: true;
}

/** What went into a combination. */
export interface CombinedAnswerPart extends Spread {
  readonly product?: string;
  readonly brand?: string;
  readonly weight: number;
}

export interface CombineAnswer {
  readonly parts: readonly CombinedAnswerPart[];
  /**
   * 1 - the mean cosine, by weight, between the parts (turned round where their weight is below 0) and their sum: near 1
   * the parts cancel each other out.
   */
  readonly spread: number;
  /** Best first, by sum·OUT + gamma·popularity; the products combined are not among them. */
  readonly items: readonly RecommendItem[];
  readonly filled: Filled;
}

export interface SearchRequest {
  /**
   * Words of the title, the brand or the category, or their beginnings, in any order; letters match whatever their case and accents. Or an
   * id, or at least the first three bytes of one. All products if absent.
   */
  readonly q?: string;
  /** Paths; each takes its whole subtree. */
  readonly category?: readonly string[];
  readonly brand?: readonly string[];
  readonly limit?: number;
  /** Matches to pass over, 0 if absent. */
  readonly offset?: number;
}

export interface SearchAnswer {
  /** Most ordered first, but for the product whose id was asked for, which stands before them. */
  readonly products: readonly ProductFacts[];
  /** Whether further ones match. */
  readonly more: boolean;
}

export interface SampleRequest extends Pick<SearchRequest, 'category' | 'brand' | 'limit'> {
  /** The same seed draws the same products, as long as the same is served; 1 if absent. */
  readonly seed?: number;
}

export interface FacetsRequest {
  /** Words of the names of categories and brands, or their beginnings. All names if absent. */
  readonly q?: string;
  /** Categories, and brands, at most. */
  readonly limit?: number;
}

/** How the known values of a numeric field lie. */
export interface FacetField {
  /** `price` in minor units, `orders`, `released` in days since 1970, or a field of the shop's own. */
  readonly field: string;
  /** Products whose value is known. */
  readonly products: number;
  readonly min: number;
  readonly max: number;
  /** Seven digits. */
  readonly mean: number;
  /** Of the population. Seven digits. */
  readonly deviation: number;
}

/** What there is to choose from, counted as the artifact was built. */
export interface Facets {
  /** Most products first; a category counts what is below it too. */
  readonly categories: readonly { readonly category: string; readonly products: number }[];
  /** Most products first. */
  readonly brands: readonly { readonly brand: string; readonly products: number }[];
  /** Those of which some value is known. */
  readonly fields: readonly FacetField[];
  /** Products by gender; genders without any are left out. */
  readonly genders: Readonly<Record<string, number>>;
  /** Of prices; null where unknown. */
  readonly currency: string | null;
}

/** Where the artifact lies. */
export interface ArtifactMemory {
  readonly pages: Pages;
  readonly bytes: number;
  /** Bytes in huge pages now. */
  readonly hugeBytes: number;
}

export interface Recommender {
  readonly info: ArtifactInfo;
  /** Asks the system where huge pages were wanted, which takes milliseconds. */
  memory(): ArtifactMemory;
  /** Answers a batch with as few native calls as there are widenings. One entry per request, in order. */
  recommend(requests: readonly RecommendRequest[]): (RecommendAnswer | Failure)[];
  /** The same up to the last step: an answer that nobody takes apart is written out and never made an object. */
  draft(requests: readonly RecommendRequest[]): (Draft | Failure)[];
  /** Writes the bytes of a draft's answer behind what `out` holds. */
  write(draft: Draft, encoding: Encoding, out: JsonBytes): void;
  /** Time that all answers so far took in the index, for the metrics. */
  searchMs(): number;
  /** What is known of a product; undefined for one that is not there. */
  product(id: string): ProductFacts | undefined;
  /** The ids of the `count` most ordered products, best first. */
  popularIds(count: number): string[];
  /** The brands nearest to one, `limit` at most. Throws `brand_unknown`, naming the nearest name. */
  similarBrands(brand: string, limit: number): SimilarBrands;
  /**
   * What is nearest to a weighted sum of vectors. Of the default policy only blocks and mandatory rules hold. Throws
   * `product_unknown`, `brand_unknown`, and `option_invalid` for a part without a vector, parts that cancel out, and a filter's
   * unknown name.
   */
  combine(request: CombineRequest): CombineAnswer;
  /**
   * Spends some milliseconds on the tables that the calls above and below make when they are first asked for (once an
   * artifact and thread); returns whether there is more to do. For a thread that answers other requests meanwhile. Throws what
   * those calls throw on a damaged file.
   */
  warm(ms: number): boolean;
  /** Products by their words, 20 if no limit is named. Throws `option_invalid` for an unknown category or brand, or a limit above 200. */
  searchProducts(request: SearchRequest): SearchAnswer;
  /** Products by lot, 20 if no limit is named. Throws as a search does. */
  sampleProducts(request: SampleRequest): SearchAnswer;
  /** What there is to choose from. Throws `option_invalid` for a limit above 10,000. */
  facets(request: FacetsRequest): Facets;
}

export function isFailure(outcome: object): outcome is Failure {
  return 'error' in outcome;
}
