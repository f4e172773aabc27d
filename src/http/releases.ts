// What an operator can have done with the labels of the store that a server follows. Who implements it may take its time, and
// none of the event loop's.

/** Why something is done, and for whom. */
export interface Reason {
  readonly why: string;
  readonly by?: string | undefined;
  /** The revision of the label that was looked at. */
  readonly expected?: number | undefined;
}

/** A label's newest revision, and whether it is a new one. */
export interface MovedLabel {
  readonly entry: object;
  readonly moved: boolean;
}

/** Each rejects with a SepetError where it cannot be done; with `gates` in it where these refused. */
export interface ReleaseControl {
  labels(): Promise<object>;
  history(label: string, limit: number): Promise<object>;
  /** As text or as data. */
  savePolicy(label: string, name: string, policy: unknown, reason: Reason): Promise<MovedLabel>;
  removePolicy(label: string, name: string, reason: Reason): Promise<MovedLabel>;
  promote(label: string, from: string, reason: Reason): Promise<MovedLabel>;
  /** To the release before, or to that of a revision. */
  rollback(label: string, to: number | undefined, reason: Reason): Promise<MovedLabel>;
  diff(
    from: string,
    to: string,
    how: { readonly products: number; readonly examples: number },
  ): Promise<object>;
  /** Ends the threads; what they have in hand fails. */
  close(): void;
}
