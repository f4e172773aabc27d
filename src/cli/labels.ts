// `sepet labels`: what every label of a store points at.

import type { Command } from 'commander';
import type { Told } from '../releases/overview.ts';
import { moment, policyNames, shortHash, whyWords } from './release-text.ts';
import { openedStore, print, type StoreOptions, withStoreOption } from './store.ts';
import { count, textTable } from './text.ts';

const examples = `
Examples:
  sepet labels --store ./store
  sepet labels --store s3://shop/sepet --json | jq '.labels[] | {label: .entry.label, sha256: .entry.artifact}'`;

export function register(program: Command): void {
  withStoreOption(program.command('labels'))
    .description('Print what every label of a store points at')
    .option('--json', 'Print one JSON object')
    .addHelpText('after', examples)
    .action(labels);
}

async function labels(options: StoreOptions): Promise<void> {
  const { tellLabels } = await import('../releases/overview.ts');
  const store = await openedStore(options);
  try {
    const told = await tellLabels(store);
    print(options, { store: store.url, labels: told }, () =>
      told.length === 0
        ? `${store.url} has no labels yet. Next: sepet publish <artifact> --label test --store ${store.url}`
        : table(told),
    );
  } finally {
    store.close();
  }
}

function table(told: readonly Told[]): string {
  return textTable(
    [
      { head: 'label' },
      { head: 'rev', right: true },
      { head: 'artifact', width: 32 },
      { head: 'sha256' },
      { head: 'products', right: true },
      { head: 'built' },
      { head: 'policies', width: 40 },
      { head: 'signed' },
      { head: 'moved' },
      { head: 'by', width: 24 },
      { head: 'why', width: 48 },
    ],
    told.map(({ entry, artifact, policies }) => [
      entry.label,
      String(entry.revision),
      artifact?.name ?? '',
      shortHash(entry.artifact),
      artifact ? count(artifact.products) : '',
      artifact ? moment(artifact.createdAt) : '',
      policyNames(entry, policies?.names),
      artifact?.signature ? artifact.signature.keyId : '',
      moment(entry.at),
      entry.by,
      whyWords(entry),
    ]),
  );
}
