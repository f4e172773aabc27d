// `sepet promote`: one label takes over the release of another.

import type { Command } from 'commander';
import { releaseWords } from './release-text.ts';
import { openedStore, print, type StoreOptions, withStoreOption } from './store.ts';

interface PromoteOptions extends StoreOptions {
  readonly why?: string;
}

const examples = `
Examples:
  sepet promote test production --store ./store
  sepet promote test@7 production --why "test@8 waits for its photos"
  SEPET_STORE=s3://shop/sepet sepet promote test production

The whole release goes over: artifact and policies, as they were tested together.`;

export function register(program: Command): void {
  withStoreOption(program.command('promote'))
    .description("Move a label to another label's release")
    .argument('<from>', 'a label, or label@revision')
    .argument('<to>', 'the label that moves; made where it is new')
    .option('--why <text>', 'What the history will say')
    .option('--json', 'Print one JSON object')
    .addHelpText('after', examples)
    .action(promoteLabel);
}

async function promoteLabel(from: string, to: string, options: PromoteOptions): Promise<void> {
  const { promote } = await import('../releases/promote.ts');
  const { tellEntry } = await import('../releases/overview.ts');
  const store = await openedStore(options);
  try {
    const { entry, moved } = await promote(store, { from, to, why: options.why ?? '' });
    const told = await tellEntry(store, entry);
    print(options, { moved, ...told }, () =>
      [
        `${to} ${moved ? 'is now at' : 'was already at'} revision ${entry.revision}: ${releaseWords(told)}`,
        ...(moved && entry.revision > 1 ? [`To go back: sepet rollback ${to}`] : []),
      ].join('\n'),
    );
  } finally {
    store.close();
  }
}
