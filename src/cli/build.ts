// `sepet build`: a data folder into the one file that is served.

import type { Command } from 'commander';
import { limits } from '../base/limits.ts';
import type { BuildResult } from '../training/build/build.ts';
import { bounded, helpFor } from './common.ts';
import { startProgress } from './progress.ts';
import { count, size } from './text.ts';

const defaults = {
  M: limits.M.default,
  efConstruction: limits.efConstruction.default,
  threads: limits.buildThreads.default,
  seed: limits.seed.default,
  popularityScale: limits.popularityScale.default,
  listLength: limits.listLength.default,
};

type BuildCommandOptions = typeof defaults & { out?: string; name?: string; json?: true };

const examples = `
Examples:
  sepet build data/demo
  sepet build data/or --out or.sepet --M 24 --ef-construction 400
  sepet build data/demo --threads 1        the same input gives the same graph

Reads what ingest, train and (where it was run) evaluate left in the folder. docs/formats.md draws the file.`;

export function register(program: Command): void {
  program
    .command('build')
    .description('Build the artifact of a data folder')
    .argument('<dir>', 'a data folder after `sepet ingest` and `sepet train`')
    .option('--out <file>', 'Where to write (default: artifact.sepet in the folder)')
    .option('--name <name>', "The artifact's name (default: the folder's)")
    .option('--M <n>', helpFor('M'), bounded('M'))
    .option('--ef-construction <n>', helpFor('efConstruction'), bounded('efConstruction'))
    .option('--threads <n>', helpFor('buildThreads'), bounded('buildThreads'))
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .option('--popularity-scale <s>', helpFor('popularityScale'), bounded('popularityScale', false))
    .option('--list-length <n>', helpFor('listLength'), bounded('listLength'))
    .option('--json', 'Print one JSON object when done')
    .addHelpText('after', examples)
    .action((dir: string, given: Partial<BuildCommandOptions>, command: Command) =>
      build(dir, { ...defaults, ...given }, command.parent?.version() ?? ''),
    );
}

async function build(dir: string, options: BuildCommandOptions, builtBy: string): Promise<void> {
  const { join } = await import('node:path');
  const { buildArtifact } = await import('../training/build/build.ts');
  const { graphInWorker } = await import('../training/build/graph.ts');
  const { out = join(dir, 'artifact.sepet'), json, ...parameters } = options;
  const startedMs = performance.now();
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop);
  const progress = startProgress('Graph', 'steps');
  const buildGraph = graphInWorker({
    signal: abort.signal,
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  try {
    const result = await buildArtifact(dir, out, { ...parameters, builtBy }, { buildGraph });
    const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(2));
    progress.stop();
    process.stdout.write(
      json === true ? `${JSON.stringify({ ...result, seconds })}\n` : summary(result, seconds),
    );
  } finally {
    progress.stop();
    process.off('SIGINT', stop);
  }
}

function summary({ file, artifact, bytes, manifest, staleMetrics }: BuildResult, seconds: number): string {
  const { counts, recall, dims, metrics } = manifest;
  const at = recall.at
    .map(({ efSearch, recall }) => `${recall.toFixed(3)} at efSearch ${efSearch}`)
    .join(', ');
  return `${[
    `Artifact ${file} (${size(bytes)}, ${seconds} s)`,
    `  ${count(counts.products)} products, ${count(counts.trained)} of them with vectors of ${dims} dimensions`,
    `  recall@${recall.k} of the graph against the exact scan: ${at}`,
    ...(staleMetrics ? ['  metrics.json is of other data or another model and was left out'] : []),
    ...(metrics === undefined && !staleMetrics
      ? ['  no offline metrics: run sepet evaluate before building']
      : []),
    `  ${artifact}`,
    `Next: sepet query ${file} <product>, or sepet serve ${file}`,
  ].join('\n')}\n`;
}
