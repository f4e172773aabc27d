// Events as lines of JSON in a folder. What comes while a write is under way waits and goes with the next one, so that the
// disk is asked once for many calls. A call is acknowledged when its lines are written: by default on the disk (fdatasync),
// so that they outlive a power cut; without that in the system's hands, so that they outlive this process.
//
// A write that fails half way (a full disk) is cut off again, so a file holds whole lines only.

import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { messageOf, systemCode } from '../store/failures.ts';
import { makeFolder, syncFolder } from '../store/folder.ts';
import type { ShopEvent } from './event.ts';
import { dayOf, eventFileName } from './names.ts';
import { repairEvents } from './repair.ts';
import type { EventSink } from './sink.ts';

export interface FileSinkOptions {
  readonly folder: string;
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

const unavailable = (why: string, cause?: unknown): SepetError =>
  new SepetError('events_unavailable', `Events cannot be kept now: ${why} Send them again in a second.`, {
    cause,
  });

/** Opens a folder of events, making it where it is missing and repairing what was left. Throws `events_unavailable`. */
export async function openFileSink(options: FileSinkOptions): Promise<EventSink> {
  const { folder, log } = options;
  try {
    await makeFolder(folder);
    for (const { file, bytes } of await repairEvents(folder))
      log.warn('half a line was cut off a file of events', { file, bytes });
    const sink = new FileSink(options);
    await sink.begin();
    return sink;
  } catch (error) {
    throw new SepetError(
      'events_unavailable',
      `The folder of events ${folder} cannot be written: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

class FileSink implements EventSink {
  readonly #options: FileSinkOptions;
  readonly #fileBytes: number;
  readonly #bufferBytes: number;
  #waiting: Waiting[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #current: Current | undefined;
  #number = 0;
  #isClosed = false;
  #isFailing = false;
  onWrite: EventSink['onWrite'];

  constructor(options: FileSinkOptions) {
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

  append(events: readonly ShopEvent[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(unavailable('the server is stopping.'));
    const lines = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (this.#pendingBytes + lines.length > this.#bufferBytes)
      return Promise.reject(unavailable(`${this.#pendingBytes} bytes wait for the disk already.`));
    this.#pendingBytes += lines.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject });
      this.#writing ??= this.#drain();
    });
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
        const failure = unavailable(`${messageOf(error)}.`, error);
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
    const { folder, sync } = this.#options;
    for (;;) {
      const file = join(folder, eventFileName(day, ++this.#number));
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
    const { log, folder } = this.#options;
    if (error !== undefined && !this.#isFailing)
      log.error(`events cannot be written to ${folder}: ${messageOf(error)}`, { code: 'events_unavailable' });
    if (error === undefined && this.#isFailing) log.info(`events are written to ${folder} again`);
    this.#isFailing = error !== undefined;
  }
}
