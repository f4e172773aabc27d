// `sepet serve`: the composition root of the server. It opens the artifact, starts the workers and the
// listener, and takes them down on SIGTERM or Ctrl-C.

import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { createLog, type Log } from '../base/log.ts';
import type { Server } from '../http/server.ts';
import type { Pages } from '../native/index.ts';
import { type PolicyDocument, policyLabel } from '../policy/document.ts';
import type { Runner } from '../pool/runner.ts';
import type { Recommender } from '../recommend/recommender.ts';
import { bounded, collected, exitWith, helpFor } from './common.ts';
import { size } from './text.ts';

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly policy?: readonly string[];
  readonly workers: number;
  readonly maxBatch: number;
  readonly queue: number;
  readonly drainSeconds: number;
  readonly rerank: number;
  readonly pages: Pages;
  readonly verify?: true;
  readonly json?: true;
}

const defaults = {
  port: limits.port.default,
  host: '127.0.0.1',
  workers: Math.min(availableParallelism(), limits.workers.max),
  maxBatch: limits.maxBatch.default,
  queue: limits.queue.default,
  drainSeconds: limits.drainSeconds.default,
  rerank: limits.rerank.default,
  pages: 'map' as const,
};

const examples = `
Examples:
  sepet serve data/demo/artifact.sepet
  sepet serve artifact.sepet --policy policy.yaml --host 0.0.0.0 --port 80
  sepet serve artifact.sepet --policy pdp.yaml --policy cart.yaml   requests choose by policy=NAME or placement=NAME
  sepet serve artifact.sepet --workers 0        no threads: the event loop answers by itself
  sepet serve artifact.sepet --pages huge       in memory of 2 MB pages: faster searches, a slower start
  sepet serve artifact.sepet --verify           first check the whole file, rather than beside serving
  sepet serve artifact.sepet --json             the address as JSON on stdout, the log as JSON on stderr

SIGTERM drains: /readyz fails at once, requests are served for --drain-seconds, then the listener closes
and what is in flight is answered. Ctrl-C does the same without the wait; a second signal exits now.`;

export function register(program: Command): void {
  program
    .command('serve')
    .description('Answer recommendations over HTTP')
    .argument('<file>', 'an artifact of `sepet build`')
    .option('--port <n>', helpFor('port'), bounded('port'))
    .option('--host <address>', `The address to listen on (default ${defaults.host})`)
    .option(
      '--policy <file>',
      'A policy document (YAML or JSON); may be repeated, the first is the default',
      collected,
    )
    .option(
      '--workers <n>',
      `${limits.workers.about} (default one a core, here ${defaults.workers})`,
      bounded('workers'),
    )
    .option('--max-batch <n>', helpFor('maxBatch'), bounded('maxBatch'))
    .option('--queue <n>', helpFor('queue'), bounded('queue'))
    .option('--drain-seconds <n>', helpFor('drainSeconds'), bounded('drainSeconds', false))
    .option('--rerank <n>', helpFor('rerank'), bounded('rerank'))
    .addOption(
      new Option(
        '--pages <kind>',
        'Map the file, or read it into memory of huge (2 MB) pages (default map)',
      ).choices(['map', 'huge']),
    )
    .option('--verify', 'Check the whole file before serving; without, it is checked while serving')
    .option('--json', 'Print one JSON object with the address when ready, and log in JSON')
    .addHelpText('after', examples)
    .action((file: string, given: Partial<ServeOptions>) => serve(file, { ...defaults, ...given }));
}

const policyWords = (policies: readonly PolicyDocument[], own: string): string =>
  policies.length === 1
    ? `policy ${own}`
    : `policies ${policies.map(policyLabel).join(', ')}; ${own} by default`;

async function serve(file: string, options: ServeOptions): Promise<void> {
  const [{ openRecommender }, { readPolicies }, { startServer }] = await Promise.all([
    import('../recommend/open.ts'),
    import('./policies.ts'),
    import('../http/server.ts'),
  ]);
  const log = createLog(options.json ? 'json' : 'text');
  const policies = readPolicies(options.policy);
  const { pages, workers, rerank, verify = false } = options;
  const recommender = openRecommender(file, { policy: policies, verify, pages, rerank });
  const runner = await startRunner({ file, policies, recommender, workers, pages, rerank, log });
  try {
    const server = await startServer({ ...options, policies, recommender, runner, log });
    stopOnSignals(server, options, log);
    announce(file, server, { recommender, policies }, options);
    if (!verify) await verifyBeside(server, { file, pages, recommender, log });
  } catch (error) {
    await runner.close();
    throw error;
  }
}

