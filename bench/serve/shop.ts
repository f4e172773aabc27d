// The shop that is served: made-up products with the embeddings of mixture.ts, built into an artifact by the project's
// own build, and kept in the cache.

import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeManifest } from '../../src/artifact/manifest.ts';
import { unknown32, unknownDay } from '../../src/base/products.ts';
import { Random } from '../../src/base/random.ts';
import { writeFile } from '../../src/native/index.ts';
import type { ProductTable } from '../../src/tables/dataset.ts';
import { composeArtifact } from '../../src/training/build/build.ts';
import { buildIndex } from '../../src/training/build/index-sections.ts';
import { builderDigest } from '../ann/programs.ts';
import { drawMixture, shape } from './mixture.ts';
import { tenRules } from './policy.ts';

export interface Shop {
  /** The artifact's path. */
  readonly file: string;
  /** The policy's path. */
  readonly policy: string;
  readonly bytes: number;
}

export interface ShopSize {
  readonly products: number;
  readonly dims: number;
  readonly seed: number;
  readonly M: number;
  readonly efConstruction: number;
  /** Of the policy's search. */
  readonly width: number;
}

/** Recall is best where popularity is shrunk for these vectors (tried: 0.15 to 1). */
const popularityScale = 0.5;

const tops = ['Clothing', 'Electronics', 'Adult', 'Health', 'Garden', 'Home', 'Toys', 'Food'];
const genders = ['female', 'male', 'unisex', 'kids'];

/** Rows by falling orders; prices are log-normal, some things are not known. */
function tableOf(products: number, cluster: Uint32Array, random: Random): ProductTable {
  const rows = Array.from({ length: products }, (_, row) => row);
  const leafOf = (row: number): number => Math.floor((cluster[row] as number) / shape.clusters);
  const orders = Uint32Array.from(rows, (row) => Math.floor((20 * products) / (row + 10)));
  const brandOf = (): string =>
    random.chance(0.1) ? 'A' : random.chance(0.1) ? 'B' : `brand ${random.below(300)}`;
  return {
    products,
    ids: rows.map((row) => `P${row}`),
    titles: rows.map((row) => `Product ${row}`),
    categories: rows.map((row) => {
      const leaf = leafOf(row);
      const top = tops[Math.floor(leaf / shape.subcategories)];
      return `${top}/${top} ${leaf % shape.subcategories}`;
    }),
    brands: rows.map(brandOf),
    genders: rows.map(() => (random.chance(0.3) ? null : random.pick(genders))),
    prices: Uint32Array.from(rows, () =>
      random.chance(0.02) ? unknown32 : Math.round(5000 * Math.exp(0.8 * random.normal())),
    ),
    currencies: rows.map(() => 'TRY'),
    stock: Uint8Array.from(rows, () => (random.chance(0.9) ? 1 : 0)),
    released: Int32Array.from(rows, () => (random.chance(0.1) ? unknownDay : 20_000 - random.below(1000))),
    images: rows.map(() => null),
    groups: rows.map((row) => (row % 3 === 0 ? null : `model ${row >> 2}`)),
    numeric: new Map([['margin', Float32Array.from(rows, () => random.float())]]),
    orders,
    ordersTrain: orders,
  };
}

async function build(file: string, size: ShopSize): Promise<void> {
  const { products, dims, seed, M, efConstruction } = size;
  const { cluster, ...vectors } = drawMixture(products, dims, seed);
  const inputs = {
    dir: 'bench-serve',
    products: tableOf(products, cluster, new Random(seed + 1)),
    ...vectors,
    dims,
    counts: { orders: 0, baskets: 0 },
    currency: 'TRY',
    maxBasket: 20,
    ingestParameters: {},
    trainParameters: { synthetic: true, seed },
    staleMetrics: false,
    hashes: {},
  };
  const none = {
    offsets: new Uint32Array(products + 1),
    rows: new Uint32Array(0),
    scores: new Float32Array(0),
  };
  const options = {
    ...{ M, efConstruction, seed, codeBits: 'auto' as const, threads: 2 },
    ...{ popularityScale, listLength: 50, name: 'bench-serve', builtBy: 'bench' },
  };
  const { sections, manifest } = await composeArtifact(inputs, none, options, {
    buildIndex: async (call) => buildIndex(call),
  });
  writeFile(`${file}.part`, [encodeManifest(manifest), ...sections]);
  renameSync(`${file}.part`, file);
}

/** The shop, made where the cache lacks it. An index built by other code is built anew. */
export async function ensureShop(cache: string, size: ShopSize, say: (line: string) => void): Promise<Shop> {
  mkdirSync(cache, { recursive: true });
  const { products, dims, seed, M, efConstruction, width } = size;
  const shaped = `M${M}-ef${efConstruction}-p${popularityScale}`;
  const name = `${products}x${dims}-seed${seed}-${shaped}-${builderDigest()}`;
  const file = join(cache, `${name}.sepet`);
  if (!existsSync(file)) {
    say(`building ${file} ...`);
    await build(file, size);
  }
  const policy = join(cache, `ten-rules-${width}.json`);
  writeFileSync(policy, `${JSON.stringify(tenRules(width), null, 1)}\n`);
  return { file, policy, bytes: statSync(file).size };
}
