// The factorization machine of a data folder, folded by product for the artifact.

import type { FmVectors } from '../../artifact/fm.ts';
import { columnsOf, type FittedColumn, type FittedFeatures } from '../../features/encode.ts';
import { isOfQuery } from '../../features/facts.ts';
import { fmFold, fmWidth } from '../../native/index.ts';
import type { ProductTable } from '../../tables/dataset.ts';
import type { FmMachine } from '../fm/machine.ts';
import { productRows } from '../fm/pairs.ts';
import type { RowOrder } from './rows.ts';

const requestGroups = ['user', 'context'] as const;

/** The columns of users and context whose values requests give. */
export function requestColumns(fitted: FittedFeatures): Record<'user' | 'context', FittedColumn[]> {
  const of = (group: 'user' | 'context') => fitted[group].filter(({ column }) => !isOfQuery(column));
  return { user: of('user'), context: of('context') };
}

/** How many features they have. */
export const requestFeatures = (fitted: FittedFeatures): number =>
  requestGroups.flatMap((group) => requestColumns(fitted)[group]).reduce((sum, { size }) => sum + size, 0);

/** Their names. */
export function requestNames(fitted: FittedFeatures): Record<'user' | 'context', string[]> {
  const { user, context } = requestColumns(fitted);
  const names = (columns: readonly FittedColumn[]): string[] => [...new Set(columns.flatMap(columnsOf))];
  return { user: names(user), context: names(context) };
}

/** The features of the columns that requests give, renumbered from 0, with their parameters. */
function askedPart({
  model,
  fitted,
}: FmMachine): Pick<FmVectors<FittedFeatures>, 'fitted' | 'linear' | 'askedFactors'> {
  const width = fmWidth(model.factorsEach);
  const asked = requestColumns(fitted);
  const features = requestFeatures(fitted);
  const linear = new Float32Array(features);
  const askedFactors = new Float32Array(features * width);
  let first = 0;
  const renumbered = (column: FittedColumn): FittedColumn => {
    const { first: old, size } = column;
    linear.set(model.linear.subarray(old, old + size), first);
    askedFactors.set(model.factors.subarray(old * width, (old + size) * width), first * width);
    first += size;
    return { ...column, first: first - size };
  };
  const [user, context] = requestGroups.map((group) => asked[group].map(renumbered)) as [
    FittedColumn[],
    FittedColumn[],
  ];
  return { fitted: { version: 1, features, user, context, item: [] }, linear, askedFactors };
}

/**
 * The machine by product, in the catalogue's order: of every product, as what it is made of is known also where it was never
 * ordered.
 */
export function foldMachine(
  machine: FmMachine,
  products: ProductTable,
  { from }: Pick<RowOrder, 'from'>,
): FmVectors<FittedFeatures> {
  const { model, fitted } = machine;
  const factors = model.factorsEach;
  const stride = factors + 1;
  const rows = productRows(fitted, products);
  const queries = fmFold(model, rows.queries);
  const items = fmFold(model, rows.items);
  const input = new Float32Array(from.length * factors);
  const out = new Float32Array(from.length * stride);
  from.forEach((old, row) => {
    input.set(queries.subarray(old * stride, old * stride + factors), row * factors);
    out.set(items.subarray(old * stride, (old + 1) * stride), row * stride);
  });
  const bias = Float32Array.from(from, (old) => queries[old * stride + factors] as number);
  return { factors, in: input, bias, out, w0: model.bias, ...askedPart(machine) };
}
