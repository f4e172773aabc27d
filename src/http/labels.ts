// The labels that a server answers for: its own, which the workers serve, and those beside it, which only the thread of trials
// opens. What is told of them here comes from manifests alone.

import { type ErrorCode, SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import { type PolicyDocument, policyLabel } from '../policy/document.ts';
import { policySet } from '../policy/set.ts';
import { failureOf, type Job, type JobResult } from '../pool/answers.ts';
import type { Ticket } from '../pool/batcher.ts';
import type { Trials } from '../pool/trials.ts';
import type { Version } from '../pool/version.ts';
import { type PolicyPages, policyPages } from './policies.ts';
import { problemOf } from './problem.ts';
import type { Served, ServedRelease } from './served.ts';

/** What is told of an artifact without opening it. */
export interface ArtifactFacts {
  readonly name: string;
  readonly createdAt: string;
  readonly products: number;
  readonly dims: number;
}

/** What a label beside is answered by. */
export interface BesideRelease {
  readonly version: Version;
  readonly facts: ArtifactFacts;
  readonly release?: ServedRelease;
}

/** A label beside the server's own; what it stands for may change, or be missing. */
export interface Beside {
  readonly label: string;
  readonly now: BesideRelease | { readonly failure: { readonly code: ErrorCode; readonly message: string } };
}

export interface LabelOptions {
  readonly trials: Trials;
  readonly beside: readonly Beside[];
  /** What the server itself serves. */
  readonly current: () => Version;
}

/** As `Batcher.submit`. */
export type Submit = (job: Job, done: (result: JobResult) => void, deadlineMs?: number) => Ticket | undefined;

/** Whether a release went, with its file, before the thread of trials opened it. */
export const isGone = (code: ErrorCode | undefined): boolean =>
  code === 'file_not_found' || code === 'file_replaced';

const noRoom: JobResult = {
  failure: { code: 'overloaded', message: 'Too many requests are waiting; try again in a second.' },
};

/** What a server of a file calls it. */
export const fileLabel = 'served';

export class Labels {
  readonly #options: LabelOptions | undefined;
  readonly #served: () => Served;
  /** Made once for what is served under a label. */
  readonly #pages = new WeakMap<Version, PolicyPages>();

  constructor(options: LabelOptions | undefined, served: () => Served) {
    this.#options = options;
    this.#served = served;
  }

  /** The server's own label. */
  get main(): string {
    return this.#served().release?.label ?? fileLabel;
  }

  /** The thread of trials. Throws `admin_closed` where the server was started without. */
  get trials(): Trials {
    if (this.#options !== undefined) return this.#options.trials;
    throw new SepetError('admin_closed', 'This server was started without a thread of trials.');
  }

  /**
   * What a label beside stands for now; undefined for the server's own. Throws `label_unknown` with the nearest, and what
   * keeps the label from being had.
   */
  beside(label: string): BesideRelease | undefined {
    if (label === this.main) return undefined;
    const all = this.#options?.beside ?? [];
    const found = all.find((one) => one.label === label);
    if (found === undefined) {
      const near = suggestion(label, [this.main, ...all.map((one) => one.label)]);
      throw new SepetError('label_unknown', `This server answers for no label "${label}".${near}`);
    }
    const { now } = found;
    if ('failure' in now) throw new SepetError(now.failure.code, now.failure.message);
    return now;
  }

  /** The version of any label. Throws as `beside` does. */
  version(label: string = this.main): Version {
    const { current } = this.#options ?? {};
    const version = this.beside(label)?.version ?? current?.();
    if (version !== undefined) return version;
    throw new SepetError('admin_closed', 'This server was started without control over what it serves.');
  }

  /**
   * What submits jobs to the thread of trials, all to one version of a label: the one that it stands for now or, where the
   * file of that went with it before the thread had it open, the one that took its place.
   */
  submitter(label: string | undefined, of: (version: Version) => Version = (version) => version): Submit {
    const { trials } = this;
    let base = this.version(label);
    let version = of(base);
    return (job, done, deadlineMs) => {
      const asked = version;
      return trials.submit(
        asked,
        job,
        (result) => {
          if (!isGone(result.failure?.code)) return done(result);
          try {
            // Whoever comes back first decides for all.
            if (version === asked) {
              const now = this.version(label);
              if (now === base) return done(result);
              base = now;
              version = of(now);
            }
          } catch (error) {
            return done({ failure: failureOf(error) });
          }
          if (trials.submit(version, job, done, deadlineMs) === undefined) done(noRoom);
        },
        deadlineMs,
      );
    };
  }

  /** The policies of a label beside. */
  pages({ version }: BesideRelease): PolicyPages {
    const pages = this.#pages.get(version) ?? policyPages(version.policies);
    this.#pages.set(version, pages);
    return pages;
  }

  /** What `GET /v1/labels` tells: the server's own label first. */
  page(): object {
    const { recommender, policies, release } = this.#served();
    const { artifact, manifest, products, dims } = recommender.info;
    const { name, createdAt } = manifest;
    const own = pageOf({ label: this.main, main: true }, { name, createdAt, products, dims }, policies);
    const beside = (this.#options?.beside ?? []).map(({ label, now }) => {
      const head = { label, main: false };
      if ('failure' in now) return { ...head, problem: problemOf(now.failure.code, now.failure.message) };
      const { version, facts, release } = now;
      const page = pageOf(head, facts, version.policies);
      return { ...page, artifact: version.artifact, ...(release && { release }) };
    });
    return { labels: [{ ...own, artifact, ...(release && { release }) }, ...beside] };
  }
}

const pageOf = (
  head: { readonly label: string; readonly main: boolean },
  facts: ArtifactFacts,
  policies: readonly PolicyDocument[],
): object => ({
  ...head,
  ...facts,
  policies: policies.map(policyLabel),
  default: policySet(policies).default.name,
});
