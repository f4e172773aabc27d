// Composes an artifact from a data folder: rows, catalogue, vectors, index, lists, manifest, in one file.

import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { encodeCooccurrence, encodePopularity, type ScoredLists } from '../../artifact/lists.ts';
import { type ArtifactManifest, encodeManifest, formatVersion } from '../../artifact/manifest.ts';
import { encodeIndex, encodeVectors } from '../../artifact/vectors.ts';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { genders } from '../../base/products.ts';
import { type Section, sourceOf } from '../../base/sections.ts';
import { type CatalogInput, encodeCatalog, openCatalog } from '../../catalog/catalog.ts';
import { writeFile } from '../../native/index.ts';
import { cooccurrence } from '../../tables/cooccurrence.ts';
import { type Folding, type FoldReport, foldInputs } from './fold.ts';
import type { IndexBuilder } from './index-in-worker.ts';
import { boundsOf, type CodeBits } from './index-sections.ts';
import { type BuildInputs, readInputs } from './inputs.ts';
import { measureRecall } from './recall.ts';
import { gitRevision } from './revision.ts';
import { orderRows, reorderLists, reorderProducts, reorderVectors } from './rows.ts';

export interface BuildOptions {
  readonly M: number;
  readonly efConstruction: number;
  readonly codeBits: CodeBits;
  readonly threads: number;
  readonly seed: number;
  readonly popularityScale: number;
  readonly listLength: number;
  /** The artifact's name; the folder's where absent. */
  readonly name?: string;
  /** The version of Sepet, for the manifest. */
  readonly builtBy: string;
  /** Deltas of a store to fold in. */
  readonly deltas?: Folding;
  /** The artifact that this one follows, `sha256:` of its file. */
  readonly parent?: string;
}

export interface BuildHooks {
  readonly buildIndex: IndexBuilder;
}

