// Rows by cells: products whose OUT vectors lie near each other get neighbouring rows, so that a filtered search reads the int8 copy of
// the cells that may hold something good, one piece of memory each.

import { type ArrangeCellsCall, arrangeCells, type CellOrder } from '../../native/index.ts';
import type { BuildHooks, BuildOptions } from './build.ts';
import { moveRows, type RowOrder, renumberRows } from './rows.ts';

/**
 * Products with a vector of their own from which an artifact has cells: fewer are scanned one by one in as little time, and keep the
 * order of the data folder.
 */
export const cellsFrom = 20_000;

/** Whether an artifact of so many products with a vector of their own has cells; lean ones have none, as they have no int8 copy. */
export const hasCells = (
  { codeBits, cellsFrom: from = cellsFrom }: Pick<BuildOptions, 'codeBits' | 'cellsFrom'>,
  own: number,
): boolean => codeBits !== 0 && own > 0 && own >= from;

export type CellArranger = (call: ArrangeCellsCall) => Promise<CellOrder>;

/** What is searched, by the rows of the artifact. */
export interface SearchedRows {
  readonly order: RowOrder;
  /** trained × dims. */
  readonly in: Float32Array;
  /** trained × (dims + 1), as `vec.out` has them. */
  readonly out: Float32Array;
  readonly dims: number;
  /** The first row of each cell and, last, the number of rows with a vector; absent where there are no cells. */
  readonly starts?: Uint32Array;
}

/** Numbers of rows, and behind them those of a part that begins at row `own`. */
function joined(first: Uint32Array, last: Uint32Array = new Uint32Array(0), own: number): Uint32Array {
  const all = new Uint32Array(first.length + last.length);
  all.set(first);
  last.forEach((row, i) => {
    all[first.length + i] = own + row;
  });
  return all;
}

/**
 * The rows renumbered by cells, where there are enough of them: inside a cell they keep their order. Those with vectors that were made
 * have cells of their own, as they stay behind the others. Throws what `arrangeCells` throws.
 */
export async function inCells(
  rows: SearchedRows,
  options: Pick<BuildOptions, 'codeBits' | 'cellsFrom' | 'threads' | 'seed'>,
  { arrange = async (call) => arrangeCells(call) }: Pick<BuildHooks, 'arrange'>,
): Promise<SearchedRows> {
  const { order, in: input, out, dims } = rows;
  const { trained, cold } = order;
  const own = trained - cold;
  if (!hasCells(options, own)) return rows;
  const { threads, seed } = options;
  const stride = dims + 1;
  const part = (first: number, end: number) =>
    arrange({ vectors: out.subarray(first * stride, end * stride), dims: stride, threads, seed });
  const first = await part(0, own);
  const last = cold === 0 ? undefined : await part(own, trained);
  const places = joined(first.order, last?.order, own);
  return {
    order: renumberRows(order, places),
    in: moveRows(input, dims, places),
    out: moveRows(out, stride, places),
    dims,
    starts: joined(first.starts, last?.starts.subarray(1), own),
  };
}
