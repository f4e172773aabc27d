// What a request says of the user and of the context, as what it adds to a query of the factorization machine. Encoded by the
// code that made the training rows, and summed up by the code that folded the products.

import { SepetError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { type ColumnEncoder, columnEncodersOf, type FittedFeatures, type Value } from '../features/encode.ts';
import { fmFold } from '../native/index.ts';
import type { AskedColumns, RecommendRequest } from './request.ts';

/** Of an artifact's machine, what a request's columns meet. */
export interface AskedMachine {
  /** k. */
  readonly factors: number;
  /** The columns of user and context that a request may give, numbered from 0. */
  readonly fitted: FittedFeatures;
  /** One for each of their features. */
  readonly linear: Float32Array;
  /** `fmWidth(k)` for each of their features. */
  readonly askedFactors: Float32Array;
  readonly w0: number;
  /** b + p of each product as the one that is asked with. */
  readonly bias: Float32Array;
}

/** What a request's columns come to. */
export interface Asked {
  /** The sum of their factors, less that of their missing values: k floats to be added to `fm.in`. */
  readonly shift: Float32Array;
  /** What their b and p are more than those of their missing values. */
  readonly own: number;
}

const groups = ['user', 'context'] as const;
type Group = (typeof groups)[number];

interface GroupColumns {
  readonly encoders: readonly ColumnEncoder[];
  readonly known: ReadonlySet<string>;
}

/** Made once a machine: dictionaries can be long. */
const made = new WeakMap<FittedFeatures, Readonly<Record<Group, GroupColumns>>>();

function columnsOf(fitted: FittedFeatures): Readonly<Record<Group, GroupColumns>> {
  const before = made.get(fitted);
  if (before !== undefined) return before;
  const [user, context] = groups.map((group): GroupColumns => {
    const encoders = columnEncodersOf(fitted, group);
    return { encoders, known: new Set(encoders.flatMap(({ columns }) => columns)) };
  }) as [GroupColumns, GroupColumns];
  const columns = { user, context };
  made.set(fitted, columns);
  return columns;
}

function unknownColumn(group: Group, name: string, all: Readonly<Record<Group, GroupColumns>>): SepetError {
  const shown = name.slice(0, 100);
  const { known } = all[group];
  const other = group === 'user' ? 'context' : 'user';
  const said = `The artifact's factorization machine has no ${group} column "${shown}".`;
  if (all[other].known.has(name)) return new SepetError('option_unknown', `${said} It is one of ${other}.`);
  const near = nearest(shown, known);
  const list = [...known].slice(0, 20).join(', ');
  const hint =
    near !== undefined ? ` Did you mean "${near}"?` : known.size > 0 ? ` It has ${list}.` : ' It has none.';
  return new SepetError('option_unknown', said + hint);
}

/** Whether a request says something of its user or context. */
const asks = ({ user, context }: RecommendRequest): boolean => user !== undefined || context !== undefined;

/** A row of features as it grows. */
class Row {
  readonly features: number[] = [];
  readonly values: number[] = [];
  readonly add = (feature: number, x: number): void => {
    this.features.push(feature);
    this.values.push(x);
  };
}

/** What the request gives of its columns and, in their place without it, their missing values. */
function rowsOf(
  fitted: FittedFeatures,
  request: RecommendRequest,
): { readonly given: Row; readonly missing: Row } {
  const all = columnsOf(fitted);
  const [given, missing] = [new Row(), new Row()];
  for (const group of groups) {
    const values: AskedColumns = request[group] ?? {};
    for (const name of Object.keys(values))
      if (!all[group].known.has(name)) throw unknownColumn(group, name, all);
    const read = (name: string): Value => (Object.hasOwn(values, name) ? values[name] : undefined);
    for (const { columns, missing: none, encode } of all[group].encoders) {
      if (!columns.some((name) => Object.hasOwn(values, name))) continue;
      encode(read, given.add);
      missing.add(none, 1);
    }
  }
  return { given, missing };
}

/**
 * What the user and context of a request come to; undefined where it gives none. `fm.in` stands for a request that gives no
 * column, each of them missing: one that is given takes the place of that. Throws `option_invalid` where the artifact has no
 * machine, and `option_unknown` with the nearest name for a column that it does not have.
 */
export function askedOf(machine: AskedMachine | undefined, request: RecommendRequest): Asked | undefined {
  if (!asks(request)) return undefined;
  if (machine === undefined) {
    const given = groups.filter((group) => request[group] !== undefined).join(' and ');
    throw new SepetError(
      'option_invalid',
      `${given} cannot be taken: this artifact holds no factorization machine.`,
    );
  }
  const { fitted, factors, linear, askedFactors } = machine;
  const { given, missing } = rowsOf(fitted, request);
  if (missing.features.length === 0) return undefined;
  const folded = fmFold(
    { factorsEach: factors, bias: 0, linear, factors: askedFactors },
    {
      offsets: Uint32Array.of(0, given.features.length, given.features.length + missing.features.length),
      features: Uint32Array.from([...given.features, ...missing.features]),
      values: Float32Array.from([...given.values, ...missing.values]),
    },
  );
  const none = folded.subarray(factors + 1);
  const shift = folded.subarray(0, factors).map((x, d) => x - (none[d] as number));
  // b + p of the one, less that of the other: with p the half of |s|² less the squares, what is left over is <shift, none>.
  let own = (folded[factors] as number) - (none[factors] as number);
  shift.forEach((x, d) => {
    own -= x * (none[d] as number);
  });
  return { shift, own };
}

/**
 * The shift alone: a query of the machine's index is `[fm.in[row] + shift ; 1]`. To be called where a request is prepared,
 * whatever its policy asks, as it also checks the columns. Throws as `askedOf` does.
 */
export const fmShift = (
  machine: AskedMachine | undefined,
  request: RecommendRequest,
): Float32Array | undefined => askedOf(machine, request)?.shift;

/**
 * What the machine's whole score (the log odds) of an item has beside the inner product of query and item. It is the same for all
 * items and orders nothing. `own` is `fm.in` of the product asked with.
 */
export function fmConstant(
  { w0, bias }: Pick<AskedMachine, 'w0' | 'bias'>,
  row: number,
  { own, asked }: { readonly own: Float32Array; readonly asked?: Asked | undefined },
): number {
  let sum = w0 + (bias[row] as number);
  if (asked === undefined) return sum;
  sum += asked.own;
  for (let d = 0; d < asked.shift.length; d++) sum += (asked.shift[d] as number) * (own[d] as number);
  return sum;
}
