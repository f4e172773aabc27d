// What a server has done with the labels of its store, as plain data: told to the thread beside it (aside.ts), carried out in
// there (aside-worker.ts).

import type { ErrorCode } from '../base/errors.ts';
import type { ArtifactPlaces } from './cache.ts';
import type { GateOutcome } from './gate.ts';

/** Why something is done, and for whom. */
interface Reason {
  readonly why: string;
  readonly by?: string | undefined;
  /** The revision of the label that was looked at. */
  readonly expected?: number | undefined;
}

/** Looks only; any number at a time. */
export type Look =
  | { readonly kind: 'labels' }
  | { readonly kind: 'history'; readonly label: string; readonly limit: number };

/** Changes a label; one at a time. */
export type Change = Reason & { readonly label: string } & (
    | { readonly kind: 'save-policy'; readonly name: string; readonly policy: unknown }
    | { readonly kind: 'remove-policy'; readonly name: string }
    | { readonly kind: 'promote'; readonly from: string }
    | { readonly kind: 'rollback'; readonly to?: number | undefined }
  );

/** Opens two artifacts and asks both; one at a time. */
export interface Comparison {
  readonly kind: 'diff';
  readonly from: string;
  readonly to: string;
  readonly products: number;
  readonly examples: number;
}

export type AsideJob = Look | Change | Comparison;

/** Where everything is. */
export interface AsideData {
  /** As `openStore` takes it. */
  readonly store: string;
  /** In PEM form: what none of these keys has signed is not moved to, and nothing is published, as here is no private key. */
  readonly publicKeys?: string | undefined;
}

export interface AsideFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** What the gates said, where they refused. */
  readonly gates?: readonly GateOutcome[];
  /** Of a bug. */
  readonly stack?: string;
}

export interface AsideCall {
  readonly number: number;
  readonly job: AsideJob;
  readonly places: ArtifactPlaces;
}

export type AsideResult = { readonly number: number } & (
  | { readonly result: object }
  | { readonly failure: AsideFailure }
);