export interface BuildResult {
  readonly file: string;
  readonly artifact: string;
  readonly bytes: number;
  readonly manifest: ArtifactManifest;
  /** Whether `metrics.json` was left out because it belongs to other data or another model. */
  readonly staleMetrics: boolean;
  /** What came of the deltas, where some were folded in. */
  readonly folded?: FoldReport;
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const asBytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Builds the artifact of a data folder and writes it to `file`, whole or not at all.
 * Throws what `readInputs` throws, `data_empty` where no product has a vector, `vector_not_finite` naming the
 * product, `argument_invalid` on bad ids and on more dims than the asked bits can code, `cancelled`, and what writing throws.
 */
export async function buildArtifact(
  dir: string,
  file: string,
  options: BuildOptions,
  hooks: BuildHooks,
): Promise<BuildResult> {
  const read = await readInputs(dir);
  const { inputs, report } =
    options.deltas === undefined
      ? { inputs: read, report: undefined }
      : foldInputs(read, options.deltas.changes);
  const lists = await cooccurrence(dir, {
    maxBasket: inputs.maxBasket,
    topN: options.listLength,
  });
  const { sections, manifest } = await composeArtifact(inputs, lists, options, hooks);
  const head = encodeManifest(manifest);
  const all = [head, ...sections];
  writeFile(file, all);
  return {
    file,
    artifact: `sha256:${sha256(asBytes(head.data))}`,
    bytes: all.reduce((sum, { data }) => sum + data.byteLength, 0),
    manifest,
    staleMetrics: inputs.staleMetrics,
    ...(report && { folded: report }),
  };
}

/** The sections of an artifact, but for the manifest's, and its manifest. Throws what `buildArtifact` throws. */
export async function composeArtifact(
  inputs: BuildInputs,
  lists: ScoredLists,
  options: BuildOptions,
  hooks: BuildHooks,
): Promise<{ sections: Section[]; manifest: ArtifactManifest }> {
  const { dims } = inputs;
  const order = orderRows(inputs);
  if (order.trained === 0)
    throw new SepetError('data_empty', `No product of ${inputs.dir} has a vector: its model is empty.`);
  const products = reorderProducts(inputs.products, order);
  const metadata = encodeMetadata(products);
  const cooccurrences = reorderLists(lists, order);
  const { M, efConstruction, codeBits: asked, threads, seed, popularityScale } = options;
  const gamma = limits.gamma.default;
  const parameters = { dims: dims + 1, M, efConstruction, threads };
  const { codeBits } = boundsOf({ ...parameters, rows: order.trained, codeBits: asked });
  const queries = reorderVectors(inputs.in, dims, order);
  const vectors = encodeVectors({
    in: queries,
    out: reorderVectors(inputs.out, dims, order),
    dims,
    ordersTrain: products.ordersTrain,
    popularityScale,
    nameOf: (row) => products.ids[row] as string,
  });
  const { out } = vectors;
  const index = await hooks.buildIndex({
    ...{ ...parameters, seed, codeBits: asked },
    vectors: out,
    queries: sampleQueries(queries, dims, gamma / popularityScale),
  });
  const sections = [
    ...metadata.sections,
    ...vectors.sections,
    ...encodeIndex(index),
    ...encodeCooccurrence(cooccurrences),
  ];
  const manifest = await describe(
    inputs,
    { ...options, codeBits },
    {
      gamma,
      mean: vectors.mean,
      counts: {
        products: products.ids.length,
        trained: order.trained,
        categories: metadata.categories,
        brands: metadata.brands,
        ...inputs.counts,
        cooccurrences: cooccurrences.rows.length,
      },
      recall: measureRecall({ in: queries, out, dims, sections: index, gamma, popularityScale }),
      digests: Object.fromEntries(sections.map(({ name, data }) => [name, sha256(asBytes(data))])),
    },
  );
  return { sections, manifest };
}

/**
 * IN vectors as queries, every other one with the usual weight of popularity: the graph that these shape serves every gamma, and
 * the usual one best (docs/formats.md).
 */
function sampleQueries(queries: Float32Array, dims: number, weight: number): Float32Array {
  const stride = dims + 1;
  const widened = new Float32Array((queries.length / dims) * stride);
  for (let row = 0; row * dims < queries.length; row++) {
    widened.set(queries.subarray(row * dims, (row + 1) * dims), row * stride);
    widened[row * stride + dims] = (row % 2) * weight;
  }
  return widened;
}

/** The catalogue and the popularity lists over it. */
function encodeMetadata(products: CatalogInput): { sections: Section[]; categories: number; brands: number } {
  const encoded = encodeCatalog(products);
  const { columns, categories, brands } = openCatalog(sourceOf(encoded), products.ids.length);
  const popularity = encodePopularity({
    orders: columns.orders,
    category: columns.category,
    categoryParent: categories.parent,
    gender: columns.gender,
    genders: genders.length,
    listLength: limits.popularLength.default,
  });
  return { sections: [...encoded, ...popularity], categories: categories.length, brands: brands.length };
}

async function describe(
  inputs: BuildInputs,
  options: Omit<BuildOptions, 'codeBits'> & { readonly codeBits: number },
  made: Pick<ArtifactManifest, 'gamma' | 'counts' | 'recall' | 'digests'> & { mean: number },
): Promise<ArtifactManifest> {
  const { name, builtBy, deltas, parent, ...build } = options;
  const noted = deltas?.revision ?? inputs.deltas;
  const revision = await gitRevision(process.cwd());
  return {
    kind: 'sepet-artifact',
    formatVersion,
    name: name ?? basename(resolve(inputs.dir)),
    builtBy,
    createdAt: new Date().toISOString(),
    ...(revision !== undefined && { gitRevision: revision }),
    currency: inputs.currency,
    dims: inputs.dims,
    gamma: made.gamma,
    popularity: { scale: options.popularityScale, mean: made.mean },
    counts: made.counts,
    parameters: { ingest: inputs.ingestParameters, train: inputs.trainParameters, build },
    ...(parent !== undefined && { parent }),
    ...(noted !== undefined && { deltas: { revision: noted } }),
    hashes: inputs.hashes,
    recall: made.recall,
    ...(inputs.metrics && { metrics: inputs.metrics }),
    digests: made.digests,
  };
}
