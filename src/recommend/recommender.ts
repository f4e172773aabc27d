// What a recommender takes and gives: the shapes that the server, `sepet query` and the encoder share.
// A recommender belongs to one thread (it reuses its scratch); the artifact under it is shared and immutable.

import type { ArtifactManifest } from '../artifact/manifest.ts';
import type { ErrorCode } from '../base/errors.ts';
import type { RecommendRequest } from './request.ts';

/** Where an item came from, in the order in which they are asked. */
export type Source = 'embedding' | 'cooccurrence' | 'fallback';

export interface RecommendItem {
  readonly id: string;
  /**
   * `embedding`: IN·OUT + gamma·(ln(1 + orders) - mean); `cooccurrence`: the list's score; `fallback`: ln(1 + orders).
   * Comparable only within one source. Rounded to four decimals.
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
  /** Every product of the artifact was considered. */
  readonly exhausted?: true;
}

/** A product's metadata as far as the artifact knows it. */
export type ProductFacts = Omit<RecommendItem, 'score' | 'source'>;

/** How one returned item got its score. */
export interface ExplainedItem {
  readonly id: string;
  readonly source: Source;
  /** IN·OUT, for `embedding`. */
  readonly inOut?: number;
  /** gamma·(ln(1 + orders) - mean), for `embedding`. */
  readonly popularity?: number;
  readonly total: number;
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

export interface Explanation {
  /** Absent for an unknown product. */
  readonly query?: ProductFacts;
  /** How vectors were searched: `graph`, `scan` (small catalogue), `everything` (all that pass, scored), `none`. */
  readonly search: 'graph' | 'scan' | 'everything' | 'none';
  readonly efSearch: number;
  readonly gamma: number;
  /** Candidates that the filters looked at. */
  readonly candidates: number;
  readonly items: readonly ExplainedItem[];
  readonly dropped: readonly { rule: string; count: number; examples: readonly DroppedExample[] }[];
}

export interface RecommendAnswer {
  readonly product: string;
  readonly items: readonly RecommendItem[];
  readonly filled: Filled;
  readonly artifact: string;
  /** `name@revision`. */
  readonly policy: string;
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
  /** `name@revision`. */
  readonly policy: string;
}

export interface Recommender {
  readonly info: ArtifactInfo;
  /** Answers a batch with as few native calls as there are widenings. One entry per request, in order. */
  recommend(requests: readonly RecommendRequest[]): (RecommendAnswer | Failure)[];
  hasProduct(id: string): boolean;
  /** The ids of the `count` most ordered products, best first. */
  popularIds(count: number): string[];
}

export function isFailure(outcome: RecommendAnswer | Failure): outcome is Failure {
  return 'error' in outcome;
}
