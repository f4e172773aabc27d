// A server with the runner behind it and the versions that the event loop has open itself: started with one version,
// exchanged for others while it answers.

import { preferSmallHeaps } from '../base/heap.ts';
import type { Log } from '../base/log.ts';
import { openFileSink } from '../events/file-sink.ts';
import { EventIntake } from '../events/intake.ts';
import { LiveRecall } from '../http/live-recall.ts';
import { type Server, startServer } from '../http/server.ts';
import { inlineRunner, type Runner } from '../pool/runner.ts';
import { piscinaRunner } from '../pool/threads.ts';
import type { Version } from '../pool/version.ts';
import { artifactOpener, Versions } from '../pool/versions.ts';
import type { Recommender } from '../recommend/recommender.ts';
import { LiveVersions, type Release } from './live-versions.ts';
import type { ServeOptions } from './serve-options.ts';

export interface Serving {
  readonly server: Server;
  /** What is served, and all that changes it. */
  readonly live: LiveVersions;
}

export interface StartOptions extends Omit<ServeOptions, 'policy' | 'store' | 'label' | 'events'> {
  readonly log: Log;
  /** Where what is served follows a store: seconds since that answered. */
  readonly sinceContact?: () => number;
  /** Looks again at where what is served comes from. */
  readonly reload: () => Promise<object>;
  readonly adminToken?: string;
  /** The folder of events. */
  readonly eventsFolder?: string;
}

/**
 * Opens the version, starts the workers and listens; the recommender is the event loop's own, to be forgotten soon, as
 * it holds the artifact. Throws what opening, starting and listening throw.
 */
export async function startServing(
  first: Release,
  options: StartOptions,
): Promise<{ serving: Serving; recommender: Recommender }> {
  preferSmallHeaps();
  const { pages, rerank } = options;
  const opener = artifactOpener();
  const versions = new Versions(opener);
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
  const { log, recallShare: share } = options;
  const recall = share > 0 ? new LiveRecall({ share, version, log }) : undefined;
  const live = new LiveVersions({
    ...{ versions, opener, runner, numbered, log },
    swapped: (version) => recall?.follow(version),
    first: { release: first, version },
  });
  let events: EventIntake | undefined;
  try {
    events = await openEvents(options);
    const server = await startServer({
      ...options,
      ...servedOf(recommender, first),
      runner,
      ...(recall && { recall }),
      ...(events && { events }),
      versions: {
        reload: options.reload,
        putPolicy: (name, document) => live.putPolicy(name, document),
        removePolicy: (name) => live.removePolicy(name),
        tryPolicy: (policy, request) => live.tryPolicy(policy, request),
      },
    });
    live.attach(server);
    return { serving: { server, live }, recommender };
  } catch (error) {
    await Promise.all([runner.close(), events?.close()]);
    throw error;
  }
}

const servedOf = (recommender: Recommender, { policies, release }: Release) => ({
  recommender,
  policies,
  ...(release && { release }),
});

async function openEvents({ eventsFolder, eventsSync, log }: StartOptions): Promise<EventIntake | undefined> {
  if (eventsFolder === undefined) return undefined;
  const sync = eventsSync === 'disk';
  return new EventIntake(await openFileSink({ folder: eventsFolder, sync, log }));
}

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
