// What `sepet serve --beside` and `--beside-file` add: labels that are answered for beside the one that is served. None of
// them is opened here, and none of them keeps the server from starting: what is missing is tried again.

import { resolve } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { type Beside, fileLabel } from '../http/labels.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { isSameVersion, nextNumber, type Version } from '../pool/version.ts';
import {
  type FailureMessage,
  type Follower,
  type FollowOptions,
  failureMessage,
  follow,
} from '../releases/follow.ts';
import { checkLabelName } from '../releases/label.ts';

/** The labels beside, and what keeps them up to date. */
export interface Besides {
  readonly all: readonly Beside[];
  /** Looks at all of them now; what cannot be had stays as it was. */
  look(): Promise<void>;
  /** Ends the threads. */
  stop(): void;
}

/** One whose state is set here. */
type Held = { -readonly [Key in keyof Beside]: Beside[Key] };

const pending = (label: string): Held => ({
  label,
  now: {
    failure: {
      code: 'label_pending',
      message: `The release of ${label} is not here yet; try again in a moment.`,
    },
  },
});

/** Lines that tell of labels beside, among those of the one that is served. */
const logBeside = (log: Log): Log => ({
  info: (message, fields) => log.info(message, { ...fields, beside: true }),
  warn: (message, fields) => log.warn(message, { ...fields, beside: true }),
  error: (message, fields) => log.error(message, { ...fields, beside: true }),
});

/** What is told of a failure: of a bug not where it is. */
const failing = ({ code, message }: FailureMessage): Held['now'] => ({
  failure:
    code === 'internal'
      ? { code, message: 'It failed inside; the log holds the details.' }
      : { code, message },
});

/** Throws `option_invalid` where a label is there twice, is the server's own, or there are too many. */
function checkLabels(labels: readonly string[], main: string): void {
  const { max } = limits.besides;
  if (labels.length > max)
    throw new SepetError(
      'option_invalid',
      `${labels.length} labels beside ${main}; at most ${max} are possible.`,
    );
  for (const [i, label] of labels.entries()) {
    checkLabelName(label);
    if (label === main)
      throw new SepetError('option_invalid', `${label} is the label that is served; name others beside it.`);
    if (labels.indexOf(label) < i) throw new SepetError('option_invalid', `${label} is named twice.`);
  }
}

type Made = Omit<Version, 'number'>;

/** Another version only where it answers otherwise: what the thread of trials knows of it stays good. */
function versionAfter({ now }: Beside, made: Made): Version {
  const version = { ...made, number: nextNumber() };
  return 'version' in now && isSameVersion(now.version, version) ? now.version : version;
}

export interface FollowBesideOptions extends Omit<FollowOptions, 'label' | 'pages' | 'isPatient'> {
  /** The label that is served. */
  readonly main: string;
  readonly rerank: number;
  readonly log: Log;
}

/** Follows labels of a store, as the one that is served is followed. Throws `option_invalid`. */
export function followBeside(
  labels: readonly string[],
  { main, rerank, log, ...options }: FollowBesideOptions,
): Besides {
  checkLabels(labels, main);
  const followers: Follower[] = [];
  const all = labels.map((label) => {
    const held = pending(label);
    // Mapped, whatever the server's own label is read into: nobody waits for its pages.
    const followed = follow(
      { ...options, label, pages: 'map', isPatient: true },
      {
        log: logBeside(log),
        refused: () => {},
        missing: (failure) => {
          if ('failure' in held.now) held.now = failing(failure);
        },
        serve: async ({ facts, release, ...made }) => {
          held.now = { version: versionAfter(held, { ...made, pages: 'map', rerank }), facts, release };
        },
      },
    );
    followers.push(followed);
    return held;
  });
  return {
    all,
    look: async () => void (await Promise.allSettled(followers.map((follower) => follower.look()))),
    stop: () => {
      for (const follower of followers) follower.stop();
    },
  };
}

export interface OpenBesideOptions {
  readonly rerank: number;
  /** The policies of the file that is served: these too are answered by them. */
  readonly policies: () => readonly PolicyDocument[];
  readonly log: Log;
}

/** `test=b.sepet`. Throws `option_invalid`. */
function readPair(given: string): { readonly label: string; readonly file: string } {
  const at = given.indexOf('=');
  if (at > 0 && at < given.length - 1)
    return { label: given.slice(0, at), file: resolve(given.slice(at + 1)) };
  throw new SepetError(
    'option_invalid',
    `--beside-file ${given}: write it as LABEL=FILE, such as test=b.sepet.`,
  );
}

/** A file beside: verified in a thread, then answered by; tried again while it cannot be had. */
class FileBeside {
  readonly held: Held;
  readonly #file: string;
  readonly #options: OpenBesideOptions;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = 1000;
  #said = '';
  #isStopped = false;

  constructor(
    { label, file }: { readonly label: string; readonly file: string },
    options: OpenBesideOptions,
  ) {
    this.held = pending(label);
    this.#file = file;
    this.#options = options;
  }

  async look(): Promise<void> {
    clearTimeout(this.#timer);
    const { rerank, policies, log } = this.#options;
    const { label } = this.held;
    const file = this.#file;
    try {
      const { verifyFirst } = await import('../recommend/verify-aside.ts');
      const documents = policies();
      await verifyFirst({ file, pages: 'map' }, async (artifact, facts) => {
        const made = { file, artifact, policies: documents, pages: 'map' as const, rerank };
        this.held.now = { version: versionAfter(this.held, made), facts };
      });
      this.#said = '';
      this.#pauseMs = 1000;
    } catch (error) {
      const failure = failureMessage(error);
      const { code, message } = failure;
      if ('failure' in this.held.now) this.held.now = failing(failure);
      if (message !== this.#said) logBeside(log).warn(`${message} ${label} is tried again.`, { code });
      this.#said = message;
      if (this.#isStopped) return;
      this.#timer = setTimeout(() => void this.look(), this.#pauseMs);
      this.#timer.unref();
      this.#pauseMs = Math.min(2 * this.#pauseMs, limits.backoffSeconds.default * 1000);
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}

/** Answers for files beside the one that is served. Throws `option_invalid`. */
export function openBeside(given: readonly string[], options: OpenBesideOptions): Besides {
  const pairs = given.map(readPair);
  checkLabels(
    pairs.map(({ label }) => label),
    fileLabel,
  );
  const files = pairs.map((pair) => new FileBeside(pair, options));
  const look = async (): Promise<void> => void (await Promise.all(files.map((file) => file.look())));
  void look();
  return {
    all: files.map(({ held }) => held),
    look,
    stop: () => {
      for (const file of files) file.stop();
    },
  };
}
