// Opens an artifact: the floor-3 views put together. Nothing is copied; the mapping is shared by the process.

import { createHash } from 'node:crypto';
import { openCooccurrence, openPopularity, type Popularity, type ScoredLists } from '../artifact/lists.ts';
import { type ArtifactManifest, readArtifactManifest } from '../artifact/manifest.ts';
import { openVectors, type Vectors } from '../artifact/vectors.ts';
import { SepetError } from '../base/errors.ts';
import { genders } from '../base/products.ts';
import { type Catalog, openCatalog } from '../catalog/catalog.ts';
import { Index, type MappedFile, mapFile } from '../native/index.ts';

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
}

/**
 * Maps and opens an artifact. Throws `file_not_found`, `file_foreign`, `file_version`, `file_truncated`,
 * `file_damaged`, `section_missing` or `manifest_invalid`, each naming the file.
 */
export function openArtifact(path: string): Artifact {
  try {
    return open(path);
  } catch (error) {
    if (!(error instanceof SepetError) || error.message.includes(path)) throw error;
    throw new SepetError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

function open(path: string): Artifact {
  const file = mapFile(path);
  const manifest = readArtifactManifest(file, path);
  const { products, trained } = manifest.counts;
  const catalog = openCatalog(file, products);
  const vectors = openVectors(file, { trained, dims: manifest.dims });
  return {
    file,
    id: `sha256:${createHash('sha256').update(file.u8('manifest')).digest('hex')}`,
    manifest,
    catalog,
    vectors,
    index: new Index({ vectors: vectors.out, dims: manifest.dims + 1, graph: file.u8('graph') }),
    popularity: openPopularity(file, {
      products,
      categories: catalog.categories.length,
      genders: genders.length,
    }),
    cooccurrence: openCooccurrence(file, products),
  };
}
