// Input files as SQL relations of text columns: CSV, TSV and JSONL (also .gz) and Parquet, by their extension.

import { access, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import { type Database, identifier, literal } from './duckdb.ts';
import { scanText, splitHeader, type TextScan, type UnreadableLine } from './scan.ts';

/** An opened input: `columns` are its names, `relation(wanted)` selects them as trimmed text, NULL if empty, named `n0`, `n1`… in order. */
export interface Source {
  readonly path: string;
  readonly columns: readonly string[];
  /** Lines of the file that hold a record or tried to; null where the relation itself tells. */
  readonly lines: number;
  readonly unreadable: number;
  readonly shown: readonly UnreadableLine[];
  /** The line of a record, both from 1; undefined where they cannot be told from one another. */
  lineOf(record: number): number | undefined;
  relation(wanted: readonly string[]): string;
  close(): Promise<void>;
}

export interface SourceOptions {
  readonly delimiter: string | null;
  readonly signal?: AbortSignal | undefined;
}

type Kind = 'csv' | 'tsv' | 'jsonl' | 'parquet';

const extensions: Record<string, Kind> = {
  csv: 'csv',
  txt: 'csv',
  tsv: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
  pq: 'parquet',
};

function kindOf(path: string): Kind {
  const name = basename(path).toLowerCase();
  const extension = /\.([a-z0-9]+)(\.gz)?$/.exec(name);
  const kind = extensions[extension?.[1] ?? ''];
  if (kind !== undefined && !(kind === 'parquet' && extension?.[2] !== undefined)) return kind;
  throw new SepetError(
    'input_unreadable',
    `${path} has no known extension: give .csv, .tsv, .jsonl (each also .gz) or .parquet.`,
  );
}

/** A character that neither readable JSON nor any key holds raw, so that a line stays one field. */
const noDelimiter = '\x01';

function textReader(path: string, delimiter: string, columns: readonly string[], skip: number): string {
  const quote = delimiter === noDelimiter ? '' : '"';
  const list = columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
  return `read_csv(${literal(path)}, auto_detect = false, header = false, skip = ${skip}, delim = ${literal(delimiter)},
    quote = '${quote}', escape = '${quote}', max_line_size = 4194304, columns = {${list}})`;
}

let copies = 0;

/** Writes the readable records into a temporary file, for text that DuckDB must not see as it is. */
async function cleanedCopy(path: string, delimiter: number | null, options: SourceOptions): Promise<string> {
  const copy = join(tmpdir(), `sepet-clean-${process.pid}-${copies++}.txt`);
  const handle = await open(copy, 'w');
  try {
    const sink = async (bytes: Uint8Array) => {
      await handle.write(bytes);
    };
    await scanText(path, { delimiter, sink, signal: options.signal });
    return copy;
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** The rows that DuckDB finds, -1 where it finds none for an error: text that it reads differently from the scan is never used. */
async function rowsFound(database: Database, relation: string): Promise<number> {
  try {
    return (await database.row<{ n: number }>(`SELECT count(*) AS n FROM ${relation}`)).n;
  } catch (error) {
    if (error instanceof SepetError) throw error;
    return -1;
  }
}

async function openDelimited(
  database: Database,
  path: string,
  delimiter: string,
  options: SourceOptions,
): Promise<Source> {
  const byte = delimiter.charCodeAt(0);
  const scan = await scanText(path, { delimiter: byte, signal: options.signal });
  if (scan.header === undefined) throw new SepetError('data_empty', `${path} is empty.`);
  const columns = splitHeader(scan.header, delimiter);
  checkHeader(path, scan.header, columns);
  const names = columns.map((_, i) => `c${i}`);
  let copy: string | undefined;
  let reader = textReader(path, delimiter, names, 1);
  if (!scan.regular || (await rowsFound(database, reader)) !== scan.records) {
    copy = await cleanedCopy(path, byte, options);
    reader = textReader(copy, delimiter, names, 0);
    if ((await rowsFound(database, reader)) !== scan.records) {
      await rm(copy, { force: true });
      throw new SepetError(
        'input_unreadable',
        `${path} is not clear as delimited text: check quotes and line ends.`,
      );
    }
  }
  return {
    path,
    columns,
    lines: scan.records + scan.unreadable,
    unreadable: scan.unreadable,
    shown: scan.shown,
    lineOf: (record) => (scan.aLineEach ? record + 1 : undefined),
    relation: (wanted) =>
      selectColumns(
        reader,
        wanted.map((name) => `c${columns.indexOf(name)}`),
      ),
    close: async () => {
      if (copy !== undefined) await rm(copy, { force: true });
    },
  };
}

/** What surrounds values in real files: blank, tab, line ends, no-break space. */
const blanks = [' ', '\t', '\r', '\n', '\u00a0'];

/** Trimmed text, NULL where nothing is left. The ends are looked at first, because trimming costs thrice as much. */
function trimmed(column: string): string {
  const ends = blanks.map((blank) => `suffix(${column}, ${literal(blank)})`).join(' OR ');
  const begins = `${column} < '!' OR prefix(${column}, '\u00a0')`;
  return `CASE WHEN ${begins} OR ${ends} THEN nullif(trim(${column}, ${literal(blanks.join(''))}), '') ELSE ${column} END`;
}

/** The texts are made a level below the trimming, so that each is made once. */
function selectColumns(from: string, texts: readonly string[]): string {
  const made = texts.map((text, i) => `${text} AS t${i}`).join(', ');
  return `(SELECT ${texts.map((_, i) => `${trimmed(`t${i}`)} AS n${i}`).join(', ')} FROM (SELECT ${made} FROM ${from}))`;
}

function checkHeader(path: string, header: string, columns: readonly string[]): void {
  if (header.includes('\0') || header.includes('�'))
    throw new SepetError('input_unreadable', `${path} is not UTF-8 text.`);
  if (header.includes('\r'))
    throw new SepetError('input_unreadable', `${path} ends its lines with CR only: convert them to LF.`);
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined)
    throw new SepetError('input_unreadable', `${path} has two columns named "${twice}": rename one.`);
}

async function openJsonLines(database: Database, path: string, options: SourceOptions): Promise<Source> {
  const scan = await scanText(path, { delimiter: null, signal: options.signal });
  if (scan.records + scan.unreadable === 0) throw new SepetError('data_empty', `${path} is empty.`);
  const copy = scan.regular ? undefined : await cleanedCopy(path, null, options);
  const close = async () => {
    if (copy !== undefined) await rm(copy, { force: true });
  };
  try {
    const reader = textReader(copy ?? path, noDelimiter, ['line'], 0);
    const objects = `(SELECT CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT' THEN line END AS line
      FROM ${reader} WHERE trim(line, ' \t') <> '')`;
    const found = await database.row<{ lines: number; objects: number }>(
      `SELECT count(*) AS lines, count(line) AS objects FROM ${objects}`,
    );
    const keys = await database.rows<{ name: string }>(
      `SELECT DISTINCT unnest(json_keys(line)) AS name FROM ${objects} ORDER BY name`,
    );
    const broken = found.lines - found.objects;
    return {
      path,
      columns: keys.map(({ name }) => name),
      lines: found.lines + scan.unreadable,
      unreadable: broken + scan.unreadable,
      shown: await brokenLines(database, { path, reader, scan, broken }),
      lineOf: (record) => (scan.aLineEach && broken === 0 ? record : undefined),
      relation: (wanted) =>
        selectColumns(
          `${objects} WHERE line IS NOT NULL`,
          wanted.map((name) => `json_extract_string(line, ${literal(jsonPath(name))})`),
        ),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const jsonPath = (key: string): string => `$."${key.replaceAll('"', '\\"')}"`;

async function brokenLines(
  database: Database,
  from: { path: string; reader: string; scan: TextScan; broken: number },
): Promise<UnreadableLine[]> {
  if (from.broken === 0) return [...from.scan.shown];
  const rows = await database.rows<{ line: number; text: string }>(
    `SELECT number AS line, line[:100] AS text FROM (SELECT row_number() OVER () AS number, line FROM ${from.reader})
      WHERE trim(line, ' \t') <> '' AND NOT (json_valid(line) AND json_type(CASE WHEN json_valid(line) THEN line END) = 'OBJECT')
      ORDER BY number LIMIT 5`,
  );
  const broken = rows.map(({ line, text }) => ({ file: from.path, line, why: 'not a JSON object', text }));
  return [...from.scan.shown, ...broken].sort((a, b) => a.line - b.line).slice(0, 5);
}

async function openParquet(database: Database, path: string): Promise<Source> {
  const reader = `read_parquet(${literal(path)})`;
  const columns = await database.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM ${reader}`);
  const { n } = await database.row<{ n: number }>(`SELECT count(*) AS n FROM ${reader}`);
  return {
    path,
    columns: columns.map((column) => column.column_name),
    lines: n,
    unreadable: 0,
    shown: [],
    lineOf: () => undefined,
    relation: (wanted) =>
      selectColumns(
        reader,
        wanted.map((name) => `CAST(${identifier(name)} AS VARCHAR)`),
      ),
    close: async () => {},
  };
}

/**
 * Opens one input file: names its columns and counts its lines. Throws `input_missing`, `input_unreadable`, `data_empty`.
 */
export async function openSource(database: Database, path: string, options: SourceOptions): Promise<Source> {
  const kind = kindOf(path);
  try {
    await access(path);
  } catch (cause) {
    throw new SepetError('input_missing', `${path} does not exist or may not be read.`, { cause });
  }
  try {
    if (kind === 'parquet') return await openParquet(database, path);
    if (kind === 'jsonl') return await openJsonLines(database, path, options);
    return await openDelimited(database, path, options.delimiter ?? (kind === 'tsv' ? '\t' : ','), options);
  } catch (cause) {
    if (cause instanceof SepetError) throw cause;
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new SepetError('input_unreadable', `${path} cannot be read as ${kind}: ${why}`, { cause });
  }
}

/**
 * Decides which column feeds which field: those asked for must exist (`column_missing` names the nearest), the usual
 * names are taken where they do.
 */
export function chooseColumns<F extends string>(
  source: Source,
  asked: Readonly<Partial<Record<F, readonly string[]>>>,
  usual: Readonly<Partial<Record<F, readonly string[]>>>,
): Partial<Record<F, readonly string[]>> {
  for (const name of (Object.values(asked) as string[][]).flat()) requireColumn(source, name);
  const chosen: Partial<Record<F, readonly string[]>> = { ...asked };
  for (const [field, names] of Object.entries(usual) as [F, readonly string[]][])
    if (chosen[field] === undefined && names.every((name) => source.columns.includes(name)))
      chosen[field] = names;
  return chosen;
}

/** Throws `column_missing` where the source has no such column. */
export function requireColumn(source: Source, name: string): void {
  if (source.columns.includes(name)) return;
  const [only] = source.columns;
  const glued = source.columns.length === 1 && only !== undefined ? /[;|\t]/.exec(only)?.[0] : undefined;
  const hint =
    glued === undefined
      ? suggestion(name, source.columns) || ` It has: ${source.columns.slice(0, 20).join(', ')}.`
      : ` Its only column looks like several: try --delimiter "${glued === '\t' ? '\\t' : glued}".`;
  throw new SepetError('column_missing', `${source.path} has no column "${name}".${hint}`);
}
