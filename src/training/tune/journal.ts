// The journal of a search: a line of JSON for each finished training, on disk before it counts. A search that was cut off reads it
// and goes on; the half-written line of a crash is cut away.

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { SepetError } from '../../base/errors.ts';

const figuresSchema = z.record(z.string(), z.number());
const resultSchema = z.object({
  trial: z.number().int().nonnegative(),
  rung: z.number().int().nonnegative(),
  epochs: z.number().int().positive(),
  parameters: z.record(z.string(), z.number()),
  /** `fbt.ndcg`, …; absent where the training failed. */
  figures: figuresSchema.optional(),
  /** Code of the error that ended it, such as `training_diverged`. */
  failed: z.string().optional(),
  seconds: z.number(),
});
export type TrialResult = z.output<typeof resultSchema>;

/** Everything that decides the results of a search. */
export type SearchIdentity = Readonly<Record<string, unknown>>;

/** DIR/tune/NAME-xxxxxxxx.jsonl: another search has another journal, the same one finds its own. */
export function journalPath(dir: string, name: string, identity: SearchIdentity): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 8);
  return join(dir, 'tune', `${name}-${hash}.jsonl`);
}

export class Journal {
  readonly path: string;
  /** What was found and what was added, in the order of finishing. */
  readonly results: TrialResult[];
  readonly #file: number;

  private constructor(path: string, file: number, results: TrialResult[]) {
    this.path = path;
    this.#file = file;
    this.results = results;
  }

  /** Opens or begins a journal; `restart` throws away what is there. Throws `manifest_invalid` for a file that is no such journal. */
  static open(path: string, identity: SearchIdentity, restart = false): Journal {
    mkdirSync(dirname(path), { recursive: true });
    if (restart) rmSync(path, { force: true });
    const head = `${JSON.stringify({ kind: 'sepet-search', version: 1, ...identity })}\n`;
    const results = existsSync(path) ? recover(path, head) : undefined;
    const file = openSync(path, 'a');
    if (results === undefined) append(file, head);
    return new Journal(path, file, results ?? []);
  }

  add(result: TrialResult): void {
    append(this.#file, `${JSON.stringify(result)}\n`);
    this.results.push(result);
  }

  close(): void {
    closeSync(this.#file);
  }
}

function append(file: number, line: string): void {
  writeSync(file, line);
  fsyncSync(file);
}

/** The results of a journal, after cutting off a line without an end; undefined where not even the head was written. */
function recover(path: string, head: string): TrialResult[] | undefined {
  const content = readFileSync(path);
  const whole = content.subarray(0, content.lastIndexOf(0x0a) + 1);
  if (whole.length < content.length) truncateSync(path, whole.length);
  if (whole.length === 0) return undefined;
  const [first, ...lines] = whole.toString('utf8').trimEnd().split('\n');
  const broken = (): never => {
    throw new SepetError(
      'manifest_invalid',
      `${path} is not the journal of this search: begin anew with --restart.`,
    );
  };
  if (`${first}\n` !== head) broken();
  return lines.map((line) => {
    try {
      return resultSchema.parse(JSON.parse(line));
    } catch {
      return broken();
    }
  });
}
