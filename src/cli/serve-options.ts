// The options of `sepet serve`: what they are called, what they are by default, which go together.

import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Pages } from '../native/index.ts';
import { bounded, collected, helpFor } from './common.ts';

/** When events are acknowledged: once they are on the disk, or once the system has them. */
export type EventsSync = 'disk' | 'system';

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly policy?: readonly string[];
  /** A file. */
  readonly experiments?: string;
  readonly store?: string;
  readonly label?: string;
  /** Further labels of the store. */
  readonly beside?: readonly string[];
  /** Further files, each with a label: `test=b.sepet`. */
  readonly besideFile?: readonly string[];
  readonly cache?: string;
  readonly pollSeconds: number;
  readonly requireSignature?: string;
  readonly workers: number;
  readonly instances: number;
  readonly maxBatch: number;
  readonly queue: number;
  readonly resultCacheMb: number;
  readonly resultCacheSeconds: number;
  readonly cacheSeconds: number;
  readonly drainSeconds: number;
  readonly rerank: number;
  readonly accessLog: number;
  readonly recallShare: number;
  readonly adminTokenFile?: string;
  readonly clientRate: number;
  readonly trustProxy?: true;
  readonly cors?: readonly string[];
  /** A folder. */
  readonly events?: string;
  readonly eventsSync: EventsSync;
  /** A folder. */
  readonly verdicts?: string;
  /** A folder, or an address. */
  readonly images?: string;
  readonly userTower?: string;
  readonly userTowerWeight: number;
  readonly pages: Pages;
  readonly verify?: true;
  readonly json?: true;
}

/** The event loop needs a core too: it helps, unless a user tower has to run before each batch. */
export function workersFor({ userTower }: { readonly userTower?: string }): number {
  const cores = availableParallelism() - (userTower === undefined ? 1 : 0);
  return Math.min(Math.max(1, cores), limits.workers.max);
}

export const defaults = {
  port: limits.port.default,
  host: '127.0.0.1',
  pollSeconds: limits.pollSeconds.default,
  workers: workersFor({}),
  instances: limits.instances.default,
  maxBatch: limits.maxBatch.default,
  queue: limits.queue.default,
  resultCacheMb: limits.resultCacheMb.default,
  resultCacheSeconds: limits.resultCacheSeconds.default,
  cacheSeconds: limits.cacheSeconds.default,
  drainSeconds: limits.drainSeconds.default,
  rerank: limits.rerank.default,
  accessLog: limits.accessLog.default,
  recallShare: limits.recallShare.default,
  clientRate: limits.clientRate.default,
  userTowerWeight: limits.towerWeight.default,
  eventsSync: 'disk' as const,
  pages: 'map' as const,
};

const examples = `
Examples:
  sepet serve data/demo/artifact.sepet
  sepet serve artifact.sepet --policy policy.yaml --host 0.0.0.0 --port 80
  sepet serve artifact.sepet --policy pdp.yaml --policy cart.yaml   requests choose by policy=NAME or placement=NAME
  sepet serve artifact.sepet --policy pdp.yaml --policy fresh.yaml --experiments tests.yaml   by placement, channel and visitor
  sepet serve artifact.sepet --workers 0        no threads: the event loop answers by itself
  sepet serve artifact.sepet --instances 2 --workers 0   a process a core, behind one port
  sepet serve artifact.sepet --pages huge       in memory of 2 MB pages: faster searches, a slower start
  sepet serve artifact.sepet --user-tower user.onnx   requests give tower: [numbers]; its vector is mixed in
  sepet serve artifact.sepet --verify           first check the whole file, rather than beside serving
  sepet serve artifact.sepet --json             the address as JSON on stdout, the log as JSON on stderr
  sepet serve --store s3://shop/sepet --label production   whatever the label points at, now and later
  sepet serve --store /srv/store --label production --beside test   compare them: /v1/labels/test/bought-together
  sepet serve --store /srv/store --label test --require-signature release.pub.pem

With --label the artifact, its policies and the deltas come from the store and are exchanged while requests are
answered. While the store is away, or a release is not right, the last good one is served.

SIGTERM drains: /readyz fails at once, requests are served for --drain-seconds, then the listener closes
and what is in flight is answered. Ctrl-C does the same without the wait; a second signal exits now.`;

