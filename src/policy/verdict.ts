// The three answers of a condition, as small integers, and what a condition is.

import { unknown32 } from '../base/products.ts';

export const no = 0;
export const yes = 1;
/** A value that the condition compares is not known. */
export const unknown = 2;
export type Verdict = typeof no | typeof yes | typeof unknown;

export type Value = string | number | boolean | null;

/** Holds where the column's value lies from `low` to `high`; unknown where it is `unknown32`. */
export interface Span {
  readonly column: Uint32Array;
  low: number;
  high: number;
}

/** Holds where the column's value lies in one of several spans. */
export interface Spans {
  readonly column: Uint32Array;
  readonly spans: readonly { readonly low: number; readonly high: number }[];
}

/** Holds where the column's number lies from `low` to `high`, both as the column holds them; unknown where it is NaN. */
export interface Numbers {
  readonly column: Float32Array;
  readonly low: number;
  readonly high: number;
}

/** The verdict on each code of a column. */
export interface Codes {
  readonly column: Uint8Array;
  readonly verdicts: Uint8Array;
}

export interface Condition {
  test(row: number): Verdict;
  /** The candidate's value and what it is compared with, for people. */
  compared(row: number): { candidate: Value; against: Value };
  /** What the verdict depends on besides the candidate: nothing, the day, or the query product. */
  readonly depends: 'nothing' | 'day' | 'query';
  /**
   * Takes the query product's side over. Returns the verdict on every candidate where the query product alone decides it.
   */
  bind?(): Verdict | undefined;
  /** The condition as data, from which a loop can decide without a call; not where `bind` returned a verdict. */
  readonly span?: Span | undefined;
  readonly spans?: Spans | undefined;
  readonly codes?: Codes;
  readonly numbers?: Numbers | undefined;
  /**
   * Lists of the rows of which the verdict is yes, and with `unknowns` of those of which it is unknown: all of them and no
   * others. Undefined where the condition cannot say, or could only say "all", and maybe where they are more than `most` rows.
   */
  postings?(unknowns: boolean, most: number): readonly Uint32Array[] | undefined;
}

export const verdict = (is: boolean): Verdict => (is ? yes : no);

/** Kleene's "and": no if either is, else unknown if either is. */
export function both(a: Verdict, b: Verdict): Verdict {
  if (a === no || b === no) return no;
  return a === unknown || b === unknown ? unknown : yes;
}

/** Kleene's "or": yes if either is, else unknown if either is. */
export function either(a: Verdict, b: Verdict): Verdict {
  if (a === yes || b === yes) return yes;
  return a === unknown || b === unknown ? unknown : no;
}

export function verdictOfSpan({ column, low, high }: Span, row: number): Verdict {
  const value = column[row] as number;
  return value === unknown32 ? unknown : verdict(value >= low && value <= high);
}

export function verdictOfCode({ column, verdicts }: Codes, row: number): Verdict {
  return verdicts[column[row] as number] as Verdict;
}
