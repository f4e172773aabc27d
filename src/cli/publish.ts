// `sepet publish`: an artifact, policies or both, through the gates and onto a label.

import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import { stops } from '../releases/gate.ts';
import type { Published } from '../releases/publish.ts';
import type { Store } from '../store/store.ts';
import { bounded, helpFor } from './common.ts';
import { gateLines, releaseWords } from './release-text.ts';
import { openedStore, print, type StoreOptions, transferring, withStoreOption } from './store.ts';

interface PublishCommandOptions extends StoreOptions {
  readonly label: string;
  readonly why?: string;
  readonly force?: string;
  readonly signKey?: string;
  readonly gateRecall?: number;
  readonly gateMetricDrop?: number;
  readonly gates?: string;
  readonly gateBaselineNdcg?: number;
  readonly gateBaselineCoverage?: number;
  readonly gateSizeChange?: number;
  readonly gateProductsRemoved?: number;
}

const examples = `
Examples:
  sepet publish data/demo/artifact.sepet --label test --store ./store
  sepet publish artifact.sepet pdp.yaml cart.yaml --label test --why "new rug rules"   the first policy is the default
  sepet publish pdp.yaml --label production       policies alone: the label keeps its artifact
  sepet publish artifact.sepet --label test --force "seasonal assortment"
  sepet publish artifact.sepet --label test --sign-key release.pem
  sepet publish artifact.sepet --label test --gates gates.yaml    such as: baselineNdcg: 1

An artifact alone keeps the label's policies. What does not verify and what does not fit its policies is never let
through; --force overrules the other gates, and says why in the history. Interrupted, the same command goes on.`;

export function register(program: Command): void {
  withStoreOption(program.command('publish'))
    .description('Publish an artifact, policies or both to a label of a store')
    .argument('<file...>', 'an artifact of `sepet build`, policy documents (YAML or JSON), or both')
    .requiredOption(
      '--label <name>',
      'The label that moves, such as test or production; made where it is new',
    )
    .option('--why <text>', 'What the history will say')
    .option('--force <why>', 'Let it through although gates refuse, for this reason')
    .option('--sign-key <pem>', 'Sign with this Ed25519 private key')
    .option('--gates <file>', 'Thresholds of the gates (YAML or JSON); those of options come first')
    .option('--gate-recall <share>', helpFor('gateRecall'), bounded('gateRecall', false))
    .option('--gate-metric-drop <share>', helpFor('gateMetricDrop'), bounded('gateMetricDrop', false))
    .option('--gate-baseline-ndcg <share>', helpFor('gateBaselineNdcg'), bounded('gateBaselineNdcg', false))
    .option(
      '--gate-baseline-coverage <share>',
      helpFor('gateBaselineCoverage'),
      bounded('gateBaselineCoverage', false),
    )
    .option('--gate-size-change <share>', helpFor('gateSizeChange'), bounded('gateSizeChange', false))
    .option(
      '--gate-products-removed <share>',
      helpFor('gateProductsRemoved'),
      bounded('gateProductsRemoved', false),
    )
    .option('--json', 'Print one JSON object')
    .addHelpText('after', examples)
    .action(publishFiles);
}

/** The artifact among the files, by how it begins, and the policies. Throws `input_missing`, `option_invalid`, `policy_invalid`. */
async function sorted(files: readonly string[]) {
  const { isSepetFile } = await import('../releases/kinds.ts');
  const { readPolicies } = await import('./policies.ts');
  const artifacts = files.filter(isSepetFile);
  const [artifact, another] = artifacts;
  if (another !== undefined)
    throw new SepetError('option_invalid', `A release has one artifact, not ${artifacts.join(' and ')}.`);
  const documents = files.filter((file) => file !== artifact);
  return {
    ...(artifact !== undefined && { artifact }),
    ...(documents.length > 0 && { policies: readPolicies(documents) }),
  };
}

async function readKey(file: string | undefined): Promise<{ signKey?: string }> {
  if (file === undefined) return {};
  const { readText } = await import('./read-text.ts');
  return { signKey: readText(file, 'The key') };
}

async function publishFiles(files: string[], options: PublishCommandOptions): Promise<void> {
  const { publish, RefusedError } = await import('../releases/publish.ts');
  const { readThresholds } = await import('../releases/thresholds.ts');
  const { store: _, json: __, label, why = '', force, signKey, gates: gatesFile, ...given } = options;
  const thresholds = { ...(gatesFile !== undefined && readThresholds(gatesFile)), ...given };
  const what = await sorted(files);
  const key = await readKey(signKey);
  const store = await openedStore(options);
  try {
    const published = await transferring((transfers) =>
      publish(store, {
        ...what,
        ...key,
        label,
        why,
        thresholds,
        ...(force !== undefined && { force }),
        ...transfers,
      }),
    );
    await report(store, published, options);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const { gates } = error;
    const stopping = gates.filter(stops).map(({ gate }) => gate);
    print(options, { ok: false, label, gates }, () => gateLines(gates));
    throw new SepetError('release_refused', refusal(label, stopping), { cause: error });
  } finally {
    store.close();
  }
}

function refusal(label: string, stopping: readonly string[]): string {
  const never = stopping.filter((gate) => gate === 'whole' || gate === 'policies');
  const then =
    never.length > 0
      ? `${never.join(' and ')} cannot be overruled`
      : 'let it through all the same with --force "why"';
  const gates = `${stopping.length} gate${stopping.length === 1 ? ' refuses' : 's refuse'} (${stopping.join(', ')})`;
  return `${label} stays as it is: ${gates}; ${then}.`;
}

async function report(store: Store, published: Published, options: PublishCommandOptions): Promise<void> {
  const { tellEntry } = await import('../releases/overview.ts');
  const { entry, moved, gates } = published;
  const told = await tellEntry(store, entry);
  print(options, { ok: true, moved, ...told, gates }, () =>
    [
      gateLines(gates),
      `${entry.label} ${moved ? 'is now at' : 'was already at'} revision ${entry.revision}: ${releaseWords(told)}`,
    ].join('\n'),
  );
}
