// A pass over the bytes of a text file before DuckDB reads it: which lines are records, which are unreadable and why.
// DuckDB's CSV reader can lose lines silently after an unclosed quote; this pass makes the account independent of it.

import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

export interface UnreadableLine {
  readonly file: string;
  /** The line's number in the file, from 1. */
  readonly line: number;
  readonly why: string;
  /** The start of the line. */
  readonly text: string;
}

export interface TextScan {
  /** The first record of a delimited file, without its line end; undefined in an empty file. */
  readonly header: string | undefined;
  /** Readable records after the header. */
  readonly records: number;
  readonly unreadable: number;
  /** The first few unreadable lines. */
  readonly shown: readonly UnreadableLine[];
  /** False where only a cleaned copy can be read: unreadable or blank lines, or mixed line ends. */
  readonly regular: boolean;
  /** Whether each line is a record, so that counting the one is counting the other. */
  readonly aLineEach: boolean;
}

export interface ScanOptions {
  /** The byte between fields, or null for one record a line (JSON). */
  readonly delimiter: number | null;
  /** Receives the cleaned bytes: each readable record with a line feed; where the delimiter is null, other lines as empty ones. */
  readonly sink?: (bytes: Uint8Array) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

const LF = 10;
const CR = 13;
const QUOTE = 34;
const shownPerFile = 5;
const shownCharacters = 100;

const whyUnclosed = 'a quote is not closed';
const whyAfterQuote = 'text after a closing quote';
const whyEncoding = 'not UTF-8';
const whyLong = `longer than ${limits.recordBytes.max} bytes`;

/** What one step found: a record from `at` to `end`, the next step at `next`; `next` -1 asks for more bytes. */
interface Step {
  end: number;
  next: number;
  fields: number;
  fault: string;
}

/** Splits the file into records as RFC 4180 says. A broken quote spoils its own line only: reading resumes on the next. */
class RecordScanner {
  readonly #file: string;
  readonly #delimiter: number | null;
  readonly #step: Step = { end: 0, next: 0, fields: 0, fault: '' };
  readonly #lf: Buffer = Buffer.from('\n');
  #fields = -1;
  #line = 1;
  #crlf = 0;
  #ends = 0;
  #blank = 0;
  #joined = 0;
  #out: Uint8Array[] = [];
  header: string | undefined;
  records = 0;
  unreadable = 0;
  readonly shown: UnreadableLine[] = [];

  constructor(file: string, delimiter: number | null) {
    this.#file = file;
    this.#delimiter = delimiter;
  }

  get regular(): boolean {
    return this.unreadable === 0 && this.#blank === 0 && (this.#crlf === 0 || this.#crlf === this.#ends);
  }

  get aLineEach(): boolean {
    return this.unreadable === 0 && this.#blank === 0 && this.#joined === 0;
  }

