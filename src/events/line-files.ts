// Lines of JSON in a folder. What comes while a write is under way waits and goes with the next one, so that the
// disk is asked once for many calls. A call is acknowledged when its lines are written: on the disk (fdatasync),
// so that they outlive a power cut, or where that is not asked for in the system's hands, so that they outlive this process.
//
// A write that fails half way (a full disk) is cut off again, so a file holds whole lines only. A process writes into its own
// files only, so several share a folder without a lock.

import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { messageOf, systemCode } from '../store/failures.ts';
import { makeFolder, syncFolder } from '../store/folder.ts';
import { dayOf, type LineFileNames } from './names.ts';
import { repairLines } from './repair.ts';

export interface LineFilesOptions {
  readonly folder: string;
  readonly names: LineFileNames;
  /** What the lines are, for messages: `events`. */
  readonly noun: string;
  /** Of what cannot be written now. */
  readonly code: ErrorCode;
  /** Whether lines are on the disk before they are acknowledged. */
  readonly sync: boolean;
  readonly log: Log;
  /** Size at which the next file is begun. */
  readonly fileBytes?: number;
  readonly bufferBytes?: number;
}

interface Waiting {
  readonly lines: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: SepetError) => void;
}

/** A file that is written to. */
interface Current {
  readonly handle: FileHandle;
  readonly day: string;
  /** Whole lines; what lies behind is of a write that failed. */
  bytes: number;
}

/** Opens a folder, making it where it is missing and repairing what was left. Throws the error of the options' code. */
export async function openLineFiles<T>(options: LineFilesOptions): Promise<LineFiles<T>> {
  const { folder, names, noun, code, log } = options;
  try {
    await makeFolder(folder);
    for (const { file, bytes } of await repairLines(folder, names))
      log.warn(`half a line was cut off a file of ${noun}`, { file, bytes });
    const files = new LineFiles<T>(options);
    await files.begin();
    return files;
  } catch (error) {
    throw new SepetError(code, `The folder of ${noun} ${folder} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

export class LineFiles<T> {
  readonly #options: LineFilesOptions;
  readonly #fileBytes: number;
  readonly #bufferBytes: number;
  #waiting: Waiting[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #current: Current | undefined;
  #number = 0;
  #isClosed = false;
  #isFailing = false;
  /** Told of each write, where somebody wants to know. */
  onWrite: ((seconds: number, bytes: number) => void) | undefined;

  constructor(options: LineFilesOptions) {
    this.#options = options;
    this.#fileBytes = options.fileBytes ?? limits.eventFileBytes.default;
    this.#bufferBytes = options.bufferBytes ?? limits.eventBufferBytes.default;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Opens the first file, to see that it can be. */
  async begin(): Promise<void> {
    this.#current = await this.#open(dayOf(Date.now()));
  }

  /** Keeps the items, all or none, in their order. Rejects with the options' code where they cannot be kept now. */
  append(items: readonly T[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(this.#unavailable('the server is stopping.'));
    const lines = Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    if (this.#pendingBytes + lines.length > this.#bufferBytes)
      return Promise.reject(this.#unavailable(`${this.#pendingBytes} bytes wait for the disk already.`));
    this.#pendingBytes += lines.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  #unavailable(why: string, cause?: unknown): SepetError {
    const { noun, code } = this.#options;
    const said = `${noun.charAt(0).toUpperCase()}${noun.slice(1)} cannot be kept now: ${why} Send them again in a second.`;
    return new SepetError(code, said, { cause });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#writing !== undefined) await this.#writing;
    const current = this.#current;
    this.#current = undefined;
    await current?.handle.close();
  }

  /** Writes until nothing waits. */
  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      const bytes = group.reduce((sum, { lines }) => sum + lines.length, 0);
      const startedMs = performance.now();
      try {
        await this.#write(group.map(({ lines }) => lines));
        this.onWrite?.((performance.now() - startedMs) / 1000, bytes);
        this.#said();
        for (const { resolve } of group) resolve();
      } catch (error) {
        const failure = this.#unavailable(`${messageOf(error)}.`, error);
        this.#said(error);
        for (const { reject } of group) reject(failure);
      }
      this.#pendingBytes -= bytes;
    }
    this.#writing = undefined;
  }

  async #write(lines: readonly Buffer[]): Promise<void> {
    const current = await this.#fitting();
    const { handle } = current;
    const bytes = lines.reduce((sum, { length }) => sum + length, 0);
    try {
      let at = current.bytes;
      const all = lines.length === 1 ? (lines[0] as Buffer) : Buffer.concat(lines);
      for (let done = 0; done < all.length; ) {
        const { bytesWritten } = await handle.write(all, done, all.length - done, at);
        done += bytesWritten;
        at += bytesWritten;
      }
      if (this.#options.sync) await handle.datasync();
      current.bytes += bytes;
    } catch (error) {
      await this.#cut(current);
      throw error;
    }
  }

  /** Cuts off what a failed write left; where even that fails the file is left, for the next start to repair. */
  async #cut({ handle, bytes }: Current): Promise<void> {
    try {
      await handle.truncate(bytes);
    } catch {
      this.#current = undefined;
      await handle.close().catch(() => {});
    }
  }

  /** The file to write to now: of today, not too long, and still there. */
  async #fitting(): Promise<Current> {
    const day = dayOf(Date.now());
    const current = this.#current;
    if (current !== undefined) {
      const { nlink } = await current.handle.stat();
      if (nlink > 0 && current.day === day && current.bytes < this.#fileBytes) return current;
      this.#current = undefined;
      await current.handle.close();
    }
    this.#current = await this.#open(day);
    return this.#current;
  }

  /** The next file that nobody has. */
  async #open(day: string): Promise<Current> {
    const { folder, sync, names } = this.#options;
    for (;;) {
      const file = join(folder, names.fileName(day, ++this.#number));
      try {
        const handle = await open(file, 'wx');
        if (sync) await syncFolder(folder);
        return { handle, day, bytes: 0 };
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
      }
    }
  }

  /** Tells the log of the first failure and of the end of failing. */
  #said(error?: unknown): void {
    const { log, folder, noun, code } = this.#options;
    if (error !== undefined && !this.#isFailing)
      log.error(`${noun} cannot be written to ${folder}: ${messageOf(error)}`, { code });
    if (error === undefined && this.#isFailing) log.info(`${noun} are written to ${folder} again`);
    this.#isFailing = error !== undefined;
  }
}
