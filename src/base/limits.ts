// Every limit in one place: unit, default, minimum, maximum. The CLI's help, the API's checks and
// docs/limits.md all read this table.

import { SepetError } from './errors.ts';

export interface Limit {
  readonly unit: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it bounds, in one sentence. */
  readonly about: string;
}

const row = (unit: string, value: number, min: number, max: number, about: string): Limit =>
  Object.freeze({ unit, default: value, min, max, about });

export const limits = {
  limit: row('products', 10, 1, 100, 'Recommendations in one answer.'),
  efSearch: row('candidates', 200, 10, 4096, 'Width of the graph search: more is slower and truer.'),
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

/** Checks one number against its limit. Throws `option_invalid` naming the bounds. */
export function checkLimit(name: LimitName, value: number, whole = true): number {
  const { min, max, unit } = limits[name];
  if (Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value)))
    return value;
  const kind = whole ? 'a whole number' : 'a number';
  throw new SepetError(
    'option_invalid',
    `${name} must be ${kind} from ${min} to ${max} (${unit}), not ${value}.`,
  );
}