  /** The cleaned bytes since the last call. */
  take(): Uint8Array {
    const bytes = Buffer.concat(this.#out);
    this.#out = [];
    return bytes;
  }

  /** Consumes the whole records of a buffer and returns where the unfinished one begins. */
  consume(buffer: Buffer, last: boolean, keep: boolean): number {
    const step = this.#step;
    const clean = isUtf8(last ? buffer : buffer.subarray(0, buffer.lastIndexOf(LF) + 1));
    let at = 0;
    while (at < buffer.length) {
      this.#walk(buffer, at, last);
      if (step.next < 0) break;
      this.#record(buffer, at, clean, keep);
      at = step.next;
    }
    return at;
  }

  #record(buffer: Buffer, at: number, clean: boolean, keep: boolean): void {
    const { end, next, fields } = this.#step;
    let { fault } = this.#step;
    const first = this.#line + this.#joined;
    this.#line += 1;
    if (next > end) this.#ends++;
    if (next - end === 2) this.#crlf++;
    if (end === at) {
      this.#blank++;
      if (keep && this.#delimiter === null) this.#out.push(this.#lf);
      return;
    }
    if (fault === '' && this.#delimiter !== null) {
      for (let i = buffer.indexOf(LF, at); i >= 0 && i < end; i = buffer.indexOf(LF, i + 1)) this.#joined++;
    }
    if (fault === '' && this.#delimiter !== null && this.header === undefined) {
      this.header = buffer.toString('utf8', at, end);
      this.#fields = fields;
      return;
    }
    if (fault === '' && this.#delimiter !== null && fields !== this.#fields)
      fault = `${fields} ${fields === 1 ? 'field' : 'fields'} instead of ${this.#fields}`;
    if (fault === '' && !clean && !isUtf8(buffer.subarray(at, end))) fault = whyEncoding;
    if (fault === '') this.records++;
    else this.#reject(buffer, at, end, first, fault);
    if (keep && fault === '') this.#out.push(Buffer.from(buffer.subarray(at, end)), this.#lf);
    else if (keep && this.#delimiter === null) this.#out.push(this.#lf);
  }

  #reject(buffer: Buffer, at: number, end: number, line: number, why: string): void {
    this.unreadable++;
    if (this.shown.length >= shownPerFile) return;
    const text = buffer.toString('utf8', at, Math.min(end, at + shownCharacters));
    this.shown.push({ file: this.#file, line, why, text });
  }

  /** Finds the end of the record at `at`, into the step. */
  #walk(buffer: Buffer, at: number, last: boolean): void {
    const step = this.#step;
    step.fault = '';
    step.fields = 1;
    let i = this.#delimiter === null ? lineEnd(buffer, at) : at;
    while (this.#delimiter !== null) {
      if (buffer[i] === QUOTE) {
        i = closingQuote(buffer, i, last);
        if (i < 0) break;
        i++;
        if (!this.#endsField(buffer, i)) {
          this.#faulty(buffer, at, last, whyAfterQuote);
          return;
        }
      }
      while (i < buffer.length && buffer[i] !== this.#delimiter && buffer[i] !== LF) i++;
      if (buffer[i] !== this.#delimiter) break;
      step.fields++;
      i++;
    }
    if (i >= 0 && i < buffer.length) this.#ended(buffer, at, i);
    else this.#unfinished(buffer, at, last, i < 0 ? whyUnclosed : '');
  }

  /** Whether what follows a closing quote may follow it. */
  #endsField(buffer: Buffer, i: number): boolean {
    const c = buffer[i];
    if (c === CR) return i + 1 === buffer.length || buffer[i + 1] === LF;
    return i === buffer.length || c === LF || c === this.#delimiter;
  }

  #ended(buffer: Buffer, at: number, lineFeed: number): void {
    this.#step.end = lineFeed > at && buffer[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
    this.#step.next = lineFeed + 1;
  }

  /** The buffer ended inside a record: the file's last one, one too long to be true, or one that needs more bytes. */
  #unfinished(buffer: Buffer, at: number, last: boolean, fault: string): void {
    if (buffer.length - at > limits.recordBytes.max) this.#faulty(buffer, at, last, fault || whyLong);
    else if (!last) this.#step.next = -1;
    else if (fault !== '') this.#faulty(buffer, at, last, fault);
    else {
      this.#step.next = buffer.length;
      this.#step.end = buffer[buffer.length - 1] === CR ? buffer.length - 1 : buffer.length;
    }
  }

  /** The record at `at` cannot be read: it ends with its first line. */
  #faulty(buffer: Buffer, at: number, last: boolean, fault: string): void {
    const lineFeed = buffer.indexOf(LF, at);
    this.#step.fault = fault;
    if (lineFeed >= 0) this.#ended(buffer, at, lineFeed);
    else if (last) this.#step.end = this.#step.next = buffer.length;
    else if (buffer.length - at > 16 * limits.recordBytes.max)
      throw new SepetError(
        'input_unreadable',
        `${this.#file} has no line ends at line ${this.#line + this.#joined}: is it text?`,
      );
    else this.#step.next = -1;
  }
}

/** The index of the next line feed, or the buffer's end. */
function lineEnd(buffer: Buffer, at: number): number {
  const i = buffer.indexOf(LF, at);
  return i < 0 ? buffer.length : i;
}

/** The index of the quote that closes the one at `at`; -1 where the buffer ends before that is certain. */
function closingQuote(buffer: Buffer, at: number, last: boolean): number {
  let i = at;
  for (;;) {
    i = buffer.indexOf(QUOTE, i + 1);
    if (i < 0 || (i + 1 === buffer.length && !last)) return -1;
    if (buffer[i + 1] !== QUOTE) return i;
    i++;
  }
}

/** The bytes of a file, unpacked where its name ends in .gz. */
function openText(path: string): Readable {
  const raw = createReadStream(path, { highWaterMark: 1 << 20 });
  if (!path.endsWith('.gz')) return raw;
  const unpacked = createGunzip({ chunkSize: 1 << 20 });
  raw.on('error', (error) => unpacked.destroy(error));
  return raw.pipe(unpacked);
}

const withoutMark = (bytes: Buffer): Buffer =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** Scans a text file. Throws `input_unreadable` where it is damaged or no UTF-8 text, `cancelled` on abort. */
export async function scanText(path: string, options: ScanOptions): Promise<TextScan> {
  const scanner = new RecordScanner(path, options.delimiter);
  const keep = options.sink !== undefined;
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  const stream = openText(path);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (options.signal?.aborted) throw new SepetError('cancelled', 'Stopped on request.');
      let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!started) buffer = withoutMark(buffer);
      started = true;
      rest = buffer.subarray(scanner.consume(buffer, false, keep));
      if (keep) await options.sink?.(scanner.take());
    }
    scanner.consume(rest, true, keep);
    if (keep) await options.sink?.(scanner.take());
  } catch (cause) {
    if (cause instanceof SepetError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SepetError('input_unreadable', `${path} cannot be read to its end: ${why}.`, { cause });
  } finally {
    stream.destroy();
  }
  const { header, records, unreadable, shown, regular, aLineEach } = scanner;
  return { header, records, unreadable, shown, regular, aLineEach };
}

/** The fields of a delimited header line. */
export function splitHeader(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let i = 0;
  for (;;) {
    let field = '';
    if (line[i] === '"') {
      for (i++; i < line.length && !(line[i] === '"' && line[i + 1] !== '"'); i++) {
        if (line[i] === '"') i++;
        field += line[i];
      }
      i++;
    }
    const end = line.indexOf(delimiter, i);
    field += line.slice(i, end < 0 ? undefined : end);
    fields.push(field.trim());
    if (end < 0) return fields;
    i = end + delimiter.length;
  }
}
