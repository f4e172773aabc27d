// A made-up catalogue in memory, for the policy benchmark: clustered vectors, a heavy head of orders, everything from
// the seed. With or without a graph: what is scanned needs none.

import { encodePopularity, openPopularity } from '../src/artifact/lists.ts';
import type { ArtifactManifest } from '../src/artifact/manifest.ts';
import { encodeVectors, openVectors } from '../src/artifact/vectors.ts';
import { unknown32, unknownDay } from '../src/base/products.ts';
import { Random } from '../src/base/random.ts';
import { sourceOf } from '../src/base/sections.ts';
import { encodeCatalog, openCatalog } from '../src/catalog/catalog.ts';
import { buildGraph, buildInt8, Index } from '../src/native/index.ts';
import type { Artifact } from '../src/recommend/artifact.ts';

const genders = ['female', 'male', 'unisex', 'kids'];
const tops = ['Clothing', 'Electronics', 'Adult', 'Health', 'Garden', 'Home', 'Toys', 'Food'];
/** Of a million products about 1 %, 0.1 % and 0.01 %; the rest are of ordinary brands. */
export const rareBrands = [
  { brand: 'rare-100', every: 100 },
  { brand: 'rare-1000', every: 1000 },
  { brand: 'rare-10000', every: 10_000 },
] as const;

export interface ShopOptions {
  readonly products: number;
  readonly dims: number;
  readonly seed: number;
  /** How the index is built, which has an int8 copy too; where absent it only scans. */
  readonly graph?: { readonly M: number; readonly efConstruction: number };
}

/** Rows of `dims` values about one of 200 centres each; `clusters` says which. */
function vectorsAbout(random: Random, clusters: Uint32Array, dims: number): Float32Array {
  const centres = Float32Array.from({ length: 200 * dims }, () => random.normal());
  const values = new Float32Array(clusters.length * dims);
  for (let row = 0, at = 0; row < clusters.length; row++)
    for (let i = 0; i < dims; i++, at++)
      // A sum of three uniform numbers is near enough to normal, and quick.
      values[at] =
        (centres[(clusters[row] as number) * dims + i] as number) +
        random.float() +
        random.float() +
        random.float() -
        1.5;
  return values;
}

function brandOf(row: number, random: Random): string {
  const rare = rareBrands.findLast(({ every }) => row % every === every >> 1);
  return rare?.brand ?? (random.chance(0.1) ? 'A' : random.chance(0.1) ? 'B' : `brand ${random.below(300)}`);
}

/** An index without a graph, whose searches scan: as those of a graph do where few rows are eligible. */
function scanning(own: { vectors: Float32Array; dims: number }): Index {
  const index = new Index(own);
  index.search = (call) => {
    index.scan(call);
    return 'scan';
  };
  return index;
}

/** Makes the artifact. Its file is left out: nothing that recommends reads it. */
export function benchArtifact({ products, dims, seed, graph }: ShopOptions): Artifact {
  const random = new Random(seed);
  const rows = Array.from({ length: products }, (_, row) => row);
  const orders = Uint32Array.from(rows, (row) => Math.floor((20 * products) / (row + 10)));
  const clusters = Uint32Array.from(rows, () => random.below(200));
  const encoded = encodeCatalog({
    ids: rows.map((row) => `P${row}`),
    titles: rows.map(() => null),
    images: rows.map(() => null),
    categories: rows.map((row) => {
      const cluster = clusters[row] as number;
      return `${tops[cluster % tops.length]}/${Math.floor(cluster / tops.length)}`;
    }),
    brands: rows.map((row) => brandOf(row, random)),
    genders: rows.map(() => (random.chance(0.3) ? null : random.pick(genders))),
    prices: Uint32Array.from(rows, () => (random.chance(0.02) ? unknown32 : 500 + random.below(50_000))),
    stock: Uint8Array.from(rows, () => (random.chance(0.9) ? 1 : 0)),
    released: Int32Array.from(rows, () => (random.chance(0.1) ? unknownDay : 20_000 - random.below(1000))),
    groups: rows.map((row) => (row % 3 === 0 ? null : `model ${row >> 2}`)),
    numeric: new Map([['margin', Float32Array.from(rows, () => random.float())]]),
    orders,
  });
  const catalog = openCatalog(sourceOf(encoded), products);
  const made = encodeVectors({
    in: vectorsAbout(random, clusters, dims),
    out: vectorsAbout(random, clusters, dims),
    ...{ dims, ordersTrain: orders, popularityScale: 1, nameOf: String },
  });
  const vectors = openVectors(sourceOf(made.sections), { trained: products, dims });
  const popularity = encodePopularity({
    orders,
    category: catalog.columns.category,
    categoryParent: catalog.categories.parent,
    gender: catalog.columns.gender,
    ...{ genders: genders.length, listLength: 500 },
  });
  const own = { vectors: vectors.out, dims: dims + 1 };
  return {
    id: `bench ${seed}`,
    manifest: {
      dims,
      gamma: 0.5,
      currency: null,
      popularity: { scale: 1, mean: made.mean },
    } as ArtifactManifest,
    ...{ catalog, vectors },
    index:
      graph === undefined
        ? scanning(own)
        : new Index({
            ...own,
            graph: buildGraph({ ...own, ...graph, threads: 2, seed }),
            int8: buildInt8(own),
          }),
    popularity: openPopularity(sourceOf(popularity), {
      ...{ products, categories: catalog.categories.length, genders: genders.length },
    }),
    cooccurrence: {
      offsets: new Uint32Array(products + 1),
      rows: new Uint32Array(0),
      scores: new Float32Array(0),
    },
  } as Partial<Artifact> as Artifact;
}

/** The value that a share of the sorted values lies below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
