// `sepet serve`: the composition root of the server. It opens a file or follows a label, starts the server, and takes
// it down on SIGTERM or Ctrl-C.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { createLog, type Log } from '../base/log.ts';
import type { Server } from '../http/server.ts';
import { isInstance } from '../pool/peers.ts';
import type { Artifact } from '../recommend/artifact.ts';
import { exitWith } from './common.ts';
import { announce } from './serve-announce.ts';
import { serveByInstances } from './serve-instances.ts';
import { addServeOptions, defaults, originOf, type ServeOptions } from './serve-options.ts';
import type { Serving } from './serving.ts';

export function register(program: Command): void {
  const command = program
    .command('serve')
    .description('Answer recommendations over HTTP')
    .argument('[file]', 'an artifact of `sepet build`; none with --label');
  addServeOptions(command).action((file: string | undefined, given: Partial<ServeOptions>) => {
    const origin = originOf(file, given);
    const options = { ...defaults, ...given };
    const log = createLog(options.json ? 'json' : 'text');
    if (options.instances > 1 && !isInstance()) return serveByInstances(options, log);
    return origin.file === undefined
      ? serveLabel(origin, options, log)
      : serveFile(origin.file, options, log);
  });
}

async function serveFile(file: string, options: ServeOptions, log: Log): Promise<void> {
  const [{ openArtifact }, { readPolicies }, { startServing }, { fileReload }] = await Promise.all([
    import('../recommend/artifact.ts'),
    import('./policies.ts'),
    import('./serving.ts'),
    import('./serve-admin.ts'),
  ]);
  const policies = readPolicies(options.policy);
  const { pages, verify = false } = options;
  const artifact = openArtifact(file, { verify, pages });
  const release = { file: resolve(file), artifact: artifact.id, policies };
  const verifying = new AbortController();
  const reload = fileReload({
    ...{ file: release.file, pages, log },
    policies: () => readPolicies(options.policy),
    serving: () => serving,
    changed: () => verifying.abort(),
  });
  const { serving, recommender } = await startServing(release, {
    ...(await startOptions(options)),
    log,
    reload,
  });
  const { server } = serving;
  stopOnSignals(server, options, { log, stopAside: () => verifying.abort() });
  announce({ what: file, recommender, policies, server }, options);
  const { signal } = verifying;
  if (!verify) await verifyBeside(server, { artifact, path: release.file, signal, log });
}

async function serveLabel(
  { store, label }: { readonly store: string; readonly label: string },
  options: ServeOptions,
  log: Log,
): Promise<void> {
  const [{ follow }, { startServing }, { labelReload }] = await Promise.all([
    import('../releases/follow.ts'),
    import('./serving.ts'),
    import('./serve-admin.ts'),
  ]);
  const startWith = await startOptions(options);
  const { pages, pollSeconds, cache, requireSignature } = options;
  const publicKeys = requireSignature === undefined ? undefined : readKeys(requireSignature);
  let serving: Serving | undefined;
  const follower = follow(
    { store, label, pollSeconds, pages, ...(cache && { cache }), ...(publicKeys && { publicKeys }) },
    {
      log,
      refused: () => serving?.server.refused(),
      serve: async (release) => {
        if (serving !== undefined) return serving.live.swap(release);
        const { sinceContact } = follower;
        const reload = labelReload(follower, () => serving);
        const started = await startServing(release, { ...startWith, log, sinceContact, reload });
        serving = started.serving;
        const { server } = serving;
        stopOnSignals(server, options, { log, stopAside: follower.stop });
        const what = `${label}@${release.release.revision} of ${release.release.store}`;
        announce({ ...started, what, policies: release.policies, server }, options);
      },
    },
  );
  await follower.started;
}

/** The options with what they name read. */
async function startOptions({ events: eventsFolder, ...options }: ServeOptions) {
  const { adminToken } = await import('./serve-admin.ts');
  const token = adminToken(options.adminTokenFile);
  return {
    ...options,
    ...(token !== undefined && { adminToken: token }),
    ...(eventsFolder !== undefined && { eventsFolder }),
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
