// The one door to DuckDB: SQL over files and in-memory tables, results as plain rows or typed columns.
// Thread rule: a Database is one connection; its calls are awaited one after another.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBListVector,
  type DuckDBValue,
  type DuckDBVector,
} from '@duckdb/node-api';
import { SepetError } from '../base/errors.ts';

export type Parameters = Record<string, string | number | bigint | boolean | null>;
export type Scalar = string | number | boolean | null;

/** How a result column arrives: numbers and flags in a typed array, text in an array, lists as flat values with offsets. */
export type ColumnKind = 'u8' | 'u32' | 'i32' | 'f32' | 'f64' | 'text' | 'u32List' | 'f32List';

/** Row r holds values[offsets[r]] up to values[offsets[r + 1]] (excluded). */
export interface ListColumn<A = Uint32Array> {
  readonly values: A;
  readonly offsets: Uint32Array;
}

interface KindArrays {
  u8: Uint8Array;
  u32: Uint32Array;
  i32: Int32Array;
  f32: Float32Array;
  f64: Float64Array;
  text: (string | null)[];
  u32List: ListColumn;
  f32List: ListColumn<Float32Array>;
}

export type Columns<S extends Record<string, ColumnKind>> = {
  readonly [name in keyof S]: KindArrays[S[name]];
};

export interface DatabaseOptions {
  /** Threads of one query; the machine's cores by default. */
  readonly threads?: number;
  /** Stops the running query when it aborts; that and every later call throw `cancelled`. */
  readonly signal?: AbortSignal;
}

/** Text as an SQL literal, for the places that take no parameters (COPY, table functions' options). */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as a quoted SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

type NumberArray = Uint8Array | Uint32Array | Int32Array | Float32Array | Float64Array;

const makers = {
  u8: (n: number) => new Uint8Array(n),
  u32: (n: number) => new Uint32Array(n),
  i32: (n: number) => new Int32Array(n),
  f32: (n: number) => new Float32Array(n),
  f64: (n: number) => new Float64Array(n),
};

/** Collects one column chunk by chunk, doubling its array as it grows. */
interface Collector {
  append(vector: DuckDBVector, count: number): void;
  finish(): KindArrays[ColumnKind];
}

function grown<A extends NumberArray>(array: A, used: number, more: number, make: (n: number) => A): A {
  if (used + more <= array.length) return array;
  const next = make(Math.max(used + more, array.length * 2));
  next.set(array);
  return next;
}

function numberCollector<A extends NumberArray>(name: string, make: (n: number) => A): Collector {
  let array = make(2048);
  let used = 0;
  return {
    append(vector, count) {
      array = grown(array, used, count, make);
      for (let i = 0; i < count; i++) {
        const value: unknown = vector.getItem(i);
        if (value === null) throw new Error(`column ${name} holds NULL: coalesce it in the query`);
        array[used++] = Number(value);
      }
    },
    finish: () => array.slice(0, used) as A,
  };
}

function textCollector(): Collector {
  const texts: (string | null)[] = [];
  return {
    append(vector, count) {
      for (let i = 0; i < count; i++) {
        const value: unknown = vector.getItem(i);
        texts.push(value === null ? null : String(value));
      }
    },
    finish: () => texts,
  };
}

/** UINTEGER[] and FLOAT[]; in a list of FLOAT an absent value is NaN. */
function listCollector<A extends Uint32Array | Float32Array>(
  name: string,
  make: (n: number) => A,
  absent?: number,
): Collector {
  let values = make(8192);
  let offsets: Uint32Array<ArrayBuffer> = new Uint32Array(2048);
  let rows = 0;
  let used = 0;
  return {
    append(vector, count) {
      const lists = vector as DuckDBListVector;
      const child = lists.childVector;
      offsets = grown(offsets, rows, count + 1, makers.u32);
      for (let i = 0; i < count; i++) {
        const start = lists.getEntryOffset(i);
        const length = lists.getEntryLength(i);
        values = grown(values, used, length, make);
        for (let j = 0; j < length; j++) {
          const value: unknown = child.getItem(start + j) ?? absent;
          if (typeof value !== 'number') throw new Error(`column ${name} is not a list of its type`);
          values[used++] = value;
        }
        offsets[++rows] = used;
      }
    },
    finish: () =>
      ({ values: values.slice(0, used), offsets: offsets.slice(0, rows + 1) }) as KindArrays[ColumnKind],
  };
}

