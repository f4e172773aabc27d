// `sepet rollback`: a label goes back to what it pointed at before.

import type { Command } from 'commander';
import { bounded } from './common.ts';
import { releaseWords } from './release-text.ts';
import { openedStore, print, type StoreOptions, withStoreOption } from './store.ts';

interface RollbackOptions extends StoreOptions {
  readonly to?: number;
  readonly why?: string;
}

const examples = `
Examples:
  sepet rollback production --store ./store          the release before the current one
  sepet rollback production --why "too many socks"   once more: the one before that
  sepet rollback production --to 7                   the release of revision 7 (see sepet history production)

A rollback is a revision like any other, so it can itself be rolled back with --to.`;

export function register(program: Command): void {
  withStoreOption(program.command('rollback'))
    .description('Move a label back to an earlier release')
    .argument('<label>', 'such as production')
    .option('--to <revision>', 'The revision whose release it returns to', bounded('revision'))
    .option('--why <text>', 'What the history will say')
    .option('--json', 'Print one JSON object')
    .addHelpText('after', examples)
    .action(rollbackLabel);
}

async function rollbackLabel(label: string, options: RollbackOptions): Promise<void> {
  const { rollback } = await import('../releases/rollback.ts');
  const { tellEntry } = await import('../releases/overview.ts');
  const { to, why = '' } = options;
  const store = await openedStore(options);
  try {
    const { entry, moved } = await rollback(store, { label, why, ...(to !== undefined && { to }) });
    const told = await tellEntry(store, entry);
    print(options, { moved, ...told }, () =>
      moved
        ? `${label} is now at revision ${entry.revision}, the release of revision ${entry.restores}: ${releaseWords(told)}`
        : `${label} has that release already, at revision ${entry.revision}: ${releaseWords(told)}`,
    );
  } finally {
    store.close();
  }
}
