// A server with the runner behind it and the versions that the event loop has open itself: started with one version,
// exchanged for others while it answers.

import { resolve } from 'node:path';
import { preferSmallHeaps } from '../base/heap.ts';
import type { Log } from '../base/log.ts';
import { openFileSink } from '../events/file-sink.ts';
import { EventIntake } from '../events/intake.ts';
import { openVerdicts, type Verdicts } from '../events/verdicts.ts';
import type { Beside } from '../http/labels.ts';
import { LiveRecall } from '../http/live-recall.ts';
import type { ReleaseControl } from '../http/releases.ts';
import { type Server, startServer } from '../http/server.ts';
import type { ExperimentsDocument } from '../policy/experiments/document.ts';
import { helped, inlineRunner, lifted, type Runner } from '../pool/runner.ts';
import { piscinaRunner, towerWorker } from '../pool/threads.ts';
import { fitting, openTower, type Tower, type TowerOptions } from '../pool/tower.ts';
import { Trials } from '../pool/trials.ts';
import { nextNumber, type Version } from '../pool/version.ts';
import { artifactOpener, Versions } from '../pool/versions.ts';
import type { Recommender } from '../recommend/recommender.ts';
import { LiveVersions, type Release } from './live-versions.ts';
import type { ServeOptions } from './serve-options.ts';

export interface Serving {
  readonly server: Server;
  /** What is served, and all that changes it. */
  readonly live: LiveVersions;
}

/** Of the command's options those that are the server's own. */
type OwnOptions = Omit<
  ServeOptions,
  'policy' | 'experiments' | 'store' | 'label' | 'events' | 'verdicts' | 'beside' | 'besideFile'
>;

export interface StartOptions extends OwnOptions {
  readonly log: Log;
  /** Where what is served follows a store: seconds since that answered. */
  readonly sinceContact?: () => number;
  /** Looks again at where what is served comes from. */
  readonly reload: () => Promise<object>;
  readonly adminToken?: string;
  /** Labels beside the one that is served. */
  readonly beside: readonly Beside[];
  /** Which policy answers whom. */
  readonly experiments?: ExperimentsDocument;
  /** The folder of events. */
  readonly eventsFolder?: string;
  /** The folder of verdicts. */
  readonly verdictsFolder?: string;
  /** The labels of the store, where what is served comes from one. */
  readonly releases?: ReleaseControl;
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
  const tower = towerOf(options);
  // With workers the threads have the tower.
  const inlineTower = tower === undefined || options.workers > 0 ? undefined : await openTower(tower);
  const opener = artifactOpener();
  const versions = new Versions(inlineTower === undefined ? opener : fitting(opener, inlineTower));
  const numbered = ({ release: _, ...what }: Release): Version => ({
    ...what,
    pages,
    rerank,
    ...(tower && { tower }),
    number: nextNumber(),
  });
  const version = numbered(first);
  const recommender = versions.prepare(version);
  const runner = await startRunner(versions, version, { ...options, inlineTower });
  const { log, recallShare: share } = options;
  const recall = share > 0 ? new LiveRecall({ share, version, log }) : undefined;
  const live = new LiveVersions({
    ...{ versions, runner, numbered, log },
    swapped: (version) => recall?.follow(version),
    first: { release: first, version },
  });
  let events: EventIntake | undefined;
  let verdicts: Verdicts | undefined;
  try {
    events = await openEvents(options);
    const { verdictsFolder: folder } = options;
    verdicts = folder === undefined ? undefined : await openVerdicts({ folder, log });
    const server = await startServer({
      ...options,
      ...servedOf(recommender, first),
      runner,
      ...(recall && { recall }),
      ...(events && { events }),
      ...(verdicts && { verdicts }),
      labels: { trials: startTrials(live, options), beside: options.beside, current: () => live.version },
      versions: {
        reload: options.reload,
        putPolicy: (name, document) => live.putPolicy(name, document),
        removePolicy: (name) => live.removePolicy(name),
      },
    });
    live.attach(server);
    return { serving: { server, live }, recommender };
  } catch (error) {
    options.releases?.close();
    await Promise.all([runner.close(), events?.close(), verdicts?.close()]);
    throw error;
  }
}

const towerOf = ({ userTower: file, userTowerWeight: weight }: OwnOptions): TowerOptions | undefined =>
  file === undefined ? undefined : { file: resolve(file), weight };

/** It starts with the first question. */
function startTrials(live: LiveVersions, { beside, log }: StartOptions): Trials {
  const artifacts = (): string[] => [
    live.artifact,
    ...beside.flatMap(({ now }) => ('version' in now ? now.version.artifact : [])),
  ];
  const onError = (error: unknown): void =>
    log.error(`the thread of trials died and is replaced: ${error instanceof Error ? error.stack : error}`);
  return new Trials({ artifacts, onError });
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
  options: StartOptions & { readonly inlineTower: Tower | undefined },
): Promise<Runner> {
  const { workers, log, inlineTower } = options;
  if (workers === 0) {
    const runner = inlineRunner(versions, version);
    return inlineTower === undefined ? runner : lifted(runner, inlineTower);
  }
  const onError = (error: Error): void => log.error(`a worker died and is replaced: ${error.stack}`);
  if (version.tower) return piscinaRunner({ workers, version, onError, worker: towerWorker });
  return helped(await piscinaRunner({ workers, version, onError }), versions, version);
}