interface RunnerOptions {
  readonly file: string;
  readonly policies: readonly PolicyDocument[];
  readonly recommender: Recommender;
  readonly workers: number;
  readonly pages: Pages;
  readonly rerank: number;
  readonly log: Log;
}

async function startRunner(options: RunnerOptions): Promise<Runner> {
  const { file, policies, recommender, workers, pages, rerank, log } = options;
  const { inlineRunner, piscinaRunner } = await import('../pool/runner.ts');
  if (workers === 0) return inlineRunner(recommender);
  const { artifact } = recommender.info;
  const onError = (error: Error): void => log.error(`a worker died and is replaced: ${error.stack}`);
  return piscinaRunner({
    workers,
    setup: { file: resolve(file), policies, artifact, pages, rerank },
    onError,
  });
}

/** Damage turns /readyz to 503: the load balancer looks elsewhere, and who still asks gets what can be had. */
async function verifyBeside(
  server: Server,
  { file, pages, recommender, log }: Pick<RunnerOptions, 'file' | 'pages' | 'recommender' | 'log'>,
): Promise<void> {
  const { verifyAside } = await import('../recommend/verify-aside.ts');
  const { artifact } = recommender.info;
  const startedMs = performance.now();
  try {
    const isSame = await verifyAside({ file: resolve(file), pages, artifact });
    const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(2));
    if (isSame) log.info('the artifact is verified', { seconds });
    else log.warn('the artifact could not be verified: its file was replaced', { artifact });
  } catch (error) {
    if (!(error instanceof SepetError)) {
      log.error(`verification failed: ${String(error)}`);
      return;
    }
    log.error(error.message, { code: error.code, artifact });
    server.damaged(error);
  }
}

/** The first signal stops gracefully, the second at once. Ctrl-C has no load balancer to wait for. */
function stopOnSignals(server: Server, { drainSeconds }: ServeOptions, log: Log): void {
  let stopping = false;
  const on = (signal: 'SIGTERM' | 'SIGINT', seconds: number, exitCode: number): void => {
    process.on(signal, () => {
      if (stopping) process.exit(exitCode);
      stopping = true;
      log.info(`${signal}: draining for ${seconds} s`);
      server
        .stop({ drainSeconds: seconds, lingerSeconds: limits.lingerSeconds.default })
        .then(() => process.exit(0), exitWith);
    });
  };
  on('SIGTERM', drainSeconds, 143);
  on('SIGINT', 0, 130);
}

function announce(
  file: string,
  { port }: Server,
  { recommender, policies }: Pick<RunnerOptions, 'recommender' | 'policies'>,
  options: ServeOptions,
): void {
  const { info } = recommender;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const url = `http://${host}:${port}`;
  const [product = ''] = recommender.popularIds(1);
  const { artifact, products, policy, dims } = info;
  const { workers } = options;
  const { pages, bytes, hugeBytes } = recommender.memory();
  if (options.json) {
    const served = policies.map(policyLabel);
    const ready = {
      url,
      port,
      product,
      artifact,
      products,
      policy,
      policies: served,
      workers,
      pages,
      bytes,
      hugeBytes,
      pid: process.pid,
    };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    return;
  }
  const answers = `${url}/v1/products/${encodeURIComponent(product)}/bought-together`;
  const threads =
    workers === 0 ? 'on the event loop' : `by ${workers} worker thread${workers === 1 ? '' : 's'}`;
  const lines = [
    `Serving ${products.toLocaleString('en')} products (${dims} dimensions, ${policyWords(policies, policy)}) of ${file}, ${threads}.`,
    ...(pages === 'huge' ? [`${size(hugeBytes)} of ${size(bytes)} lie in huge pages.`] : []),
    'Try:',
    `  curl '${answers}'`,
    `  curl '${answers}?fields=title,price&limit=5'`,
    `  ${url}/v1/artifact   /v1/policies   /v1/products   /readyz   /livez   /metrics`,
    'Stop with Ctrl-C.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
