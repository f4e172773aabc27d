// What is served and how it changes: releases that come from a file or a label, and the policies that an operator puts among
// them. Everything that changes it stands in one line, so that no two changes cross.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { suggestion } from '../base/nearest.ts';
import type { ServedRelease } from '../http/served.ts';
import type { Server } from '../http/server.ts';
import { type PolicyDocument, policyLabel } from '../policy/document.ts';
import { policyHash } from '../policy/hash.ts';
import { checkPolicy } from '../policy/parse.ts';
import type { Runner } from '../pool/runner.ts';
import type { Version } from '../pool/version.ts';
import type { Versions } from '../pool/versions.ts';
import type { Recommender } from '../recommend/recommender.ts';

/** What to serve. */
export type Release = Pick<Version, 'file' | 'artifact' | 'policies' | 'overlay'> & {
  readonly release?: ServedRelease;
};

export interface LiveOptions {
  readonly versions: Versions<Recommender>;
  readonly runner: Runner;
  readonly log: Log;
  /** The version that a release becomes, with a number of its own. */
  readonly numbered: (release: Release) => Version;
  /** Told of each version that the runner serves from then on. */
  readonly swapped?: (version: Version) => void;
  /** What the runner serves already. */
  readonly first: { readonly release: Release; readonly version: Version };
}

/** Policies of the operator by name. */
type Puts = ReadonlyMap<string, PolicyDocument>;
const none: Puts = new Map();

interface Shown {
  /** As it came, without the operator's policies. */
  readonly base: Release;
  readonly puts: Puts;
  readonly version: Version;
}

/** The release's policies with those of the operator in their places, new ones at the end. */
function withPuts(policies: readonly PolicyDocument[], puts: Puts): PolicyDocument[] {
  const own = new Set(policies.map(({ name }) => name));
  const further = [...puts.values()].filter(({ name }) => !own.has(name));
  return [...policies.map((document) => puts.get(document.name) ?? document), ...further];
}

/** A delta changes no policies; a label that moves, or a file that is read again, does. */
const isSameRelease = (a: Release, b: Release): boolean =>
  a.release !== undefined && a.release.revision === b.release?.revision;

export class LiveVersions {
  readonly #options: LiveOptions;
  #server: Server | undefined;
  #shown: Shown;
  #line: Promise<unknown> = Promise.resolve();

  constructor(options: LiveOptions) {
    this.#options = options;
    const { release, version } = options.first;
    this.#shown = { base: release, puts: none, version };
  }

  /** The server that is to tell of what is served. */
  attach(server: Server): void {
    this.#server = server;
  }

  /** What is served, with the operator's policies. */
  get version(): Version {
    return this.#shown.version;
  }

  /** The id of the artifact that is served. */
  get artifact(): string {
    return this.#shown.version.artifact;
  }

  /** The policies that are served, `name@revision`. */
  get labels(): string[] {
    return this.#shown.version.policies.map(policyLabel);
  }

  /** Where it comes from, where that is a label. */
  get release(): ServedRelease | undefined {
    return this.#shown.base.release;
  }

  /**
   * Serves this from now on, with the operator's policies where it is the same release with another delta. Rejects where
   * it cannot be served, and what was served stays.
   */
  swap(next: Release): Promise<void> {
    return this.#inLine(async () => {
      const { base, puts } = this.#shown;
      const kept = isSameRelease(next, base) ? puts : none;
      try {
        await this.#show(next, kept);
      } catch (error) {
        const isPolicy = error instanceof SepetError && error.code === 'policy_invalid';
        if (!isPolicy || kept.size === 0) throw error;
        await this.#show(next, none);
        this.#options.log.warn(`the policies that were put are taken back: ${error.message}`);
      }
    });
  }

  /** Serves a policy among the others until the next release. Throws `policy_invalid`, `policy_stale`, `option_invalid`. */
  putPolicy(name: string, given: unknown): Promise<object> {
    const document = checkPolicy(given);
    if (document.name !== name)
      throw new SepetError(
        'option_invalid',
        `The path says the policy "${name}", the document "${document.name}".`,
      );
    return this.#inLine(async () => {
      const { base, puts } = this.#shown;
      const policies = withPuts(base.policies, puts);
      const before = policies.find((policy) => policy.name === name);
      const isNew = before === undefined || policyHash(before) !== policyHash(document);
      if (isNew) {
        checkRevision(document, before);
        checkCount(policies.length + (before === undefined ? 1 : 0));
        await this.#show(base, new Map([...puts, [name, document]]));
      }
      const identity = { policy: policyLabel(document), hash: policyHash(document) };
      if (isNew) this.#options.log.info('a policy was put', identity);
      return { ...identity, changed: isNew, policies: this.labels };
    });
  }

  /** Takes back a policy that was put; the one it replaced is served again. Throws `policy_unknown`, `policy_fixed`. */
  removePolicy(name: string): Promise<object> {
    return this.#inLine(async () => {
      const { base, puts } = this.#shown;
      const own = base.policies.find((policy) => policy.name === name);
      if (!puts.has(name)) {
        if (own !== undefined)
          throw new SepetError(
            'policy_fixed',
            `${policyLabel(own)} belongs to what is served; put another in its place, or release without it.`,
          );
        const said = suggestion(name, puts.keys());
        throw new SepetError('policy_unknown', `No policy "${name}" was put.${said}`);
      }
      const left = new Map(puts);
      left.delete(name);
      await this.#show(base, left);
      this.#options.log.info('a policy was taken back', { policy: name });
      return { removed: name, ...(own && { restored: policyLabel(own) }), policies: this.labels };
    });
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#line.then(work);
    this.#line = turn.catch(() => {});
    return turn;
  }

  async #show(base: Release, puts: Puts): Promise<void> {
    const { versions, runner, numbered, swapped } = this.#options;
    const policies = withPuts(base.policies, puts);
    const next = { ...base, policies };
    const version = numbered(next);
    try {
      const recommender = versions.prepare(version);
      if (!(await runner.swap(version)))
        throw new SepetError('shutting_down', 'The server is stopping and changes nothing.');
      swapped?.(version);
      this.#server?.swap({ recommender, policies, ...(base.release && { release: base.release }) });
      this.#shown = { base, puts, version };
    } finally {
      await versions.keepOnly(this.#shown.version.number);
    }
  }
}

function checkRevision(document: PolicyDocument, before: PolicyDocument | undefined): void {
  if (before === undefined || document.revision > before.revision) return;
  const said = `${policyLabel(before)} is served and says something else than this ${policyLabel(document)}.`;
  throw new SepetError(
    'policy_stale',
    `${said} Give it the revision ${before.revision + 1} or a higher one.`,
  );
}

function checkCount(policies: number): void {
  const { max } = limits.policies;
  if (policies > max)
    throw new SepetError('option_invalid', `${max} policies are served; no further one can be put.`);
}
