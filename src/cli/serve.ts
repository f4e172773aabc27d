// `sepet serve`: the composition root of the server. It opens a file or follows a label, starts the server, and takes
// it down on SIGTERM or Ctrl-C.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { createLog, type Log } from '../base/log.ts';
import type { Server } from '../http/server.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { isInstance } from '../pool/peers.ts';
import type { Artifact } from '../recommend/artifact.ts';
import type { Besides } from './beside.ts';
import { exitWith } from './common.ts';
import type { LiveVersions } from './live-versions.ts';
import { announce } from './serve-announce.ts';
import { openExperiments } from './serve-experiments.ts';
import { serveByInstances } from './serve-instances.ts';
import { addServeOptions, defaults, originOf, type ServeOptions, workersFor } from './serve-options.ts';
import type { ServedFile } from './serve-releases.ts';
import type { Serving } from './serving.ts';

export function register(program: Command): void {
  const command = program
    .command('serve')
    .description('Answer recommendations over HTTP')
    .argument('[file]', 'an artifact of `sepet build`; none with --label');
  addServeOptions(command).action((file: string | undefined, given: Partial<ServeOptions>) => {
    const origin = originOf(file, given);
    const options = { ...defaults, workers: workersFor(given), ...given };
    const log = createLog(options.json ? 'json' : 'text');
    if (options.instances > 1 && !isInstance()) return serveByInstances(options, log);
    return origin.file === undefined
      ? serveLabel(origin, options, log)
      : serveFile(origin.file, options, log);
  });
}

async function serveFile(file: string, options: ServeOptions, log: Log): Promise<void> {
  const [{ openArtifact }, { readPolicies }, { startServing }, { fileReload }, { openBeside }] =
    await Promise.all([
      import('../recommend/artifact.ts'),
      import('./policies.ts'),
      import('./serving.ts'),
      import('./serve-admin.ts'),
      import('./beside.ts'),
    ]);
  const policies = readPolicies(options.policy);
  const experiments = await openExperiments(options.experiments);
  experiments?.check(policies);
  const { pages, verify = false, rerank } = options;
  const artifact = openArtifact(file, { verify, pages });
  const release = { file: resolve(file), artifact: artifact.id, policies };
  const verifying = new AbortController();
  const readAgain = (): PolicyDocument[] => readPolicies(options.policy);
  const besides = openBeside(options.besideFile ?? [], { rerank, policies: readAgain, log });
  const reload = fileReload({
    ...{ file: release.file, pages, log },
    policies: readAgain,
    serving: () => serving,
    changed: () => verifying.abort(),
  });
  const { serving, recommender } = await startServing(release, {
    ...(await startOptions(options)),
    log,
    beside: besides.all,
    ...(experiments && { experiments: experiments.document }),
    reload: () => reloadAll(reload, besides, () => experiments?.readAgain(serving.server)),
  });
  const { server } = serving;
  stopOnSignals(server, options, {
    log,
    stopAside: () => {
      verifying.abort();
      besides.stop();
    },
  });
  announce({ what: file, recommender, policies, server }, options);
  const { signal } = verifying;
  if (!verify) await verifyBeside(server, { artifact, path: release.file, signal, log });
}

async function serveLabel(
  { store, label }: { readonly store: string; readonly label: string },
  options: ServeOptions,
  log: Log,
): Promise<void> {
  const [{ follow }, { startServing }, { labelReload }, { followBeside }, { serveReleases }] =
    await Promise.all([
      import('../releases/follow.ts'),
      import('./serving.ts'),
      import('./serve-admin.ts'),
      import('./beside.ts'),
      import('./serve-releases.ts'),
    ]);
  const startWith = await startOptions(options);
  const { pages, pollSeconds, cache, requireSignature, rerank } = options;
  const publicKeys = requireSignature === undefined ? undefined : readKeys(requireSignature);
  const following = { store, pollSeconds, ...(cache && { cache }), ...(publicKeys && { publicKeys }) };
  const besides = followBeside(options.beside ?? [], { ...following, main: label, rerank, log });
  const experiments = await openExperiments(options.experiments);
  let serving: Serving | undefined;
  const releases = serveReleases({
    ...{ store, log, ...(cache && { cache }), ...(publicKeys && { publicKeys }) },
    served: () => servedFiles(serving?.live, besides),
  });
  const follower = follow(
    { ...following, label, pages },
    {
      log,
      refused: () => serving?.server.refused(),
      serve: async ({ facts: _, ...release }) => {
        if (serving !== undefined) return serving.live.swap(release);
        const { sinceContact } = follower;
        const reload = labelReload(follower, () => serving);
        const started = await startServing(release, {
          ...{ ...startWith, log, sinceContact, releases, beside: besides.all },
          ...(experiments && { experiments: experiments.document }),
          reload: () => reloadAll(reload, besides, () => experiments?.readAgain(serving?.server)),
        });
        serving = started.serving;
        const { server } = serving;
        stopOnSignals(server, options, {
          log,
          stopAside: () => {
            follower.stop();
            besides.stop();
          },
        });
        const what = `${label}@${release.release.revision} of ${release.release.store}`;
        announce({ ...started, what, policies: release.policies, server }, options);
      },
    },
  );
  await follower.started;
}

