// What a build will need, before anything is done: `sepet build --dry-run`.

import { SepetError } from '../../base/errors.ts';
import type { IndexBounds } from '../../native/index.ts';
import type { BuildOptions } from './build.ts';
import { foldInputs } from './fold.ts';
import { boundsOf } from './index-sections.ts';
import { readInputs } from './inputs.ts';
import { orderRows } from './rows.ts';

export interface BuildPlan {
  readonly dir: string;
  readonly products: number;
  /** Products with a vector: the rows of the index. */
  readonly rows: number;
  /** Dimensions of a vector; OUT vectors have one more. */
  readonly dims: number;
  readonly parameters: Pick<BuildOptions, 'M' | 'efConstruction' | 'threads'> & { readonly codeBits: number };
  /** Bytes on the disk of what is searched; `graph` is an upper bound. */
  readonly disk: {
    readonly vectors: number;
    readonly graph: number;
    readonly codes: number;
    readonly int8: number;
    readonly total: number;
    readonly aProduct: number;
  };
  /** Bytes of memory at most for the index and its vectors, beside the product table and the lists. */
  readonly memory: number;
}

const float = Float32Array.BYTES_PER_ELEMENT;

/** Bytes of the copies of the vectors that a build holds: as in the model, by rows, as queries, and for its thread. */
function vectorCopies(products: number, rows: number, dims: number): number {
  const model = 2 * products * dims;
  const byRow = rows * (2 * dims + (dims + 1));
  const queries = 2 * rows * (dims + 1);
  const shared = rows * (dims + 1);
  return float * (model + byRow + queries + shared);
}

/** The sizes that follow from numbers alone. */
export function planOf(
  dir: string,
  { products, rows, dims }: Pick<BuildPlan, 'products' | 'rows' | 'dims'>,
  {
    M,
    efConstruction,
    threads,
    codeBits,
  }: Pick<BuildOptions, 'M' | 'efConstruction' | 'threads' | 'codeBits'>,
): BuildPlan {
  const asked = { M, efConstruction, threads, codeBits, rows, dims: dims + 1 };
  const bounds: IndexBounds = boundsOf(asked);
  const { graphBytes: graph, codesBytes: codes, int8Bytes: int8 } = bounds;
  const vectors = float * rows * (2 * dims + 1);
  const total = vectors + graph + codes + int8;
  return {
    ...{ dir, products, rows, dims },
    parameters: { M, efConstruction, threads, codeBits: bounds.codeBits },
    disk: { vectors, graph, codes, int8, total, aProduct: Math.ceil(total / rows) },
    memory: vectorCopies(products, rows, dims) + bounds.memoryBytes,
  };
}

/** Reads the folder and writes nothing. Throws what `readInputs` throws, `data_empty`, and `argument_invalid` for the bits. */
export async function planBuild(dir: string, options: BuildOptions): Promise<BuildPlan> {
  const read = await readInputs(dir);
  const inputs = options.deltas === undefined ? read : foldInputs(read, options.deltas.changes).inputs;
  const { trained, from } = orderRows(inputs);
  if (trained === 0)
    throw new SepetError('data_empty', `No product of ${dir} has a vector: its model is empty.`);
  const sizes = { products: from.length, rows: trained, dims: inputs.dims };
  return planOf(dir, sizes, options);
}
