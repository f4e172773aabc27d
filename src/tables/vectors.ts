// Vectors in Parquet: a column of ids and a column of lists of numbers.

import { access } from 'node:fs/promises';
import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import { type Database, identifier, withDatabase } from './duckdb.ts';

export interface VectorTable {
  readonly ids: readonly (string | null)[];
  /** Row r is values[offsets[r]] up to values[offsets[r + 1]] (excluded); a NULL list is empty, a NULL in one is NaN. */
  readonly values: Float32Array;
  readonly offsets: Uint32Array;
}

export interface VectorTableOptions {
  /** The column of ids; one of the usual names if absent. */
  readonly idColumn?: string;
  /** The column of vectors; the only one that holds lists of numbers if absent. */
  readonly vectorColumn?: string;
  /** Called with the number of rows and the length of the longest list before any is read; may throw. */
  readonly check?: (rows: number, dims: number) => void;
  readonly signal?: AbortSignal;
}

const usualIds = ['id', 'product_id', 'productId', 'item_id', 'itemId', 'item', 'product', 'sku'];
const listOfNumbers = /^(FLOAT|DOUBLE|HALF|REAL)\[\d*\]$/;

interface Described extends Record<string, string> {
  readonly column_name: string;
  readonly column_type: string;
}

/**
 * Reads a table of vectors whole, in the file's order. Throws `input_missing`, `vectors_invalid` where it cannot be read or a
 * column is no list of numbers, and `column_missing` naming the nearest column.
 */
export async function readVectorTable(path: string, options: VectorTableOptions = {}): Promise<VectorTable> {
  try {
    await access(path);
  } catch (cause) {
    throw new SepetError('input_missing', `${path} does not exist or may not be read.`, { cause });
  }
  try {
    return await withDatabase((database) => read(database, path, options), {
      ...(options.signal && { signal: options.signal }),
    });
  } catch (cause) {
    if (cause instanceof SepetError) throw cause;
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new SepetError('vectors_invalid', `${path} cannot be read as Parquet: ${why}`, { cause });
  }
}

async function read(database: Database, path: string, options: VectorTableOptions): Promise<VectorTable> {
  const columns = await database.rows<Described>('DESCRIBE SELECT * FROM read_parquet($path)', { path });
  const { id, vector } = chosen(path, columns, options);
  const list = `CAST(${identifier(vector)} AS FLOAT[])`;
  const { rows, dims } = await database.row<{ rows: number; dims: number }>(
    `SELECT count(*) AS rows, coalesce(max(len(${list})), 0) AS dims FROM read_parquet($path)`,
    { path },
  );
  options.check?.(rows, dims);
  const table = await database.columns(
    `SELECT CAST(${identifier(id)} AS VARCHAR) AS id, coalesce(${list}, []) AS vector FROM read_parquet($path)`,
    { id: 'text', vector: 'f32List' },
    { path },
  );
  return { ids: table.id, ...table.vector };
}

function chosen(path: string, columns: readonly Described[], options: VectorTableOptions) {
  const names = columns.map(({ column_name: name }) => name);
  const asked = (name: string): string => {
    if (names.includes(name)) return name;
    throw new SepetError('column_missing', `${path} has no column "${name}".${suggestion(name, names)}`);
  };
  const lists = columns
    .filter(({ column_type: type }) => listOfNumbers.test(type))
    .map(({ column_name: name }) => name);
  const id =
    options.idColumn === undefined ? usualIds.find((name) => names.includes(name)) : asked(options.idColumn);
  if (id === undefined)
    throw new SepetError(
      'column_missing',
      `${path} has no column of ids (${usualIds.join(', ')}): name it with --id-column. It has: ${names.slice(0, 20).join(', ')}.`,
    );
  if (options.vectorColumn !== undefined) {
    const vector = asked(options.vectorColumn);
    if (lists.includes(vector)) return { id, vector };
    throw new SepetError(
      'vectors_invalid',
      `${path}: column "${vector}" holds no lists of floating-point numbers.`,
    );
  }
  const [vector] = lists;
  if (vector === undefined || lists.length > 1)
    throw new SepetError(
      'column_missing',
      vector === undefined
        ? `${path} has no column of lists of floating-point numbers. It has: ${names.slice(0, 20).join(', ')}.`
        : `${path} has several columns of vectors (${lists.slice(0, 20).join(', ')}): name one with --vector-column.`,
    );
  return { id, vector };
}
