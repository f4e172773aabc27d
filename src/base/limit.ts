// One row of the tables of limits.

export interface Limit {
  readonly unit: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it bounds, in one sentence. */
  readonly about: string;
}

/** A row: unit, default, minimum, maximum, and what it bounds. */
export const row = (unit: string, value: number, min: number, max: number, about: string): Limit =>
  Object.freeze({ unit, default: value, min, max, about });
