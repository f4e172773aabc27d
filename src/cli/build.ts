// `sepet build`: a data folder into the one file that is served.

import { type Command, Option } from 'commander';
import type { ArtifactManifest } from '../artifact/manifest.ts';
import { limits } from '../base/limits.ts';
import type { StoreFolding } from '../releases/folding.ts';
import type { BuildResult } from '../training/build/build.ts';
import type { CodeBits } from '../training/build/index-sections.ts';
import type { BuildPlan } from '../training/build/plan.ts';
import { bounded, helpFor } from './common.ts';
import { startProgress } from './progress.ts';
import { count, counted, size } from './text.ts';

const defaults = {
  M: limits.M.default,
  efConstruction: limits.efConstruction.default,
  threads: limits.buildThreads.default,
  seed: limits.seed.default,
  popularityScale: limits.popularityScale.default,
  listLength: limits.listLength.default,
  similarLength: limits.similarLength.default,
};

type BuildCommandOptions = typeof defaults & {
  codeBits: keyof typeof codeBits;
  fm: boolean;
  cold: boolean;
  out?: string;
  name?: string;
  store?: string;
  parent?: string;
  dryRun?: true;
  json?: true;
};

const codeBits = { auto: 'auto', '0': 0, '1': 1, '2': 2 } as const satisfies Record<string, CodeBits>;

const examples = `
Examples:
  sepet build data/demo
  sepet build data/or --out or.sepet --M 24 --ef-construction 400
  sepet build data/demo --threads 1        the same input gives the same graph
  sepet build data/demo --code-bits 0      lean: a third of the memory, slower searches
  sepet build data/demo --no-fm --similar-length 0    the embedding and co-occurrence alone
  sepet build data/demo --dry-run          what it will need of disk and memory, and nothing else
  sepet build data/demo --store ./store --parent production    with the deltas that came since the data, and whom it follows

Reads what ingest, train and, where they were run, train fm, tune blend, import and evaluate left in the folder. docs/formats.md draws the file.`;

export function register(program: Command): void {
  program
    .command('build')
    .description('Build the artifact of a data folder')
    .argument('<dir>', 'a data folder after `sepet ingest` and `sepet train`')
    .option('--out <file>', 'Where to write (default: artifact.sepet in the folder)')
    .option('--name <name>', "The artifact's name (default: the folder's)")
    .option('--M <n>', helpFor('M'), bounded('M'))
    .option('--ef-construction <n>', helpFor('efConstruction'), bounded('efConstruction'))
    .addOption(
      new Option(
        '--code-bits <n>',
        'Bits a dimension of the codes: 2 up to 160 dimensions and 1 beyond (auto), or 0 for the lean index',
      )
        .choices(Object.keys(codeBits))
        .default('auto'),
    )
    .option('--threads <n>', helpFor('buildThreads'), bounded('buildThreads'))
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .option('--popularity-scale <s>', helpFor('popularityScale'), bounded('popularityScale', false))
    .option('--list-length <n>', helpFor('listLength'), bounded('listLength'))
    .option('--similar-length <n>', helpFor('similarLength'), bounded('similarLength'))
    .option('--no-fm', 'Leave the factorization machine of `sepet train fm` out')
    .option('--no-cold', 'Leave products without orders without vectors')
    .option('--store <address>', 'Fold in the deltas of this store that the data does not have yet')
    .option('--parent <name>', 'The artifact it follows: a label of the store, a file, or sha256:…')
    .option('--dry-run', 'Print what the build will need, and build nothing')
    .option('--json', 'Print one JSON object when done')
    .addHelpText('after', examples)
    .action(
      (
        dir: string,
        given: Partial<BuildCommandOptions> & Pick<BuildCommandOptions, 'codeBits' | 'fm' | 'cold'>,
        command: Command,
      ) => build(dir, { ...defaults, ...given }, command.parent?.version() ?? ''),
    );
}

async function build(dir: string, options: BuildCommandOptions, builtBy: string): Promise<void> {
  const { join } = await import('node:path');
  const { out = join(dir, 'artifact.sepet'), json, dryRun, codeBits: bits, store, parent, ...rest } = options;
  const taken = await fromStore(dir, { store, parent });
  const parameters = { ...rest, ...taken, codeBits: codeBits[bits], builtBy };
  if (dryRun === true) {
    const { planBuild } = await import('../training/build/plan.ts');
    const plan = await planBuild(dir, parameters);
    process.stdout.write(json === true ? `${JSON.stringify(plan)}\n` : needs(plan));
    return;
  }
  const { buildArtifact } = await import('../training/build/build.ts');
  const { arrangeInWorker, indexInWorker } = await import('../training/build/index-in-worker.ts');
  const startedMs = performance.now();
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop);
  const progress = startProgress('Index', 'products');
  const buildIndex = indexInWorker({
    signal: abort.signal,
    onProgress: ({ done, total, of }) => progress.update(done, total, of),
  });
  try {
    const hooks = { buildIndex, arrange: arrangeInWorker, signal: abort.signal };
    const result = await buildArtifact(dir, out, parameters, hooks);
    const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(2));
    progress.stop();
    process.stdout.write(
      json === true ? `${JSON.stringify({ ...result, seconds })}\n` : summary(result, seconds, taken.deltas),
    );
  } finally {
    progress.stop();
    process.off('SIGINT', stop);
  }
}

