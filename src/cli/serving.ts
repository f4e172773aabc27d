// A server with the runner behind it and the versions that the event loop has open itself: started with one version,
// exchanged for others while it answers.

import type { Log } from '../base/log.ts';
import type { ServedRelease } from '../http/served.ts';
import { type Server, startServer } from '../http/server.ts';
import { inlineRunner, type Runner } from '../pool/runner.ts';
import { piscinaRunner } from '../pool/threads.ts';
import type { Version } from '../pool/version.ts';
import { artifactOpener, Versions } from '../pool/versions.ts';
import type { Recommender } from '../recommend/recommender.ts';
import type { ServeOptions } from './serve-options.ts';

/** What to serve. */
export type Release = Pick<Version, 'file' | 'artifact' | 'policies' | 'overlay'> & {
  readonly release?: ServedRelease;
};

export interface Serving {
  readonly server: Server;
  /** Serves this from now on; called once at a time. Rejects where it cannot be served, and what was served stays. */
  swap(next: Release): Promise<void>;
}

export interface StartOptions extends Omit<ServeOptions, 'policy' | 'store' | 'label'> {
  readonly log: Log;
  /** Where what is served follows a store: seconds since that answered. */
  readonly sinceContact?: () => number;
}

/**
 * Opens the version, starts the workers and listens; the recommender is the event loop's own, to be forgotten soon, as
 * it holds the artifact. Throws what opening, starting and listening throw.
 */
export async function startServing(
  first: Release,
  options: StartOptions,
): Promise<{ serving: Serving; recommender: Recommender }> {
  const { pages, rerank } = options;
  const versions = new Versions(artifactOpener());
  let number = 0;
  const numbered = ({ release: _, ...what }: Release): Version => ({
    ...what,
    pages,
    rerank,
    number: ++number,
  });
  const version = numbered(first);
  const recommender = versions.prepare(version);
  const runner = await startRunner(versions, version, options);
  try {
    const server = await startServer({ ...options, ...servedOf(recommender, first), runner });
    let current = version.number;
    const swap = async (next: Release): Promise<void> => {
      const newer = numbered(next);
      try {
        const opened = versions.prepare(newer);
        if (!(await runner.swap(newer))) return;
        server.swap(servedOf(opened, next));
        current = newer.number;
      } finally {
        await versions.keepOnly(current);
      }
    };
    return { serving: { server, swap }, recommender };
  } catch (error) {
    await runner.close();
    throw error;
  }
}

const servedOf = (recommender: Recommender, { policies, release }: Release) => ({
  recommender,
  policies,
  ...(release && { release }),
});

async function startRunner(
  versions: Versions<Recommender>,
  version: Version,
  options: StartOptions,
): Promise<Runner> {
  const { workers, log } = options;
  if (workers === 0) return inlineRunner(versions, version);
  const onError = (error: Error): void => log.error(`a worker died and is replaced: ${error.stack}`);
  return piscinaRunner({ workers, version, onError });
}