/** The artifacts that are on this disk, as they are served. */
function servedFiles(live: LiveVersions | undefined, { all }: Besides): ServedFile[] {
  const own = live?.release && { name: live.release.file, path: live.version.file };
  const others = all.flatMap(({ now }) =>
    'version' in now && now.release ? { name: now.release.file, path: now.version.file } : [],
  );
  return own === undefined ? others : [own, ...others];
}

/** What is served, what is answered for beside it, and then, as it names policies, what is assigned. */
async function reloadAll(
  reload: () => Promise<object>,
  { look }: Besides,
  assignAgain: () => void,
): Promise<object> {
  const [reloaded] = await Promise.allSettled([reload(), look()]);
  if (reloaded.status === 'rejected') throw reloaded.reason;
  assignAgain();
  return reloaded.value;
}

/** The options with what they name read. */
async function startOptions(given: ServeOptions) {
  const { events: eventsFolder, verdicts: verdictsFolder, beside: _, besideFile: __, ...others } = given;
  const { experiments: ___, ...options } = others;
  const { adminToken } = await import('./serve-admin.ts');
  const token = adminToken(options.adminTokenFile);
  return {
    ...options,
    ...(token !== undefined && { adminToken: token }),
    ...(eventsFolder !== undefined && { eventsFolder }),
    ...(verdictsFolder !== undefined && { verdictsFolder }),
  };
}

function readKeys(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `The public key ${file} cannot be read.`, { cause });
  }
}

interface VerifyOptions {
  readonly artifact: Artifact;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Damage turns /readyz to 503: the load balancer looks elsewhere, and who still asks gets what can be had. */
async function verifyBeside(server: Server, { artifact, path, signal, log }: VerifyOptions): Promise<void> {
  const { verifyAside } = await import('../recommend/verify-aside.ts');
  const { id, file } = artifact;
  const startedMs = performance.now();
  try {
    const isSame = await verifyAside({ file: path, pages: file.pages, artifact: id }, { signal });
    const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(2));
    if (isSame) log.info('the artifact is verified', { seconds });
    else log.warn('the artifact could not be verified: its file was replaced', { artifact: id });
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof SepetError)) {
      log.error(`verification failed: ${String(error)}`);
      return;
    }
    log.error(error.message, { code: error.code, artifact: id });
    server.damaged(error);
  }
}

/** The first signal stops gracefully, the second at once. Ctrl-C has no load balancer to wait for. */
function stopOnSignals(
  server: Server,
  { drainSeconds }: ServeOptions,
  { log, stopAside }: { readonly log: Log; readonly stopAside: () => void },
): void {
  let stopping = false;
  const on = (signal: 'SIGTERM' | 'SIGINT', seconds: number, exitCode: number): void => {
    process.on(signal, () => {
      if (stopping) process.exit(exitCode);
      stopping = true;
      log.info(`${signal}: draining for ${seconds} s`);
      // Now, while requests are still answered: a thread ends with the native call that it is in.
      stopAside();
      server
        .stop({ drainSeconds: seconds, lingerSeconds: limits.lingerSeconds.default })
        .then(() => process.exit(0), exitWith);
    });
  };
  on('SIGTERM', drainSeconds, 143);
  on('SIGINT', 0, 130);
}
