// `sepet delta`: publishes changes of single products, which running servers apply within seconds, and lists them.

import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { OverlayReport } from '../catalog/overlay.ts';
import type { FileOfChanges } from '../dataprep/changes.ts';
import type { NumericFields } from '../dataprep/fields.ts';
import type { DeltaEntry } from '../releases/deltas.ts';
import type { Store } from '../store/store.ts';
import { bounded, helpFor } from './common.ts';
import { numericFields } from './ingest.ts';
import { moment, shortHash } from './release-text.ts';
import { openedStore, print, type StoreOptions, transferring, withStoreOption } from './store.ts';
import { count, counted, size, textTable } from './text.ts';

interface PublishOptions extends StoreOptions {
  readonly label?: string;
  readonly force?: true;
  readonly signKey?: string;
  readonly currency?: string;
  readonly fields?: NumericFields;
  readonly delimiter?: string;
  readonly decimalComma?: true;
}

interface ListOptions extends StoreOptions {
  readonly limit?: number;
}

const publishExamples = `
Examples:
  sepet delta publish changes.csv --store ./store
  sepet delta publish stock.csv --label production        also says what it changes there, refuses where that is nothing
  sepet delta publish prices.jsonl --currency EUR --fields margin --sign-key release.pem

Columns: id, and any of title, category, brand, gender, price, currency, stock, released, image, group, removed. What is empty
stays as it is. removed is true for what is to vanish from all answers and false to bring it back; an id that the artifact
lacks is added where its line has a title. docs/deltas.md has the rest.`;

const listExamples = `
Examples:
  sepet delta list --store ./store
  sepet delta list --json | jq '.deltas[0].revision'`;

export function register(program: Command): void {
  const delta = program
    .command('delta')
    .description('Publish and list changes of products between two builds');
  withStoreOption(delta.command('publish'))
    .description('Publish changes of products to every server of a store')
    .argument('<file>', 'the changes: .csv, .tsv, .jsonl (each also .gz) or .parquet')
    .option(
      '--label <name>',
      'Count what it would change of what this label serves, and refuse where that is nothing',
    )
    .option('--force', 'Publish it although it would change nothing')
    .option('--currency <code>', 'Currency of prices that name none, such as EUR')
    .option('--fields <names>', 'Numeric columns, such as margin,rating=Stars (NAME=COLUMN)', numericFields)
    .option('--delimiter <character>', 'Between the fields of a .csv (default ",")', (text) =>
      text === '\\t' ? '\t' : text,
    )
    .option('--decimal-comma', 'Numbers are written 1.234,50')
    .option('--sign-key <pem>', 'Sign with this Ed25519 private key')
    .option('--json', 'Print one JSON object')
    .addHelpText('after', publishExamples)
    .action(publish);
  withStoreOption(delta.command('list'))
    .description('Print the deltas of a store, newest first')
    .option('--limit <n>', helpFor('deltasListed'), bounded('deltasListed'))
    .option('--json', 'Print one JSON object')
    .addHelpText('after', listExamples)
    .action(list);
}

async function publish(file: string, options: PublishOptions): Promise<void> {
  const store = await openedStore(options);
  try {
    await transferring(({ signal }) => publishFile(store, file, { ...options, signal }));
  } finally {
    store.close();
  }
}

