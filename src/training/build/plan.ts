// What a build will need, before anything is done: `sepet build --dry-run`.

import { SepetError } from '../../base/errors.ts';
import { fmWidth, type IndexBounds } from '../../native/index.ts';
import type { BuildOptions } from './build.ts';
import { hasCells } from './cells.ts';
import { foldInputs } from './fold.ts';
import { boundsOf } from './index-sections.ts';
import { readInputs } from './inputs.ts';
import { requestFeatures } from './machine.ts';
import { madeVectors } from './parts.ts';
import { orderRows } from './rows.ts';

export interface BuildPlan {
  readonly dir: string;
  readonly products: number;
  /** Products with a vector: the rows of the index. */
  readonly rows: number;
  /** Of these, with a vector made from those of products like them. */
  readonly cold: number;
  /** k of the factorization machine; 0 without. */
  readonly factors: number;
  /** Dimensions of a vector; OUT vectors have one more. */
  readonly dims: number;
  readonly parameters: Pick<BuildOptions, 'M' | 'efConstruction' | 'threads'> & { readonly codeBits: number };
  /** Bytes on the disk of what is searched; `graph`, `upper`, `cells`, `similar` and `fm` (all its sections) are upper bounds. */
  readonly disk: {
    readonly vectors: number;
    readonly graph: number;
    readonly codes: number;
    readonly int8: number;
    readonly upper: number;
    readonly cells: number;
    readonly similar: number;
    readonly fm: number;
    readonly total: number;
    readonly aProduct: number;
  };
  /** Bytes of memory at most for the index and its vectors, beside the product table and the lists. */
  readonly memory: number;
}

type IndexOptions = Pick<BuildOptions, 'M' | 'efConstruction' | 'threads' | 'codeBits' | 'cellsFrom'>;

const float = Float32Array.BYTES_PER_ELEMENT;

/** Bytes of the copies of the vectors that a build holds: as in the model, by rows, as queries, and for its thread. */
function vectorCopies(products: number, rows: number, dims: number): number {
  const model = 2 * products * dims;
  const byRow = rows * (2 * dims + (dims + 1));
  const queries = 2 * rows * (dims + 1);
  const shared = rows * (dims + 1);
  return float * (model + byRow + queries + shared);
}

/** Of the cells at most, on the disk, and of what renumbering by them holds: rows by the first order and, for its thread, one side. */
function cellsOf(rows: number, dims: number, { cold }: BesideSizes, asked: IndexOptions) {
  const own = rows - cold;
  if (!hasCells(asked, own)) return { cells: 0, memory: 0 };
  const of = (part: number): number =>
    part === 0 ? 0 : boundsOf({ ...asked, rows: part, dims: dims + 1 }).cellsBytes;
  return { cells: of(own) + of(cold), memory: float * rows * (2 * dims + 1 + dims + 1) };
}

/** The sizes that follow from numbers alone. */
export function planOf(
  dir: string,
  { products, rows, dims }: Pick<BuildPlan, 'products' | 'rows' | 'dims'>,
  options: IndexOptions,
  given: BesideSizes = { factors: 0, askedFloats: 0, similarLength: 0, cold: 0 },
): BuildPlan {
  const { M, efConstruction, threads, codeBits } = options;
  const asked = { M, efConstruction, threads, codeBits, rows, dims: dims + 1 };
  const bounds: IndexBounds = boundsOf(asked);
  const { graphBytes: graph, codesBytes: codes, int8Bytes: int8 } = bounds;
  const vectors = float * rows * (2 * dims + 1);
  const { fm, similar, memory } = besideOf({ products, rows }, given, asked);
  const { cells, memory: moving } = cellsOf(rows, dims, given, options);
  const upper = cells > 0 ? bounds.upperBytes : 0;
  const total = vectors + graph + codes + int8 + upper + cells + similar + fm;
  const { cold, factors } = given;
  return {
    ...{ dir, products, rows, cold, factors, dims },
    parameters: { M, efConstruction, threads, codeBits: bounds.codeBits },
    disk: {
      vectors,
      graph,
      codes,
      int8,
      upper,
      cells,
      similar,
      fm,
      total,
      aProduct: Math.ceil(total / rows),
    },
    memory: vectorCopies(products, rows, dims) + moving + bounds.memoryBytes + similar + memory,
  };
}

/** What an artifact may have beside its embedding index. */
export interface BesideSizes {
  /** k of the factorization machine; 0 without. */
  readonly factors: number;
  /** Floats of the columns that requests give. */
  readonly askedFloats: number;
  /** Longest list of similar products; 0 without. */
  readonly similarLength: number;
  /** Products with a vector that was made. */
  readonly cold: number;
}

/** Bytes at most of the sections `fm.*` but for their JSON, of those of `similar`, and of memory for the second graph. */
export function besideOf(
  { products, rows }: Pick<BuildPlan, 'products' | 'rows'>,
  { factors, askedFloats, similarLength, cold }: BesideSizes,
  { M, efConstruction, threads, codeBits }: IndexOptions,
): { fm: number; similar: number; memory: number } {
  const length = Math.min(similarLength, rows - cold);
  const similar = similarLength === 0 ? 0 : float * (products + 1 + 2 * rows * length);
  if (factors === 0) return { fm: 0, similar, memory: 0 };
  const bounds = boundsOf({ M, efConstruction, threads, codeBits, rows: products, dims: factors + 1 });
  const vectors = float * (products * (2 * factors + 2) + askedFloats);
  const fm = vectors + bounds.graphBytes + bounds.codesBytes + bounds.int8Bytes;
  return { fm, similar, memory: vectorCopies(products, products, factors) + bounds.memoryBytes };
}

/** Reads the folder and writes nothing. Throws what `readInputs` throws, `data_empty`, and `argument_invalid` for the bits. */
export async function planBuild(dir: string, options: BuildOptions): Promise<BuildPlan> {
  const read = await readInputs(dir, options);
  const inputs = options.deltas === undefined ? read : foldInputs(read, options.deltas.changes).inputs;
  const { trained, from, cold } = orderRows(inputs, madeVectors(inputs, options)?.rows);
  if (trained === 0)
    throw new SepetError('data_empty', `No product of ${dir} has a vector: its model is empty.`);
  const sizes = { products: from.length, rows: trained, dims: inputs.dims };
  const { machine } = inputs;
  const factors = machine?.model.factorsEach ?? 0;
  const features = machine === undefined ? 0 : requestFeatures(machine.fitted);
  const beside = { factors, askedFloats: features * (1 + fmWidth(factors)), cold };
  return planOf(dir, sizes, options, { ...beside, similarLength: options.similarLength ?? 0 });
}
