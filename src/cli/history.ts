// `sepet history`: who moved a label when, from where, to what, and why.

import type { Command } from 'commander';
import { limits } from '../base/limits.ts';
import type { Told } from '../releases/overview.ts';
import { bounded, helpFor } from './common.ts';
import { actionWords, moment, policyNames, shortHash, whyWords } from './release-text.ts';
import { openedStore, print, type StoreOptions, withStoreOption } from './store.ts';
import { textTable } from './text.ts';

interface HistoryOptions extends StoreOptions {
  readonly limit?: number;
}

const examples = `
Examples:
  sepet history production --store ./store
  sepet history production --limit 100 --json | jq '.history[].entry.why'`;

export function register(program: Command): void {
  withStoreOption(program.command('history'))
    .description('Print how a label came to where it is')
    .argument('<label>', 'such as production')
    .option('--limit <n>', helpFor('historyListed'), bounded('historyListed'))
    .option('--json', 'Print one JSON object')
    .addHelpText('after', examples)
    .action(history);
}

async function history(label: string, options: HistoryOptions): Promise<void> {
  const { tellHistory } = await import('../releases/overview.ts');
  const store = await openedStore(options);
  try {
    const told = await tellHistory(store, label, options.limit ?? limits.historyListed.default);
    print(options, { store: store.url, label, history: told }, () => page(label, told));
  } finally {
    store.close();
  }
}

function page(label: string, told: readonly Told[]): string {
  const oldest = told.at(-1)?.entry.revision ?? 1;
  const table = textTable(
    [
      { head: 'rev', right: true },
      { head: 'when (UTC)' },
      { head: 'by', width: 24 },
      { head: 'what' },
      { head: 'from' },
      { head: 'to' },
      { head: 'artifact', width: 32 },
      { head: 'policies', width: 40 },
      { head: 'why', width: 60 },
    ],
    told.map(({ entry, artifact, policies }) => [
      String(entry.revision),
      moment(entry.at),
      entry.by,
      actionWords(entry),
      shortHash(entry.from?.artifact) || '–',
      shortHash(entry.artifact) || '–',
      artifact?.name ?? (entry.artifact === null ? '' : 'pruned'),
      policyNames(entry, policies?.names),
      whyWords(entry),
    ]),
  );
  const more =
    oldest > 1 ? `\n  ${oldest - 1} earlier: sepet history ${label} --limit ${told.length + oldest - 1}` : '';
  return `${table}${more}`;
}
