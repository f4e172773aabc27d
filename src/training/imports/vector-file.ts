// A file of vectors with the ids that they belong to, whatever its format.

import { readFile } from 'node:fs/promises';
import { SepetError } from '../../base/errors.ts';
import { readVectorTable } from '../../tables/vectors.ts';
import { openBytes } from './bytes.ts';
import { checkShape, openFvecs, openNpy, type VectorBlocks } from './formats.ts';

export type VectorFormat = 'fvecs' | 'npy' | 'parquet';

export interface VectorInput {
  readonly path: string;
  /** A text file with an id a line, in the order of the vectors: for fvecs and npy. */
  readonly ids?: string;
  /** Of a Parquet file. */
  readonly idColumn?: string;
  readonly vectorColumn?: string;
}

export interface VectorFile extends VectorBlocks {
  readonly path: string;
  readonly format: VectorFormat;
  /** As they stand in the file; empty where there is none. */
  readonly ids: readonly string[];
  close(): void;
}

const formats: Readonly<Record<string, VectorFormat>> = {
  fvecs: 'fvecs',
  npy: 'npy',
  parquet: 'parquet',
  pq: 'parquet',
};

function formatOf(path: string): VectorFormat {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase();
  const format = formats[extension ?? ''];
  if (format !== undefined) return format;
  throw new SepetError('vectors_invalid', `${path} has no known extension: give .fvecs, .npy or .parquet.`);
}

/** An id a line, trimmed; the end of the file may be a line end. Throws `input_missing`. */
async function readIds(path: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `${path} does not exist or may not be read.`, { cause });
  }
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.trim());
}

/**
 * Opens a file of vectors. Throws `input_missing`, `option_invalid` where ids are missing or not wanted, `column_missing`, and
 * `vectors_invalid` for what cannot be read and for more or fewer ids than vectors.
 */
export async function openVectorFile(input: VectorInput, signal?: AbortSignal): Promise<VectorFile> {
  const { path, ids } = input;
  const format = formatOf(path);
  if (format === 'parquet') return openParquet(input, signal);
  if (ids === undefined)
    throw new SepetError('option_invalid', `${path} holds no ids: give a text file with an id a line.`);
  const lines = await readIds(ids);
  const source = openBytes(path);
  try {
    const blocks = format === 'npy' ? openNpy(source) : openFvecs(source);
    if (blocks.count !== lines.length)
      throw new SepetError(
        'vectors_invalid',
        `${path} holds ${blocks.count} vectors, and ${ids} ${lines.length} ids: they do not belong together.`,
      );
    return { ...blocks, path, format, ids: lines, close: () => source.close() };
  } catch (error) {
    source.close();
    throw error;
  }
}

async function openParquet(input: VectorInput, signal?: AbortSignal): Promise<VectorFile> {
  const { path, ids, idColumn, vectorColumn } = input;
  if (ids !== undefined)
    throw new SepetError('option_invalid', `${path} has its ids in a column: leave the file of ids out.`);
  const table = await readVectorTable(path, {
    ...(idColumn !== undefined && { idColumn }),
    ...(vectorColumn !== undefined && { vectorColumn }),
    ...(signal && { signal }),
    check: (rows, longest) => checkShape({ name: path }, rows, longest),
  });
  const { values, offsets } = table;
  const dims = offsets.reduce((most, end, row) => Math.max(most, end - (offsets[row - 1] ?? 0)), 0);
  return {
    ...{ path, format: 'parquet', dims, count: table.ids.length },
    ids: table.ids.map((id) => id?.trim() ?? ''),
    read(begin, end, into) {
      for (let row = begin; row < end; row++) {
        const vector = values.subarray(offsets[row], offsets[row + 1]);
        const place = (row - begin) * dims;
        // A row without a vector is one of no numbers, and counted as such.
        if (vector.length === 0) into.fill(Number.NaN, place, place + dims);
        else if (vector.length === dims) into.set(vector, place);
        else
          throw new SepetError(
            'vectors_invalid',
            `${path} has vectors of different lengths: ${dims} at most, ${vector.length} in row ${row}.`,
          );
      }
    },
    close: () => undefined,
  };
}