async function publishFile(
  store: Store,
  file: string,
  options: PublishOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { publishDelta, readDeltaHead } = await import('../releases/deltas.ts');
  const { checkDelta, servedArtifact } = await import('../releases/delta-check.ts');
  const { readChanges } = await import('../dataprep/changes.ts');
  const { whoami } = await import('../releases/who.ts');
  const { label, signal } = options;
  const sign = await signer(options.signKey);
  await store.probe();
  const served = label === undefined ? undefined : await servedArtifact(store, label);
  const head = (await readDeltaHead(store))?.head;
  const before = head?.deltas.findLast(({ currency }) => currency !== null)?.currency;
  const currency = options.currency ?? served?.manifest.currency ?? before ?? null;
  const read = await readChanges(file, { ...options, currency });
  const own = served?.manifest.currency ?? null;
  if (own !== null && read.currency !== null && own !== read.currency)
    throw new SepetError(
      'delta_invalid',
      `The prices of ${file} are in ${read.currency}, those of ${label} in ${own}: a store has one currency.`,
    );
  const effect = served && (await checkDelta(store, served, read.changes, { signal }));
  if (effect !== undefined && options.force === undefined) refuseNothing(file, label ?? '', effect);
  const { changes, currency: found } = read;
  const entry = await publishDelta(store, changes, { by: whoami(), currency: found, ...(sign && { sign }) });
  print(options, { ...entry, ...(effect && { label, effect }) }, () => told(entry, read, label, effect));
}

async function signer(keyFile: string | undefined) {
  if (keyFile === undefined) return undefined;
  const { readText } = await import('./read-text.ts');
  const { signSubject } = await import('../releases/sign.ts');
  const pem = readText(keyFile, 'The key');
  return (subject: string) => signSubject(pem, subject);
}

function refuseNothing(
  file: string,
  label: string,
  { changed, added, removed, ...rest }: OverlayReport,
): void {
  if (changed + added + removed > 0) return;
  throw new SepetError(
    'delta_invalid',
    `${file} would change nothing of ${label}: ${rest.same} products are so already, ${rest.ignored} are not there. Publish it all the same with --force.`,
  );
}

function effectWords({ changed, same, added, removed, ignored, demoted }: OverlayReport): string {
  const parts: [number, string][] = [
    [changed, 'changed'],
    [added, 'added'],
    [removed, 'removed'],
    [same, 'as they were'],
    [ignored, 'not there and ignored'],
    [demoted, 'with values that the artifact has no place for'],
  ];
  const said = parts.filter(([products]) => products > 0);
  return said.map(([products, what]) => `${count(products)} ${what}`).join(', ');
}

function told(entry: DeltaEntry, { lines }: FileOfChanges, label?: string, effect?: OverlayReport): string {
  const { revision, file, bytes, products } = entry;
  return [
    `Delta ${revision}: ${counted(products, 'product')} of ${counted(lines, 'line')}, ${size(bytes)}, ${shortHash(file)}`,
    ...(effect === undefined ? [] : [`  of ${label}: ${effectWords(effect)}`]),
  ].join('\n');
}

async function list(options: ListOptions): Promise<void> {
  const { readDeltaHead } = await import('../releases/deltas.ts');
  const store = await openedStore(options);
  try {
    const head = (await readDeltaHead(store))?.head;
    const all = head?.deltas.toReversed() ?? [];
    const deltas = all.slice(0, options.limit ?? limits.deltasListed.default);
    const revision = head?.revision ?? 0;
    print(options, { store: store.url, revision, total: all.length, deltas }, () =>
      revision === 0 ? `${store.url} has no deltas yet. Next: sepet delta publish <file>` : page(all, deltas),
    );
  } finally {
    store.close();
  }
}

function page(all: readonly DeltaEntry[], shown: readonly DeltaEntry[]): string {
  if (all.length === 0) return 'All deltas are folded into builds and pruned.';
  const table = textTable(
    [
      { head: 'rev', right: true },
      { head: 'when (UTC)' },
      { head: 'by', width: 24 },
      { head: 'products', right: true },
      { head: 'size', right: true },
      { head: 'currency' },
      { head: 'sha256' },
      { head: 'signed' },
    ],
    shown.map(({ revision, at, by, products, bytes, currency, file, signature }) => [
      ...[String(revision), moment(at), by, count(products), size(bytes), currency ?? ''],
      ...[shortHash(file), signature?.keyId ?? ''],
    ]),
  );
  const more = all.length - shown.length;
  return more === 0 ? table : `${table}\n  and ${count(more)} older ones (--limit)`;
}
