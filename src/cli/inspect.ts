// `sepet inspect`: what is in a Sepet file, and whether it is whole.

import type { Command } from 'commander';
import type { ArtifactManifest } from '../artifact/manifest.ts';
import type { MappedFile } from '../native/index.ts';
import type { Artifact } from '../recommend/artifact.ts';
import type { ProductFacts } from '../recommend/recommender.ts';
import {
  blendWords,
  bytesOf,
  machineRows,
  memoryWords,
  partBytes,
  partWords,
  type Row,
  recallWords,
  settings,
} from './inspect-parts.ts';
import { count, money, size, textTable } from './text.ts';

interface InspectOptions {
  verify?: true;
  json?: true;
}

const examples = `
Examples:
  sepet inspect data/demo/artifact.sepet
  sepet inspect artifact.sepet --verify     check all: checksums, sha256 of each section, every reference inside
  sepet inspect data/demo/model.sepet       a model's manifest and sections
  sepet inspect artifact.sepet --json | jq .manifest.recall`;

const samples = 5;
const notVerified = 'not verified';

export function register(program: Command): void {
  program
    .command('inspect')
    .description('Print what is in an artifact, and verify it')
    .argument('<file>', 'an artifact or a model')
    .option('--verify', 'Check everything that can be checked')
    .option('--json', 'Print one JSON object')
    .addHelpText('after', examples)
    .action(inspect);
}

async function inspect(path: string, options: InspectOptions): Promise<void> {
  const { mapFile } = await import('../native/index.ts');
  const { readKind } = await import('../artifact/manifest.ts');
  const verify = options.verify === true;
  const file = mapFile(path, { verify });
  const kind = readKind(file, path);
  if (kind.kind !== 'sepet-artifact') {
    const plain = { file: path, bytes: file.bytes, manifest: kind, sections: file.sections };
    const lines = [
      `${path}: ${kind.kind}, ${size(file.bytes)}, ${verify ? 'checksums right' : notVerified}`,
      '',
      JSON.stringify(kind, null, 2),
    ];
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(plain)}\n`
        : `${[...lines, '', sectionTable(file)].join('\n')}\n`,
    );
    return;
  }
  const { openArtifact } = await import('../recommend/artifact.ts');
  const artifact = openArtifact(path, { verify });
  if (verify) (await import('../recommend/verify.ts')).verifyArtifact(artifact);
  const { productFacts } = await import('../recommend/present.ts');
  const popular = Array.from(artifact.popularity.all.subarray(0, samples), (row) =>
    productFacts(artifact, row),
  );
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(asJson(path, artifact, popular, verify))}\n`
      : asText(path, artifact, popular, verify),
  );
}

function asJson(path: string, artifact: Artifact, popular: readonly ProductFacts[], verified: boolean) {
  const { file, id, manifest, index, fm } = artifact;
  return {
    file: path,
    bytes: file.bytes,
    artifact: id,
    verified: verified ? 'everything' : 'nothing',
    manifest,
    graph: { ...index.stats(), edges: index.edges(), ...bytesOf(index, artifact.vectors) },
    ...(fm && { fmGraph: { ...fm.index.stats(), edges: fm.index.edges(), ...bytesOf(fm.index, fm) } }),
    partBytes: partBytes(file),
    sections: file.sections,
    popular,
  };
}

function asText(
  path: string,
  artifact: Artifact,
  popular: readonly ProductFacts[],
  verified: boolean,
): string {
  const { file, id, manifest } = artifact;
  const checked = verified ? 'everything in it checked and right' : notVerified;
  return `${[
    `${path}: ${size(file.bytes)}, ${checked}`,
    '',
    facts(artifact, id),
    ...metricsTable(manifest),
    '',
    'Most ordered',
    textTable(
      [
        { head: 'id', width: 20 },
        { head: 'title', width: 56 },
        { head: 'category', width: 40 },
        { head: 'price', right: true },
      ],
      popular.map((product) => [
        product.id,
        product.title ?? '',
        product.category ?? '',
        money(product.price, product.currency),
      ]),
    ),
    '',
    'Sections',
    sectionTable(file),
  ].join('\n')}\n`;
}

