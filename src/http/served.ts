// What the server says that it serves. It changes as a whole, between two requests.

import type { PolicyDocument } from '../policy/document.ts';
import type { Recommender } from '../recommend/recommender.ts';

/** Where it comes from, where that is a label of a store. */
export interface ServedRelease {
  /** The store's address, without credentials. */
  readonly store: string;
  readonly label: string;
  /** The label's revision. */
  readonly revision: number;
  /** `sha256:` and 64 hexadecimal digits: the name of the artifact's file in the store. */
  readonly file: string;
  /** Revision of the latest delta that answers know; 0 for none. */
  readonly deltas: number;
}

export interface Served {
  /** The event loop's own, for what is cheap to ask; batches go to the runner. */
  readonly recommender: Pick<
    Recommender,
    | 'info'
    | 'popularIds'
    | 'product'
    | 'memory'
    | 'similarBrands'
    | 'combine'
    | 'searchProducts'
    | 'sampleProducts'
    | 'facets'
    | 'warm'
  >;
  /** Those that the runner answers by. */
  readonly policies: readonly PolicyDocument[];
  readonly release?: ServedRelease;
}
