// Composes an artifact from a data folder: rows, catalogue, vectors, index, lists, manifest, in one file.

import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { encodeFm } from '../../artifact/fm.ts';
import {
  encodeCooccurrence,
  encodePopularity,
  encodeScored,
  type ScoredLists,
} from '../../artifact/lists.ts';
import { type ArtifactManifest, encodeManifest, formatVersion } from '../../artifact/manifest.ts';
import { encodeIndex, vectorSections } from '../../artifact/vectors.ts';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { genders } from '../../base/products.ts';
import { type Section, sourceOf } from '../../base/sections.ts';
import { type CatalogInput, encodeCatalog, openCatalog } from '../../catalog/catalog.ts';
import { writeFile } from '../../native/index.ts';
import { cooccurrence } from '../../tables/cooccurrence.ts';
import { countedBasket } from '../blend/world.ts';
import type { CellArranger } from './cells.ts';
import { type Folding, type FoldReport, foldInputs } from './fold.ts';
import type { IndexBuilder } from './index-in-worker.ts';
import type { CodeBits } from './index-sections.ts';
import { type BuildInputs, blendFor, readInputs } from './inputs.ts';
import { arrangeVectors, embeddingIndex, machineOf, similarOf } from './parts.ts';
import { gitRevision } from './revision.ts';
import { reorderLists, reorderProducts } from './rows.ts';

export interface BuildOptions {
  readonly M: number;
  readonly efConstruction: number;
  readonly codeBits: CodeBits;
  readonly threads: number;
  readonly seed: number;
  readonly popularityScale: number;
  readonly listLength: number;
  /** Longest list of similar products; none where 0 or absent. */
  readonly similarLength?: number;
  /** Whether products without a vector get one made from those of products like them; not if absent. */
  readonly cold?: boolean;
  /** Whether a factorization machine of the folder is taken in; yes if absent. */
  readonly fm?: boolean;
  /** Products with a vector of their own from which there are cells; `cellsFrom` where absent. For tests: no flag sets it. */
  readonly cellsFrom?: number;
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
  /** Puts rows into cells; in this thread, which it blocks, where absent. */
  readonly arrange?: CellArranger;
  /** Aborting it stops what is not the index's work. */
  readonly signal?: AbortSignal;
}

export interface BuildResult {
  readonly file: string;
  readonly artifact: string;
  readonly bytes: number;
  readonly manifest: ArtifactManifest;
  /** Whether `metrics.json` was left out because it belongs to other data or another model. */
  readonly staleMetrics: boolean;
  /** Why `blend.json` was left out, where it was. */
  readonly blendLeftOut?: 'stale' | 'sources';
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
  const read = await readInputs(dir, options);
  const { inputs, report } =
    options.deltas === undefined
      ? { inputs: read, report: undefined }
      : foldInputs(read, options.deltas.changes);
  const lists = await cooccurrence(dir, {
    // As they were counted when the blend was fitted: its calibration is of these scores.
    maxBasket: inputs.blend === undefined ? inputs.maxBasket : countedBasket,
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
    ...(inputs.staleBlend && { blendLeftOut: 'stale' as const }),
    ...(inputs.blend && !manifest.blend && { blendLeftOut: 'sources' as const }),
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
  const { rows, mean } = await arrangeVectors(inputs, options, hooks);
  const { order } = rows;
  if (order.trained === 0)
    throw new SepetError('data_empty', `No product of ${inputs.dir} has a vector: its model is empty.`);
  const products = reorderProducts(inputs.products, order);
  const metadata = encodeMetadata(products);
  const cooccurrences = reorderLists(lists, order);
  const nameOf = (row: number): string => products.ids[row] as string;
  const embedding = await embeddingIndex(rows, options, hooks);
  const similar = await similarOf(rows, options, hooks);
  const machine = await machineOf(inputs, order, options, hooks);
  const sections = [
    ...metadata.sections,
    ...vectorSections(rows),
    ...encodeIndex(embedding.index),
    ...encodeCooccurrence(cooccurrences),
    ...(similar ? encodeScored('similar', similar) : []),
    ...(machine ? encodeFm(machine.folded, machine.index, nameOf) : []),
  ];
  const blend = blendFor(inputs, { fm: machine !== undefined, similar: similar !== undefined });
  const manifest = await describe(inputs, options, {
    gamma: limits.gamma.default,
    mean,
    codeBits: embedding.codeBits,
    counts: {
      products: products.ids.length,
      trained: order.trained,
      ...(order.cold > 0 && { cold: order.cold }),
      categories: metadata.categories,
      brands: metadata.brands,
      ...inputs.counts,
      cooccurrences: cooccurrences.rows.length,
    },
    recall: embedding.recall,
    ...(machine && { fm: machine.manifest }),
    ...(similar && { similar: { listLength: options.similarLength ?? 0 } }),
    ...(blend && { blend }),
    digests: Object.fromEntries(sections.map(({ name, data }) => [name, sha256(asBytes(data))])),
  });
  return { sections, manifest };
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

type Made = Pick<ArtifactManifest, 'gamma' | 'counts' | 'recall' | 'fm' | 'similar' | 'blend' | 'digests'> & {
  readonly mean: number;
  readonly codeBits: number;
};

async function describe(
  inputs: BuildInputs,
  options: BuildOptions,
  { mean, codeBits, ...made }: Made,
): Promise<ArtifactManifest> {
  const { name, builtBy, deltas, parent, cellsFrom: _, ...build } = options;
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
    popularity: { scale: options.popularityScale, mean },
    parameters: {
      ingest: inputs.ingestParameters,
      train: inputs.trainParameters,
      build: { ...build, codeBits },
    },
    ...(parent !== undefined && { parent }),
    ...(noted !== undefined && { deltas: { revision: noted } }),
    hashes: inputs.hashes,
    ...(inputs.metrics && { metrics: inputs.metrics }),
    ...made,
  };
}
