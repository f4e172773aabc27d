// Reads the files of verdicts of a folder, those of other processes too, each only from where it was read to. What is no
// verdict is passed over: a line that is half written, one that somebody broke by hand, one of a later version.

import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { isMissing } from '../store/failures.ts';
import { verdictFiles } from './names.ts';
import { lineSchema, type VerdictLine } from './verdict.ts';

const newline = 10;

/** How far a file is read. */
interface Reading {
  offset: number;
  /** Within a line that is too long to be one. */
  isSkipping: boolean;
  hasComplained: boolean;
}

export interface ReaderOptions {
  readonly folder: string;
  readonly log: Log;
  readonly take: (line: VerdictLine) => void;
}

/** The verdict of a line; undefined where it is none. */
export function readLine(text: string): VerdictLine | undefined {
  if (text.length > limits.verdictLineBytes.default) return undefined;
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // It is no JSON, or nested so deeply that looking at it takes too much of the stack.
    return undefined;
  }
}

export class VerdictReader {
  readonly #options: ReaderOptions;
  readonly #readings = new Map<string, Reading>();
  readonly #block = Buffer.alloc(4 * limits.verdictLineBytes.default);

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Reads what has come since the last call. Throws what the file system throws, but for files that are gone. */
  async read(): Promise<void> {
    const names = (await readdir(this.#options.folder)).filter((name) => verdictFiles.parse(name)).sort();
    for (const name of names) {
      try {
        await this.#readFile(name);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
  }

  async #readFile(name: string): Promise<void> {
    const file = join(this.#options.folder, name);
    const reading = this.#readings.get(name) ?? { offset: 0, isSkipping: false, hasComplained: false };
    this.#readings.set(name, reading);
    const { size } = await stat(file);
    // Shorter than it was: somebody changed it by hand. What is taken again changes nothing.
    if (size < reading.offset) Object.assign(reading, { offset: 0, isSkipping: false });
    if (size === reading.offset) return;
    const handle = await open(file, 'r');
    try {
      while (reading.offset < size && (await this.#readBlock(handle, name, reading)));
    } finally {
      await handle.close();
    }
  }

  /** Whether there may be more. */
  async #readBlock(handle: FileHandle, name: string, reading: Reading): Promise<boolean> {
    const block = this.#block;
    const { bytesRead } = await handle.read(block, 0, block.length, reading.offset);
    const whole = block.subarray(0, bytesRead).lastIndexOf(newline) + 1;
    if (whole === 0) {
      // Half a line, to be read when it is whole; or one that is no verdict however it ends.
      if (bytesRead < block.length) return false;
      reading.isSkipping = true;
      reading.offset += bytesRead;
      this.#complain(name, reading);
      return true;
    }
    const lines = block.toString('utf8', 0, whole - 1).split('\n');
    if (reading.isSkipping) lines.shift();
    reading.isSkipping = false;
    reading.offset += whole;
    for (const text of lines) this.#take(text, name, reading);
    return bytesRead === block.length;
  }

  #take(text: string, name: string, reading: Reading): void {
    const line = readLine(text);
    if (line !== undefined) this.#options.take(line);
    else this.#complain(name, reading);
  }

  #complain(name: string, reading: Reading): void {
    if (reading.hasComplained) return;
    reading.hasComplained = true;
    this.#options.log.warn('a line in a file of verdicts is none and is passed over', { file: name });
  }
}
