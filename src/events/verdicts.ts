// Verdicts of people on comparisons, kept in a folder: each as a line of JSON on the disk before it is acknowledged. Several
// processes share the folder, each writing files of its own and reading those of all.

import { randomBytes } from 'node:crypto';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { SepetError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { messageOf } from '../store/failures.ts';
import { isGone } from '../store/owner.ts';
import { type LineFiles, openLineFiles } from './line-files.ts';
import { verdictFiles } from './names.ts';
import { type GivenVerdict, plainSide, type VerdictLine } from './verdict.ts';
import {
  type ComparisonPage,
  type ComparisonsPage,
  VerdictBook,
  type VerdictSummary,
} from './verdict-book.ts';
import { VerdictReader } from './verdict-reader.ts';

export interface VerdictsOptions {
  readonly folder: string;
  readonly log: Log;
  /** Verdicts that count. */
  readonly most?: number;
}

export interface KeptVerdict {
  readonly id: string;
  /** By which the comparison is asked for. */
  readonly comparison: string;
  readonly at: string;
  readonly summary: VerdictSummary;
}

/** Opens a folder of verdicts, making it where it is missing and repairing what was left. Throws `verdicts_unavailable`. */
export async function openVerdicts({ folder, log, most }: VerdictsOptions): Promise<Verdicts> {
  const files = await openLineFiles<VerdictLine>({
    ...{ folder, log, sync: true },
    ...{ names: verdictFiles, noun: 'verdicts', code: 'verdicts_unavailable' },
  });
  const verdicts = new Verdicts({ folder, log, files, book: new VerdictBook(most) });
  try {
    await removeEmpty(folder);
    await verdicts.refresh();
    return verdicts;
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** Each start begins a file; those that a process that is gone has left empty go. */
async function removeEmpty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const { owner } = verdictFiles.parse(name) ?? {};
    if (owner === undefined) continue;
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.size === 0 && isGone(owner, Date.now() - found.mtimeMs, Number.POSITIVE_INFINITY))
      await unlink(file).catch(() => {});
  }
}

interface VerdictsParts {
  readonly folder: string;
  readonly log: Log;
  readonly files: LineFiles<VerdictLine>;
  readonly book: VerdictBook;
}

export class Verdicts {
  readonly #files: LineFiles<VerdictLine>;
  readonly #book: VerdictBook;
  readonly #reader: VerdictReader;
  readonly #folder: string;
  #reading: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #lastMs = 0;

  constructor({ folder, log, files, book }: VerdictsParts) {
    this.#files = files;
    this.#book = book;
    this.#folder = folder;
    this.#reader = new VerdictReader({ folder, log, take: (line) => void book.add(line) });
  }

  /** Keeps a verdict. Throws `option_invalid` where nothing is compared, `verdicts_unavailable` where it cannot be kept now. */
  async give({ comparison, ...given }: GivenVerdict): Promise<KeptVerdict> {
    const sides = { before: plainSide(comparison.before), after: plainSide(comparison.after) };
    if (isDeepStrictEqual(sides.before, sides.after))
      throw new SepetError(
        'option_invalid',
        'comparison: before and after are the same; there is nothing to judge.',
      );
    await this.refresh();
    // Later than all that is known: of two words of one person the second counts, whatever the clock does.
    this.#lastMs = Math.max(Date.now(), this.#lastMs + 1, this.#book.lastMs + 1);
    const id = `v_${randomBytes(8).toString('hex')}`;
    const line = { id, at: new Date(this.#lastMs).toISOString(), comparison: sides, ...given };
    await this.#files.append([line]);
    const name = this.#book.add(line);
    return { id, comparison: name, at: line.at, summary: this.#book.summary(name) };
  }

  /** The comparison with its verdicts. Throws `comparison_unknown`. */
  async comparison(id: string): Promise<ComparisonPage> {
    await this.refresh();
    const page = this.#book.page(id);
    if (page !== undefined) return page;
    throw new SepetError('comparison_unknown', `No verdict was given on a comparison "${id}".`);
  }

  /** All that were judged. */
  async comparisons(): Promise<ComparisonsPage> {
    await this.refresh();
    return this.#book.list();
  }

  /** Reads what other processes wrote until now; all who ask while one reads share the next reading. */
  refresh(): Promise<void> {
    this.#next ??= this.#reading.then(() => {
      this.#next = undefined;
      const reading = this.#read();
      this.#reading = reading.catch(() => {});
      return reading;
    });
    return this.#next;
  }

  async #read(): Promise<void> {
    try {
      await this.#reader.read();
    } catch (error) {
      const said = `The folder of verdicts ${this.#folder} cannot be read: ${messageOf(error)}`;
      throw new SepetError('verdicts_unavailable', said, { cause: error });
    }
  }

  /** Writes what waits and lets go. */
  close(): Promise<void> {
    return this.#files.close();
  }
}
