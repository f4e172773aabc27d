// Reads libSVM and libFFM files: a row a line, `label index:value …` or `label field:index:value …`. Fields are passed
// over: a factorization machine has one vector a feature. Plain or gzip; CRLF, blank lines and `# comments` survive.

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { type FmRows, RowsBuilder } from './rows.ts';

const unreadable = (path: string, line: number, said: string): SepetError =>
  new SepetError('line_unreadable', `${path}, line ${line}: ${said}`);

/** The number that all of `text` is, or NaN. */
const numberOf = (text: string): number => (text === '' ? Number.NaN : Number(text));

/** Adds one line, if it holds a row. Throws what is wrong with it. */
function addLine(text: string, rows: RowsBuilder): void {
  const end = text.indexOf('#');
  const [label, ...pairs] = (end < 0 ? text : text.slice(0, end)).trim().split(/\s+/);
  if (label === undefined || label === '') return;
  const value = numberOf(label);
  if (!Number.isFinite(value)) throw new Error(`"${label}" is no label.`);
  const seen = new Set<number>();
  for (const pair of pairs) {
    const colon = pair.lastIndexOf(':');
    const index = numberOf(pair.slice(pair.lastIndexOf(':', colon - 1) + 1, Math.max(0, colon)));
    const x = numberOf(pair.slice(colon + 1));
    if (colon < 1 || !Number.isInteger(index) || index < 0 || !Number.isFinite(x))
      throw new Error(`"${pair}" is not index:value, nor field:index:value.`);
    if (index >= limits.fmFeatures.max)
      throw new Error(
        `feature ${index} is beyond ${limits.fmFeatures.max}; hash or number the features anew.`,
      );
    if (seen.has(index)) throw new Error(`feature ${index} is there twice.`);
    seen.add(index);
    rows.addFeature(index, x);
  }
  rows.endRow(value);
}

/**
 * Reads files one after the other. Throws `input_missing`, `input_unreadable`, `line_unreadable` naming file and line, and
 * `data_empty` where no row is in them.
 */
export async function readLibsvm(paths: readonly string[]): Promise<FmRows> {
  const rows = new RowsBuilder();
  for (const path of paths) await readInto(rows, path);
  if (rows.count === 0) throw new SepetError('data_empty', `There is no row in ${paths.join(', ')}.`);
  return rows.finish();
}

async function readInto(rows: RowsBuilder, path: string): Promise<void> {
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    try {
      addLine(line, rows);
    } catch (error) {
      throw unreadable(path, number, (error as Error).message);
    }
  }
}

/** Throws `input_missing`, `input_unreadable`. */
async function* linesOf(path: string): AsyncGenerator<string, void> {
  const file = createReadStream(path);
  // What fails here fails the loop below too, which tells it.
  const input = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file;
  input.setEncoding('utf8');
  let rest = '';
  try {
    for await (const piece of input as AsyncIterable<string>) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'input_missing' : 'input_unreadable';
    throw new SepetError(code, `${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  if (rest !== '') yield rest;
}
