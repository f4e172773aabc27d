// Numeric fields by name: the artifact's own, and the columns that every artifact has.

import { unknown32, unknownDay } from '../base/products.ts';
import type { PolicyCatalog } from './facts.ts';

/** A number a row, NaN where it is unknown. */
export interface NumericField {
  value(row: number): number;
  /** A bound as the field would hold it: 0.1 in single precision is not 0.1. */
  bound(value: number): number;
  /** A value as people wrote it. */
  shown(value: number): number;
  /** The field as it lies, where that is in single precision. */
  readonly column?: Float32Array;
}

const exact = (value: number): number => value;
/** Digits that single precision keeps. */
const written = (value: number): number => Number(value.toPrecision(7));
const whole = (value: NumericField['value']): NumericField => ({ value, bound: exact, shown: exact });
/** What a field that is not there is taken for. */
export const noField: NumericField = whole(() => Number.NaN);

const builtIn: Record<string, (columns: PolicyCatalog['columns']) => NumericField> = {
  price: ({ price }) => whole((row) => (price[row] === unknown32 ? Number.NaN : (price[row] as number))),
  orders: ({ orders }) => whole((row) => orders[row] as number),
  released: ({ released }) =>
    whole((row) => (released[row] === unknownDay ? Number.NaN : (released[row] as number))),
};

/** The names that `openField` knows. */
export function fieldNames({ columns }: PolicyCatalog): string[] {
  return [...new Set([...columns.numeric.keys(), ...Object.keys(builtIn)])];
}

/** The field of that name, the artifact's own before `price`, `orders` and `released`; undefined where there is none. */
export function openField({ columns }: PolicyCatalog, name: string): NumericField | undefined {
  const own = columns.numeric.get(name);
  if (own !== undefined)
    return { value: (row) => own[row] as number, bound: Math.fround, shown: written, column: own };
  return Object.hasOwn(builtIn, name) ? builtIn[name]?.(columns) : undefined;
}

function standardise(field: NumericField, { products, removed }: PolicyCatalog): Float64Array {
  const values = new Float64Array(products);
  let known = 0;
  let gone = 0;
  let mean = 0;
  let squares = 0;
  for (let row = 0; row < products; row++) {
    const isGone = removed[gone] === row;
    if (isGone) gone++;
    const value = isGone ? Number.NaN : field.value(row);
    values[row] = value;
    if (Number.isNaN(value)) continue;
    // Welford 1962: one pass, and no difference of large sums.
    const step = value - mean;
    mean += step / ++known;
    squares += step * (value - mean);
  }
  const deviation = known === 0 ? 0 : Math.sqrt(squares / known);
  return values.map((value) => (deviation === 0 || Number.isNaN(value) ? 0 : (value - mean) / deviation));
}

const made = new WeakMap<PolicyCatalog['columns'], Map<string, Float64Array>>();

/**
 * `(value - mean) / standard deviation` over the products that have a value (population deviation), by row; 0 where it
 * is unknown or the field is not there, and everywhere if all values are equal. Computed once a catalogue.
 */
export function standardised(catalog: PolicyCatalog, name: string): Float64Array {
  const known = made.get(catalog.columns) ?? new Map<string, Float64Array>();
  made.set(catalog.columns, known);
  const field = openField(catalog, name) ?? noField;
  const column = known.get(name) ?? standardise(field, catalog);
  known.set(name, column);
  return column;
}