/** Says how many of them were made. */
const coldWords = (cold: number): string =>
  cold === 0 ? '' : `, ${count(cold)} of these made from products like them`;

function needs(plan: BuildPlan): string {
  const { dir, products, rows, cold, factors, dims, parameters, disk, memory } = plan;
  const { M, efConstruction, threads, codeBits: bits } = parameters;
  const parts = (['vectors', 'graph', 'codes', 'int8', 'upper', 'cells', 'similar', 'fm'] as const)
    .filter((part) => disk[part] > 0)
    .map((part) => `${part} ${size(disk[part])}`);
  return `${[
    `Building ${dir} with M ${M}, efConstruction ${efConstruction}, ${bits} code bits and ${threads} threads will need`,
    `  for      ${count(rows)} of ${count(products)} products, vectors of ${dims} dimensions${coldWords(cold)}`,
    ...(factors > 0 ? [`  and      a factorization machine of ${factors} factors, for all products`] : []),
    `  disk     at most ${size(disk.total)}, ${count(disk.aProduct)} bytes a product (${parts.join(', ')}), beside metadata and co-occurrences`,
    `  memory   at most ${size(memory)} for the index and its vectors, beside the product table`,
  ].join('\n')}\n`;
}

/** The deltas to fold in and the parent, where they are asked for. */
async function fromStore(
  dir: string,
  { store: address, parent }: { store: string | undefined; parent: string | undefined },
): Promise<{ deltas?: StoreFolding; parent?: string }> {
  if (address === undefined && parent === undefined) return {};
  const { foldingFor, parentNamed } = await import('../releases/folding.ts');
  const { readManifest } = await import('../tables/dataset.ts');
  const store = address === undefined ? undefined : (await import('../store/open.ts')).openStore(address);
  try {
    return {
      ...(parent !== undefined && { parent: await parentNamed(store, parent) }),
      ...(store && { deltas: await foldingFor(store, await readManifest(dir)) }),
    };
  } finally {
    store?.close();
  }
}

function foldedWords({ folded, manifest }: BuildResult, { after, foreignPrices }: StoreFolding): string[] {
  const revision = manifest.deltas?.revision ?? 0;
  if (folded === undefined || revision === after) return [`  no deltas after revision ${after}`];
  const { changed, added, removed, ignored } = folded;
  const said = `${counted(changed, 'product')} changed, ${count(added)} added, ${count(removed)} removed, ${count(ignored)} not there and ignored`;
  return [
    `  deltas ${after + 1} to ${revision}: ${said}`,
    ...(foreignPrices > 0 ? [`  ${counted(foreignPrices, 'price')} of another currency left out`] : []),
  ];
}

const leftOut = {
  stale: 'is of other data or another model',
  sources: 'weighs a source that this artifact does not have',
} as const;

const recallWords = ({ at }: ArtifactManifest['recall']): string =>
  at.map(({ efSearch, recall }) => `${recall.toFixed(3)} at efSearch ${efSearch}`).join(', ');

/** The columns that requests give. */
function askedWords({ columns }: NonNullable<ArtifactManifest['fm']>): string {
  const said = (['user', 'context'] as const)
    .filter((group) => columns[group].length > 0)
    .map((group) => `${group} ${columns[group].join(', ')}`);
  return said.length === 0 ? '' : ` (asked with ${said.join('; ')})`;
}

function summary(result: BuildResult, seconds: number, deltas: StoreFolding | undefined): string {
  const { file, artifact, bytes, manifest, staleMetrics, blendLeftOut } = result;
  const { counts, recall, dims, metrics, fm, similar, blend } = manifest;
  return `${[
    `Artifact ${file} (${size(bytes)}, ${seconds} s)`,
    `  ${count(counts.products)} products, ${count(counts.trained)} of them with vectors of ${dims} dimensions${coldWords(counts.cold ?? 0)}`,
    ...(deltas ? foldedWords(result, deltas) : []),
    ...(manifest.parent === undefined ? [] : [`  follows ${manifest.parent}`]),
    `  recall@${recall.k} against the exact scan: ${recallWords(recall)}`,
    ...(fm
      ? [
          `  factorization machine of ${fm.factors} factors${askedWords(fm)}; recall@${recall.k} ${recallWords(fm.recall)}`,
        ]
      : []),
    ...(similar ? [`  lists of up to ${similar.listLength} similar products`] : []),
    ...(blend ? ['  blend fitted to this data and model'] : []),
    ...(blendLeftOut ? [`  blend.json ${leftOut[blendLeftOut]} and was left out: run sepet tune blend`] : []),
    ...(staleMetrics ? ['  metrics.json is of other data or another model and was left out'] : []),
    ...(metrics === undefined && !staleMetrics
      ? ['  no offline metrics: run sepet evaluate before building']
      : []),
    `  ${artifact}`,
    `Next: sepet query ${file} <product>, or sepet serve ${file}`,
  ].join('\n')}\n`;
}