function collector(name: string, kind: ColumnKind): Collector {
  if (kind === 'text') return textCollector();
  if (kind === 'u32List') return listCollector(name, makers.u32);
  if (kind === 'f32List') return listCollector(name, makers.f32, Number.NaN);
  return numberCollector<NumberArray>(name, makers[kind]);
}

function scalar(value: unknown): Scalar {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return String(value);
}

export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;
  readonly #interrupt = (): void => this.#connection.interrupt();

  /** Use `openDatabase`. */
  constructor(instance: DuckDBInstance, connection: DuckDBConnection, signal?: AbortSignal) {
    this.#instance = instance;
    this.#connection = connection;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#interrupt);
  }

  /** Runs one or more statements for their effect. Parameters are `$name` in the SQL (single statements only). */
  async run(sql: string, parameters?: Parameters): Promise<void> {
    await this.#guarded(() => this.#connection.run(sql, parameters));
  }

  /**
   * The result as row objects, for small results. Every number arrives as a JavaScript number (cast what exceeds 2^53
   * to text in the query); anything that is no number, boolean or NULL arrives as text.
   */
  async rows<T extends Record<string, Scalar>>(sql: string, parameters?: Parameters): Promise<T[]> {
    return this.#guarded(async () => {
      const result = await this.#connection.run(sql, parameters);
      const names = result.columnNames();
      const rows: DuckDBValue[][] = await result.getRows();
      return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, scalar(row[i])])) as T);
    });
  }

  /** The first row of a result that must have one. */
  async row<T extends Record<string, Scalar>>(sql: string, parameters?: Parameters): Promise<T> {
    const [first] = await this.rows<T>(sql, parameters);
    if (first === undefined) throw new Error(`no row from: ${sql}`);
    return first;
  }

  /**
   * The result as one array a column, streamed chunk by chunk: the way for large results. `kinds` names the wanted
   * columns; a missing one, or NULL in a numeric one, is an error of the caller's query.
   */
  async columns<S extends Record<string, ColumnKind>>(
    sql: string,
    kinds: S,
    parameters?: Parameters,
  ): Promise<Columns<S>> {
    return this.#guarded(async () => {
      const result = await this.#connection.stream(sql, parameters);
      const names = result.columnNames();
      const wanted = Object.entries(kinds).map(([name, kind]) => {
        const index = names.indexOf(name);
        if (index < 0) throw new Error(`the query returns no column ${name}`);
        return { name, index, into: collector(name, kind) };
      });
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        for (const { index, into } of wanted) into.append(chunk.getColumnVector(index), chunk.rowCount);
      }
      return Object.fromEntries(wanted.map(({ name, into }) => [name, into.finish()])) as Columns<S>;
    });
  }

  /** Ends the connection and frees its tables. Closing twice is harmless. */
  close(): void {
    this.#signal?.removeEventListener('abort', this.#interrupt);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    this.#checkSignal();
    try {
      return await work();
    } catch (error) {
      this.#checkSignal();
      throw error;
    }
  }

  #checkSignal(): void {
    if (this.#signal?.aborted) throw new SepetError('cancelled', 'Stopped on request.');
  }
}

/**
 * Opens an in-memory database that spills to the system's temporary folder. Times are UTC, rows keep their order, and no
 * extension is ever downloaded. Close it when done.
 */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
    temp_directory: join(tmpdir(), `sepet-duckdb-${process.pid}`),
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return new Database(instance, connection, options.signal);
}

/** Opens a database for the length of `work` and closes it whatever happens. */
export async function withDatabase<T>(
  work: (database: Database) => Promise<T>,
  options: DatabaseOptions = {},
): Promise<T> {
  const database = await openDatabase(options);
  try {
    return await work(database);
  } finally {
    database.close();
  }
}
