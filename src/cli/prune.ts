// `sepet prune`: says what a store could do without, and removes it once told to.

import type { Command } from 'commander';
import { limits } from '../base/limits.ts';
import type { PruneReport } from '../releases/prune.ts';
import { bounded, helpFor } from './common.ts';
import { moment, shortHash } from './release-text.ts';
import { openedStore, print, type StoreOptions, withStoreOption } from './store.ts';
import { counted, size, textTable } from './text.ts';

interface PruneCommandOptions extends StoreOptions {
  readonly keep?: number;
  readonly olderThan?: number;
  readonly yes?: true;
}

const examples = `
Examples:
  sepet prune --store ./store                   what would go, and nothing goes
  sepet prune --store ./store --keep 10 --yes   all but what labels point at or did in their last 10 revisions
  sepet prune --older-than 43200 --yes          nothing that was used in the last 30 days

What a label points at always stays, and so does what was used within the last hour. Histories stay whole; a release
that was pruned can no longer be rolled back to.`;

export function register(program: Command): void {
  withStoreOption(program.command('prune'))
    .description('Remove artifacts, policies and deltas that nothing points at any more')
    .option('--keep <n>', helpFor('releasesKept'), bounded('releasesKept'))
    .option('--older-than <minutes>', helpFor('pruneAgeMinutes'), bounded('pruneAgeMinutes'))
    .option('--yes', 'Remove them; without, only say what would go')
    .option('--json', 'Print one JSON object')
    .addHelpText('after', examples)
    .action(pruneStore);
}

async function pruneStore(options: PruneCommandOptions): Promise<void> {
  const { prune } = await import('../releases/prune.ts');
  const { keep = limits.releasesKept.default, olderThan: ageMinutes = limits.pruneAgeMinutes.default } =
    options;
  const remove = options.yes === true;
  const store = await openedStore(options);
  try {
    const report = await prune(store, { keep, remove, ageMinutes });
    print(options, { store: store.url, removed: remove, keep, ...report }, () => page(report, remove));
  } finally {
    store.close();
  }
}

function page({ pruned, spared, bytes, kept }: PruneReport, removed: boolean): string {
  const stay = `${counted(kept.artifacts, 'artifact')}, ${counted(kept.policies, 'policy set')} and ${counted(kept.deltas, 'delta')} stay`;
  const others = spared.map((name) => `  ${shortHash(name)} was taken into use meanwhile and stays`);
  if (pruned.length === 0) return [`There is nothing to remove: ${stay}.`, ...others].join('\n');
  const table = textTable(
    [
      { head: '' },
      { head: 'sha256' },
      { head: 'name', width: 56 },
      { head: 'size', right: true },
      { head: 'last used' },
    ],
    pruned.map(({ what, name, title, bytes: own, used }) => [
      what,
      shortHash(name),
      title ?? 'unfinished',
      size(own),
      moment(used),
    ]),
  );
  const end = removed
    ? `Removed ${size(bytes)}; ${stay}.`
    : `Would remove ${size(bytes)}; ${stay}. Nothing is removed yet: say --yes.`;
  return [table, ...others, end].join('\n');
}
