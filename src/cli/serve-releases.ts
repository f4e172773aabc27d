// What a server that follows a label does with the labels of its store: in threads beside it, which find the artifacts that are
// served where these lie already.

import type { Log } from '../base/log.ts';
import type { MovedLabel, Reason, ReleaseControl } from '../http/releases.ts';
import { ReleasesAside } from '../releases/aside.ts';
import type { AsideJob } from '../releases/aside-jobs.ts';

/** An artifact that is served: its file, under its name in the store. */
export interface ServedFile {
  /** `sha256:` of its bytes. */
  readonly name: string;
  readonly path: string;
}

export interface ServeReleasesOptions {
  /** As `openStore` takes it. */
  readonly store: string;
  /** In PEM form, where signatures are asked for. */
  readonly publicKeys?: string;
  /** The folder of caches; the user's own where absent. */
  readonly cache?: string;
  /** Artifacts that are on the disk; asked when they are needed. */
  readonly served: () => readonly ServedFile[];
  readonly log: Log;
}

/** The releases of a store, by threads that start when they are asked for. */
export function serveReleases({
  store,
  publicKeys,
  cache,
  served,
  log,
}: ServeReleasesOptions): ReleaseControl {
  const aside = new ReleasesAside({
    ...{ store, publicKeys },
    places: () => ({
      ...(cache !== undefined && { folder: cache }),
      known: Object.fromEntries(served().map(({ name, path }) => [name, path])),
    }),
    onError: (error) => log.error(`work on releases failed: ${error instanceof Error ? error.stack : error}`),
  });
  const moving = async (job: AsideJob & Reason & { readonly label: string }): Promise<MovedLabel> => {
    const result = (await aside.carryOut(job)) as MovedLabel;
    const { kind, label, by = '' } = job;
    const { revision } = result.entry as { readonly revision: number };
    if (result.moved) log.info('a label was moved', { label, revision, how: kind, by });
    return result;
  };
  return {
    labels: () => aside.carryOut({ kind: 'labels' }),
    history: (label, limit) => aside.carryOut({ kind: 'history', label, limit }),
    savePolicy: (label, name, policy, reason) =>
      moving({ ...reason, kind: 'save-policy', label, name, policy }),
    removePolicy: (label, name, reason) => moving({ ...reason, kind: 'remove-policy', label, name }),
    promote: (label, from, reason) => moving({ ...reason, kind: 'promote', label, from }),
    rollback: (label, to, reason) => moving({ ...reason, kind: 'rollback', label, to }),
    diff: (from, to, how) => aside.carryOut({ kind: 'diff', from, to, ...how }),
    close: () => aside.close(),
  };
}
