// `sepet import`: takes vectors that were trained elsewhere into a data folder.

import type { Command } from 'commander';
import type { ImportReport } from '../training/imports/import.ts';
import type { MatchReport } from '../training/imports/match.ts';
import type { VectorInput } from '../training/imports/vector-file.ts';
import { startProgress } from './progress.ts';
import { count, counted, textTable } from './text.ts';

interface Flags {
  readonly items?: string;
  readonly itemIds?: string;
  readonly queries?: string;
  readonly queryIds?: string;
  readonly content?: string;
  readonly contentIds?: string;
  readonly idColumn?: string;
  readonly vectorColumn?: string;
  readonly force?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const examples = `
Examples:
  sepet import data/or --items items.fvecs --item-ids ids.txt
  sepet import data/or --items items.npy --item-ids ids.txt --queries queries.npy --query-ids ids.txt
  sepet import data/or --items vectors.parquet --id-column sku --vector-column embedding --dry-run
  sepet import data/or --content clip.parquet          products without orders get vectors from what they look like

Items and queries become DIR/model.sepet, as of sepet train; content vectors DIR/content.sepet, which sepet build takes for
products without orders. Formats and report: docs/imports.md.
`;

export function register(program: Command): void {
  program
    .command('import')
    .description('Take product vectors that were trained elsewhere into a data folder')
    .argument('<dir>', 'Data folder after sepet ingest')
    .option('--items <file>', 'Vectors of products as answers: .fvecs, .npy or .parquet')
    .option('--item-ids <file>', 'Their product ids, one a line; not for Parquet')
    .option('--queries <file>', 'Vectors of products as questions (default: those of --items)')
    .option('--query-ids <file>', 'Their product ids')
    .option('--content <file>', 'Vectors of what products are, such as of pictures or titles')
    .option('--content-ids <file>', 'Their product ids')
    .option('--id-column <name>', 'Column of ids in Parquet (default: product_id, id and the like)')
    .option('--vector-column <name>', 'Column of vectors in Parquet (default: the only list of numbers)')
    .option('--dry-run', 'Read and match everything, write nothing')
    .option('--force', 'Write over vectors that are there')
    .option('--json', 'Print the report as one JSON object')
    .addHelpText('after', examples)
    .action(run);
}

async function run(dir: string, flags: Flags): Promise<void> {
  const { importVectors } = await import('../training/imports/import.ts');
  const { idColumn, vectorColumn, dryRun, force, json } = flags;
  const inputOf = (path: string, ids: string | undefined): VectorInput => ({
    path,
    ...(ids !== undefined && { ids }),
    ...(idColumn !== undefined && { idColumn }),
    ...(vectorColumn !== undefined && { vectorColumn }),
  });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = startProgress('Importing', 'vectors');
  const report = await importVectors(dir, {
    ...(flags.items !== undefined && { items: inputOf(flags.items, flags.itemIds) }),
    ...(flags.queries !== undefined && { queries: inputOf(flags.queries, flags.queryIds) }),
    ...(flags.content !== undefined && { content: inputOf(flags.content, flags.contentIds) }),
    ...(dryRun && { dryRun }),
    ...(force && { force }),
    signal: stop.signal,
    onProgress: (file, done, total) => progress.update(done, total, file),
  }).finally(() => progress.stop());
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : describe(report));
}

const parts = { items: 'items', queries: 'queries', content: 'content' } as const;

function describe(report: ImportReport): string {
  const files = (Object.keys(parts) as (keyof typeof parts)[]).flatMap((part) => {
    const match = report[part];
    return match === undefined ? [] : describeFile(part, match);
  });
  const { model, written, dir } = report;
  const lines = [
    ...files,
    ...(model === undefined
      ? []
      : [
          `The model: ${counted(model.products, 'product')} of ${count(report.products)} with vectors of ${model.dims} values${named(model.without, '; without, by orders: ')}`,
        ]),
    written.length === 0 ? 'Nothing was written (dry run).' : `Written: ${written.join(', ')}`,
    ...(written.length === 0
      ? []
      : [`Next: ${model === undefined ? 'sepet build' : 'sepet evaluate'} ${dir}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function describeFile(part: string, report: MatchReport): string[] {
  const { file, format, vectors, dims, norm } = report;
  const rows = (
    [
      ['matched', { count: report.matched, examples: [] }],
      ['of no product here', report.unknown],
      ['again for the same product', report.duplicates],
      ['not finite, or empty', report.nonFinite],
      ['of length zero', report.zeroNorm],
    ] as const
  )
    .filter(([name, found]) => name === 'matched' || found.count > 0)
    .map(([name, found]) => [count(found.count), name, found.examples.join(', ')]);
  return [
    `${file} (${part}, ${format}): ${count(vectors)} vectors of ${dims} values, lengths ${norm.min.toFixed(3)} to ${norm.max.toFixed(3)}, mean ${norm.mean.toFixed(3)}`,
    textTable([{ head: '', right: true }, { head: '' }, { head: '' }], rows).replace(/^\n/, ''),
    `  ${counted(report.without.count, 'product')} got none${named(report.without, ', by orders: ')}`,
  ];
}

const named = (
  { count: n, examples: ids }: { count: number; examples: readonly string[] },
  before: string,
): string => (n === 0 ? '' : `${before}${ids.join(', ')}${n > ids.length ? ' …' : ''}`);
