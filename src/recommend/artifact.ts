// Opens an artifact: the floor-3 views put together. Nothing is copied; the mapping is shared by the process.

import { createHash } from 'node:crypto';
import { type BlendSource, blendSources, type FittedBlend } from '../artifact/blend.ts';
import { openFm } from '../artifact/fm.ts';
import {
  openCooccurrence,
  openPopularity,
  openSimilar,
  type Popularity,
  type ScoredLists,
} from '../artifact/lists.ts';
import { type ArtifactManifest, readArtifactManifest } from '../artifact/manifest.ts';
import { type IndexOf, openIndex, openVectors, type Vectors } from '../artifact/vectors.ts';
import { SepetError } from '../base/errors.ts';
import { genders } from '../base/products.ts';
import { type Catalog, openCatalog } from '../catalog/catalog.ts';
import { type Overlay, overlaid } from '../catalog/overlay.ts';
import { fittedSchema } from '../features/encode.ts';
import { fmWidth, Index, type MappedFile, mapFile, type Pages } from '../native/index.ts';
import type { PolicyHoldings } from '../policy/compile.ts';
import type { AskedMachine } from './features.ts';

export interface Artifact {
  readonly file: MappedFile;
  /** `sha256:` of the manifest, which holds the sha256 of every other section. */
  readonly id: string;
  readonly manifest: ArtifactManifest;
  readonly catalog: Catalog;
  readonly vectors: Vectors;
  readonly index: Index;
  readonly popularity: Popularity;
  readonly cooccurrence: ScoredLists;
  /** The folded factorization machine, where it has one. */
  readonly fm?: FmPart;
  /** Products most like each other, where it has such lists. */
  readonly similar?: ScoredLists;
  /** How the scores of its sources become one, where that was fitted. */
  readonly blend?: FittedBlend;
}

/** A machine folded by product, and the index over what answers. */
export interface FmPart extends AskedMachine {
  /** rows × k: of the product that is asked with. */
  readonly in: Float32Array;
  /** rows × (k + 1): of candidates. */
  readonly out: Float32Array;
  readonly index: Index;
}

/** What policies may ask of an artifact. */
export function holdingsOf({
  fm,
  similar,
  blend,
}: Pick<Artifact, 'fm' | 'similar' | 'blend'>): PolicyHoldings {
  const sources = blendSources.filter(
    (name) => (name !== 'fm' || fm !== undefined) && (name !== 'similar' || similar !== undefined),
  );
  if (blend === undefined) return { sources };
  const isWeighed = (name: BlendSource): boolean =>
    blend.tiers.some(({ weights }) => (weights[name] ?? 0) > 0);
  return {
    sources,
    fitted: sources.filter(isWeighed),
    calibrated: sources.filter((name) => blend.calibration[name] !== undefined),
  };
}

export interface OpenOptions {
  /**
   * Compares every checksum, and looks at every number of the graph and the vectors, before it returns. Without, only the heads of the sections are
   * looked at, so that opening takes milliseconds whatever the size; what is damaged behind them gives wrong answers or a
   * SepetError, never a crash.
   */
  readonly verify?: boolean;
  /** Where the file lies in memory: mapped, or in memory of huge pages, for which it is read whole. `map` if absent. */
  readonly pages?: Pages;
}

/**
 * Maps and opens an artifact. Throws `file_not_found`, `file_foreign`, `file_version`, `file_truncated`,
 * `file_damaged`, `section_missing`, `manifest_invalid` or `out_of_memory`, each naming the file.
 */
export function openArtifact(path: string, options: OpenOptions = {}): Artifact {
  try {
    return open(path, options);
  } catch (error) {
    if (!(error instanceof SepetError) || error.message.includes(path)) throw error;
    throw new SepetError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

function open(path: string, { verify = false, pages = 'map' }: OpenOptions): Artifact {
  const file = mapFile(path, { verify, pages });
  const manifest = readArtifactManifest(file, path);
  const { products, trained } = manifest.counts;
  const catalog = openCatalog(file, products);
  const vectors = openVectors(file, { trained, dims: manifest.dims });
  const fm = openMachine(file, manifest, verify);
  const similar = openSimilar(file, products);
  return {
    file,
    id: `sha256:${createHash('sha256').update(file.u8('manifest')).digest('hex')}`,
    manifest,
    catalog,
    vectors,
    index: openSearch(file, vectors, { rows: trained, verify }),
    popularity: openPopularity(file, {
      products,
      categories: catalog.categories.length,
      genders: genders.length,
    }),
    cooccurrence: openCooccurrence(file, products),
    ...(fm && { fm }),
    ...(similar && { similar }),
    ...(manifest.blend && { blend: manifest.blend }),
  };
}

/**
 * The artifact as deltas have it: another catalogue, and the products that came behind all others in the list of the
 * most ordered. Vectors and the other lists stay as they were built. Throws `argument_invalid` where the overlay is of another artifact.
 */
export function withOverlay(artifact: Artifact, overlay: Overlay): Artifact {
  const { popularity } = artifact;
  const catalog = overlaid(artifact.catalog, overlay);
  if (overlay.added === 0) return { ...artifact, catalog };
  const all = new Uint32Array(catalog.products);
  all.set(popularity.all);
  for (let row = overlay.products; row < catalog.products; row++) all[row] = row;
  return { ...artifact, catalog, popularity: { ...popularity, all } };
}

/** The machine of an artifact that has one. */
function openMachine(
  file: MappedFile,
  { fm, counts: { products } }: ArtifactManifest,
  verify: boolean,
): FmPart | undefined {
  if (fm === undefined) return undefined;
  const { factors } = fm;
  const machine = openFm(file, {
    ...{ products, factors, width: fmWidth(factors) },
    fittedOf: (json) => fittedSchema.safeParse(json).data,
  });
  const searched = { in: machine.in, out: machine.out, dims: factors };
  return { ...machine, index: openSearch(file, searched, { rows: products, verify, of: 'fm.' }) };
}

/** With `verify`, everything that is searched or asked with is looked at. */
function openSearch(
  file: MappedFile,
  { in: input, out, dims }: Pick<Vectors, 'in' | 'out' | 'dims'>,
  { rows, verify, of = '' }: { readonly rows: number; readonly verify: boolean; readonly of?: IndexOf },
): Index {
  // An index checks that its vectors are finite.
  if (verify) new Index({ vectors: input, dims });
  const index = new Index({ vectors: out, dims: dims + 1, ...openIndex(file, of), trusted: !verify });
  const { graphRows } = index.stats();
  if (graphRows !== rows)
    throw new SepetError('file_damaged', `The section ${of}graph covers ${graphRows} of ${rows} vectors.`);
  return index;
}
