// The vectors inside an artifact. Products with a vector are rows 0 to trained - 1; the rest have none.
//
//   vec.in   trained × dims        IN rows: a query is [IN ; gamma / scale]
//   vec.out  trained × (dims + 1)  OUT rows, then scale·(ln(1 + train orders) - mean)
//
// so that the inner product of the two is IN·OUT + gamma·(ln(1 + train orders) - mean): gamma is chosen per
// request, and the index over `vec.out` (`graph`, in all but lean artifacts `codes` and `int8`, and in large ones
// `upper` and `cells`) serves every choice.

import { SepetError } from '../base/errors.ts';
import type { Section, SectionSource } from '../base/sections.ts';

export interface Vectors {
  /** Products with a vector, own or made. */
  readonly trained: number;
  /** Dimensions of IN; OUT has one more. */
  readonly dims: number;
  readonly in: Float32Array;
  readonly out: Float32Array;
}

export interface VectorInput {
  /** trained × dims each. */
  readonly in: Float32Array;
  readonly out: Float32Array;
  readonly dims: number;
  /** Orders of each row in the training split. */
  readonly ordersTrain: Uint32Array;
  /** Of the rows, how many at the end have vectors that were made: the mean of popularity is of those before; 0 if absent. */
  readonly cold?: number;
  /** How far the popularity dimension is stretched: it shapes the graph, never the scores. */
  readonly popularityScale: number;
  /** The product of a row, for the message about a bad vector. */
  readonly nameOf: (row: number) => string;
}

/** Throws `vector_not_finite` naming the product of the first row that has such a value. */
export function checkFinite(
  what: string,
  values: Float32Array,
  dims: number,
  nameOf: (row: number) => string,
): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const row = Math.floor(bad / dims);
  throw new SepetError(
    'vector_not_finite',
    `The ${what} vector of product "${nameOf(row)}" holds ${values[bad]} in dimension ${bad % dims}. Train again, with a lower learning rate.`,
  );
}

/** Makes `vec.in` and `vec.out`. Throws `vector_not_finite` naming the product. */
export function encodeVectors(input: VectorInput): { sections: Section[]; out: Float32Array; mean: number } {
  const { dims, popularityScale } = input;
  checkFinite('IN', input.in, dims, input.nameOf);
  checkFinite('OUT', input.out, dims, input.nameOf);
  const trained = input.in.length / dims;
  const logs = Float64Array.from(input.ordersTrain.subarray(0, trained), (orders) => Math.log1p(orders));
  const own = trained - (input.cold ?? 0);
  const mean = own === 0 ? 0 : logs.subarray(0, own).reduce((sum, log) => sum + log, 0) / own;
  const out = new Float32Array(trained * (dims + 1));
  for (let row = 0; row < trained; row++) {
    out.set(input.out.subarray(row * dims, (row + 1) * dims), row * (dims + 1));
    out[row * (dims + 1) + dims] = popularityScale * ((logs[row] as number) - mean);
  }
  return { sections: vectorSections({ in: input.in, out }), out, mean };
}

/** IN rows and the OUT rows that `encodeVectors` made, as sections. */
export const vectorSections = ({ in: input, out }: Pick<Vectors, 'in' | 'out'>): Section[] => [
  { name: 'vec.in', data: input },
  { name: 'vec.out', data: out },
];

/** Opens the vectors. Throws `section_missing` or `file_damaged`. */
export function openVectors(source: SectionSource, sizes: { trained: number; dims: number }): Vectors {
  const vectors = { ...sizes, in: source.f32('vec.in'), out: source.f32('vec.out') };
  const { trained, dims } = sizes;
  if (vectors.in.length !== trained * dims || vectors.out.length !== trained * (dims + 1))
    throw new SepetError('file_damaged', 'vec.in and vec.out are not as long as the manifest says.');
  return vectors;
}

/** What vectors are searched by: the graph, the codes of its neighbours, the int8 copy of the vectors, the cells of their rows. */
export interface IndexSections {
  readonly graph: Uint8Array;
  readonly codes?: Uint8Array;
  readonly int8?: Uint8Array;
  /** The vectors of the graph's upper nodes in bytes; beside `cells`. */
  readonly upper?: Uint8Array;
  /** Only with `int8`, and only over `vec.out`, by whose vectors the rows are ordered. */
  readonly cells?: Uint8Array;
}

/** The index over `vec.out`, whose sections are called `graph`, `codes`, `int8`, `upper` and `cells`, or over `fm.out`: `fm.graph` and so on. */
export type IndexOf = '' | 'fm.';

/** The sections of an index. */
export function encodeIndex(
  { graph, codes, int8, upper, cells }: IndexSections,
  of: IndexOf = '',
): Section[] {
  return [
    { name: `${of}graph`, data: graph },
    ...(codes ? [{ name: `${of}codes`, data: codes }] : []),
    ...(int8 ? [{ name: `${of}int8`, data: int8 }] : []),
    ...(upper ? [{ name: `${of}upper`, data: upper }] : []),
    ...(cells ? [{ name: `${of}cells`, data: cells }] : []),
  ];
}

/** Opens what the artifact has of them: lean ones, and those of the first versions, have a graph alone. Throws `section_missing`. */
export function openIndex(source: SectionSource, of: IndexOf = ''): IndexSections {
  return {
    graph: source.u8(`${of}graph`),
    ...(source.has(`${of}codes`) && { codes: source.u8(`${of}codes`) }),
    ...(source.has(`${of}int8`) && { int8: source.u8(`${of}int8`) }),
    ...(source.has(`${of}upper`) && { upper: source.u8(`${of}upper`) }),
    ...(source.has(`${of}cells`) && { cells: source.u8(`${of}cells`) }),
  };
}