function facts(artifact: Artifact, id: string): string {
  const { manifest, index, catalog } = artifact;
  const { counts, recall, parameters, popularity } = manifest;
  const graph = index.stats();
  const { seed, threads } = parameters.build;
  const { numeric } = catalog.columns;
  const fields = numeric.size === 0 ? '' : `, fields ${[...numeric.keys()].join(', ')}`;
  const rows: Row[] = [
    ['artifact', id],
    ['name', manifest.name],
    [
      'made',
      `${manifest.createdAt} by sepet ${manifest.builtBy}${manifest.gitRevision ? `, git ${manifest.gitRevision}` : ''}`,
    ],
    ...(manifest.parent === undefined ? [] : [['parent', manifest.parent] as Row]),
    ...(manifest.deltas === undefined
      ? []
      : [['deltas', `up to revision ${manifest.deltas.revision} folded in`] as Row]),
    [
      'products',
      `${count(counts.products)}, ${count(counts.trained)} of them with vectors of ${manifest.dims} dimensions${counts.cold ? `, ${count(counts.cold)} of these made from products like them` : ''}`,
    ],
    [
      'metadata',
      `${count(counts.categories)} categories, ${count(counts.brands)} brands, ${count(catalog.groups.length)} groups of variants, prices in ${manifest.currency ?? 'no stated currency'}${fields}`,
    ],
    [
      'orders',
      `${count(counts.orders)}, in ${count(counts.baskets)} baskets; ${count(counts.cooccurrences)} co-occurrences listed`,
    ],
    [
      'score',
      `IN·OUT + gamma·(ln(1 + orders) - ${popularity.mean.toFixed(3)}), gamma ${manifest.gamma} where none is asked for`,
    ],
    [
      'graph',
      `M ${graph.M}, efConstruction ${graph.efConstruction}, ${count(index.edges())} links on ${graph.maxLevel + 1} levels, seed ${seed}, ${threads} threads`,
    ],
    ['memory', memoryWords(index, artifact.vectors)],
    [
      `recall@${recall.k}`,
      `${recallWords(recall)} (${count(recall.queries)} IN vectors against the exact scan)`,
    ],
    ...machineRows(artifact),
    ...(manifest.similar
      ? [['similar', `lists of up to ${manifest.similar.listLength} products, by IN vectors`] as Row]
      : []),
    ...(manifest.blend ? [['blend', blendWords(manifest.blend)] as Row] : []),
    ['bytes', partWords(artifact.file)],
    ...(['ingest', 'train'] as const).map((step): Row => [step, settings(parameters[step])]),
    [
      'data',
      Object.entries(manifest.hashes)
        .map(([name, hash]) => `${name} ${hash.slice(0, 12)}…`)
        .join(', '),
    ],
  ];
  return rows.map(([name, text]) => `  ${name.padEnd(12)}  ${text}`).join('\n');
}

function metricsTable({ metrics }: ArtifactManifest): string[] {
  const methods = Object.entries((metrics?.methods ?? {}) as Record<string, MethodMetrics>);
  if (methods.length === 0) return [];
  const figure = (value: number | undefined): string => value?.toFixed(3) ?? '';
  const heads = ['hit rate@10', 'recall@10', 'NDCG@10', 'coverage', 'leave-one-out HR@10', 'NDCG@10'];
  return [
    '',
    'Offline metrics (frequently bought together, then leave-one-out)',
    textTable(
      [{ head: 'method' }, ...heads.map((head) => ({ head, right: true }))],
      methods.map(([name, { fbt, leaveOneOut }]) => [
        name,
        ...[fbt?.hitRateAt10, fbt?.recallAt10, fbt?.ndcgAt10, fbt?.coverage].map(figure),
        ...[leaveOneOut?.hitRateAt10, leaveOneOut?.ndcgAt10].map(figure),
      ]),
    ),
  ];
}

interface MethodMetrics {
  readonly fbt?: { hitRateAt10?: number; recallAt10?: number; ndcgAt10?: number; coverage?: number };
  readonly leaveOneOut?: { hitRateAt10?: number; ndcgAt10?: number };
}

function sectionTable({ sections }: MappedFile): string {
  return textTable(
    [
      { head: 'name' },
      { head: 'type' },
      { head: 'bytes', right: true },
      { head: 'offset', right: true },
      { head: 'CRC-32C' },
    ],
    sections.map(({ name, type, bytes, offset, checksum }) => [
      name,
      type,
      count(bytes),
      count(offset),
      checksum.toString(16).padStart(8, '0'),
    ]),
  );
}