/** Puts the options on the command. */
export function addServeOptions(command: Command): Command {
  return command
    .option('--port <n>', helpFor('port'), bounded('port'))
    .option('--host <address>', `The address to listen on (default ${defaults.host})`)
    .option(
      '--policy <file>',
      'A policy document (YAML or JSON); may be repeated, the first is the default',
      collected,
    )
    .option(
      '--experiments <file>',
      'Which policy answers which placement and channel, and A/B tests of policies (YAML or JSON)',
    )
    .option('--label <name>', 'Serve what this label of a store points at, instead of a file')
    .option(
      '--store <address>',
      'The store of the label: a folder or s3://bucket/prefix (default $SEPET_STORE)',
    )
    .option(
      '--beside <label>',
      'Answer for this label too, at /v1/labels/NAME/…, to compare; may be repeated',
      collected,
    )
    .option(
      '--beside-file <label=file>',
      'The same with a file, where a file is served: test=other.sepet; may be repeated',
      collected,
    )
    .option('--cache <folder>', 'Where artifacts are downloaded to (default a folder in ~/.cache/sepet)')
    .option('--poll-seconds <n>', helpFor('pollSeconds'), bounded('pollSeconds', false))
    .option(
      '--require-signature <pem>',
      'Serve only what is signed by the key to one of these public keys (Ed25519)',
    )
    .option(
      '--workers <n>',
      `${limits.workers.about} (default one a core but one, here ${defaults.workers}; with --user-tower one a core)`,
      bounded('workers'),
    )
    .option('--instances <n>', helpFor('instances'), bounded('instances'))
    .option('--max-batch <n>', helpFor('maxBatch'), bounded('maxBatch'))
    .option('--queue <n>', helpFor('queue'), bounded('queue'))
    .option('--result-cache-mb <n>', helpFor('resultCacheMb'), bounded('resultCacheMb'))
    .option('--result-cache-seconds <n>', helpFor('resultCacheSeconds'), bounded('resultCacheSeconds'))
    .option('--cache-seconds <n>', helpFor('cacheSeconds'), bounded('cacheSeconds'))
    .option('--drain-seconds <n>', helpFor('drainSeconds'), bounded('drainSeconds', false))
    .option('--rerank <n>', helpFor('rerank'), bounded('rerank'))
    .addOption(
      new Option(
        '--pages <kind>',
        'Map the file, or read it into memory of huge (2 MB) pages (default map)',
      ).choices(['map', 'huge']),
    )
    .option(
      '--admin-token-file <file>',
      'The token of /admin (or $SEPET_ADMIN_TOKEN); without, /admin answers only to this machine',
    )
    .option('--client-rate <n>', helpFor('clientRate'), bounded('clientRate', false))
    .option(
      '--trust-proxy',
      'The client is the last one of X-Forwarded-For; only behind a proxy that writes it',
    )
    .option(
      '--cors <origin>',
      'Pages of this origin may read answers, such as https://shop.example, or *; may be repeated',
      collected,
    )
    .option('--events <folder>', 'Take events at /v1/events and keep them in this folder')
    .addOption(
      new Option(
        '--events-sync <where>',
        'Acknowledge events on the disk, or with the system: they outlive a power cut, or this process (default disk)',
      ).choices(['disk', 'system']),
    )
    .option(
      '--verdicts <folder>',
      'Take verdicts on recommendations at /admin/verdicts and keep them in this folder',
    )
    .option(
      '--images <folder|address>',
      'Pictures of the products for /ui/: a folder to serve, or the https address that their paths are relative to',
    )
    .option(
      '--user-tower <file>',
      'A model (ONNX) that turns `tower` of a request into a vector; needs the package onnxruntime-node',
    )
    .option('--user-tower-weight <share>', helpFor('towerWeight'), bounded('towerWeight', false))
    .option('--access-log <share>', helpFor('accessLog'), bounded('accessLog', false))
    .option('--recall-share <share>', helpFor('recallShare'), bounded('recallShare', false))
    .option('--verify', 'Check the whole file before serving; without, it is checked while serving')
    .option('--json', 'Print one JSON object with the address when ready, and log in JSON')
    .addHelpText('after', examples);
}

/** Where what is served comes from. */
export type Origin =
  | { readonly file: string }
  | { readonly file?: never; readonly store: string; readonly label: string };

const invalid = (message: string): SepetError => new SepetError('option_invalid', message);

/** A file, or a label and its store. Throws `option_invalid` where it is neither or both. */
export function originOf(file: string | undefined, options: Partial<ServeOptions>): Origin {
  const { label, store = process.env.SEPET_STORE ?? '' } = options;
  if (label === undefined) {
    if (file === undefined)
      throw invalid('Say what to serve: the file of an artifact, or --store and --label.');
    const needless = (['store', 'cache', 'pollSeconds', 'requireSignature', 'beside'] as const).find(
      (name) => options[name] !== undefined,
    );
    if (needless !== undefined)
      throw invalid(`${flagOf(needless)} is of use only with --label, and without a file.`);
    return { file };
  }
  if (file !== undefined) throw invalid(`Serve ${file} or the label ${label}: not both.`);
  if (store === '') throw invalid(`In which store is the label ${label}? Give --store, or set SEPET_STORE.`);
  const needless = (['policy', 'verify', 'besideFile'] as const).find((name) => options[name] !== undefined);
  if (needless === 'besideFile')
    throw invalid('With --label the labels beside it come from the store too: --beside.');
  if (needless === 'policy')
    throw invalid('With --label the policies come from the store too: publish them with `sepet publish`.');
  if (needless === 'verify')
    throw invalid('--verify is of no use with --label: nothing is served unverified.');
  return { store, label };
}

const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
