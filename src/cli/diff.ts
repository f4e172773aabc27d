// `sepet diff`: what customers would see change from one release to another.

import type { Command } from 'commander';
import { limits } from '../base/limits.ts';
import { bounded, helpFor } from './common.ts';
import { diffPage } from './diff-print.ts';
import { maybeStore, print, type StoreOptions, transferring, withStoreOption } from './store.ts';

interface DiffCommandOptions extends StoreOptions {
  readonly products?: number;
  readonly examples?: number;
}

const examples = `
Examples:
  sepet diff production test --store ./store        before a promotion
  sepet diff production@6 production                what the last move changed
  sepet diff production data/demo/artifact.sepet    before a publish: through production's policies
  sepet diff old.sepet new.sepet                    two files, no store
  sepet diff 3f2a91 production --examples 20

A and B are labels, label@revision, the first digits of a SHA-256 (at least 6), or files.`;

export function register(program: Command): void {
  withStoreOption(program.command('diff'))
    .description('Say what changes from one release to another: products, figures, recommendations')
    .argument('<a>', 'the release before')
    .argument('<b>', 'the release after')
    .option('--products <n>', helpFor('diffProducts'), bounded('diffProducts'))
    .option('--examples <n>', helpFor('diffExamples'), bounded('diffExamples'))
    .option('--json', 'Print one JSON object')
    .addHelpText('after', examples)
    .action(diff);
}

async function diff(a: string, b: string, options: DiffCommandOptions): Promise<void> {
  const { compareSides, openSides } = await import('../releases/diff.ts');
  const { products = limits.diffProducts.default, examples: shown = limits.diffExamples.default } = options;
  const store = await maybeStore(options);
  try {
    const [before, after] = await transferring(({ signal, onProgress }) =>
      openSides(store, [a, b], {
        signal,
        onProgress: (done, total) => onProgress('Downloading', done, total),
      }),
    );
    const found = compareSides(before, after, { products, examples: shown });
    print(options, found, () => diffPage(found));
  } finally {
    store?.close();
  }
}
