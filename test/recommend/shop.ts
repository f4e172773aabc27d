// A small made-up shop as an artifact, for tests: random products with gaps in what is known of them, random
// vectors, some products without any. Everything follows from the seed.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeManifest } from '../../src/artifact/manifest.ts';
import { unknown8, unknown32, unknownDay } from '../../src/base/products.ts';
import { Random } from '../../src/base/random.ts';
import type { Section } from '../../src/base/sections.ts';
import { writeFile } from '../../src/native/index.ts';
import type { ProductTable } from '../../src/tables/dataset.ts';
import { type BuildOptions, composeArtifact } from '../../src/training/build/build.ts';
import { buildIndex } from '../../src/training/build/index-sections.ts';
import type { BuildInputs } from '../../src/training/build/inputs.ts';

export const categoryPaths = ['Home', 'Home/Lamps', 'Home/Rugs', 'Tech', 'Tech/Audio', 'Tech/Audio/Cables'];
export const brandNames = ['Acme', 'Bolt', 'Çınar', 'Delta'];
export const genderWords = ['female', 'male', 'unisex', 'kids'];

/** The newest release of a shop, in days since 1970. */
export const lastDay = 20_000;

export interface ShopOptions {
  readonly seed: number;
  readonly products: number;
  readonly dims?: number;
  /** Share of products without a vector; a tenth where absent. */
  readonly untrained?: number;
  /** Length of lists of similar products, whether products without a vector get one, and from how many products on there are cells. */
  readonly parts?: Partial<Pick<BuildOptions, 'similarLength' | 'cold' | 'codeBits' | 'cellsFrom'>>;
  /** Changes the inputs before the build. */
  readonly fold?: (inputs: BuildInputs) => BuildInputs;
}

const pick = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)] as T;
const maybe = <T>(random: Random, value: T): T | null => (random.chance(0.15) ? null : value);

function makeTable(random: Random, products: number, isTrained: readonly boolean[]): ProductTable {
  const rows = Array.from({ length: products }, (_, row) => row);
  const orders = Uint32Array.from(rows, (row) => Math.floor((50 * products) / (row + 1)));
  return {
    products,
    ids: rows.map((row) => `P${row}`),
    titles: rows.map((row) => maybe(random, `Product ${row}`)),
    categories: rows.map(() => maybe(random, pick(random, categoryPaths))),
    brands: rows.map(() => maybe(random, pick(random, brandNames))),
    genders: rows.map(() => maybe(random, pick(random, genderWords))),
    prices: Uint32Array.from(rows, () => maybe(random, random.below(5000)) ?? unknown32),
    currencies: rows.map(() => 'TRY'),
    stock: Uint8Array.from(rows, () => pick(random, [0, 1, 1, unknown8])),
    released: Int32Array.from(rows, () => maybe(random, lastDay - random.below(120)) ?? unknownDay),
    images: rows.map((row) => maybe(random, `images/${row}.svg`)),
    groups: rows.map((row) => (row % 3 === 0 ? null : `model-${Math.floor(row / 4)}`)),
    numeric: new Map([
      ['margin', Float32Array.from(rows, (row) => (row % 7 === 0 ? Number.NaN : (row % 16) / 16))],
    ]),
    orders,
    ordersTrain: orders.map((count, row) => (isTrained[row] ? count : 0)),
  };
}

/** What a shop is built from; `in` and `out` may be spoilt. */
export function makeInputs(options: ShopOptions): BuildInputs {
  const { products, dims = 8, untrained = 0.1 } = options;
  const random = new Random(options.seed);
  const isTrained = Array.from({ length: products }, (_, row) => row === 0 || random.float() >= untrained);
  const vectors = () =>
    Float32Array.from({ length: products * dims }, (_, i) =>
      // Eighths: their products add up exactly in any order, so ties are ties everywhere.
      isTrained[Math.floor(i / dims)] ? (random.below(17) - 8) / 8 : 0,
    );
  return {
    dir: 'shop',
    counts: { orders: 0, baskets: 0 },
    currency: 'TRY',
    maxBasket: 20,
    ingestParameters: {},
    products: makeTable(random, products, isTrained),
    in: vectors(),
    out: vectors(),
    dims,
    trainParameters: {},
    staleMetrics: false,
    hashes: {},
  };
}

/** Every product lists its successors, wherever it has a vector or not. */
export function makeLists(products: number) {
  const each = Math.min(3, products - 1);
  const rows = Array.from({ length: products }, (_, row) =>
    Array.from({ length: each }, (_, i) => (row + i + 1) % products),
  );
  return {
    offsets: Uint32Array.from({ length: products + 1 }, (_, row) => row * each),
    rows: Uint32Array.from(rows.flat()),
    scores: Float32Array.from(rows.flat(), (_, i) => 1 / (1 + (i % each))),
  };
}

/** The sections of a shop's artifact, the manifest first. */
export async function shopSections(options: ShopOptions): Promise<Section[]> {
  const parameters = {
    ...{ M: 8, efConstruction: 64, codeBits: 'auto' as const, threads: 1, seed: 1 },
    ...{ popularityScale: 0.5, listLength: 3 },
  };
  const { sections, manifest } = await composeArtifact(
    (options.fold ?? ((inputs) => inputs))(makeInputs(options)),
    makeLists(options.products),
    { ...parameters, ...options.parts, name: 'shop', builtBy: 'test' },
    { buildIndex: async (call) => buildIndex(call) },
  );
  return [encodeManifest(manifest), ...sections];
}

/** A folder that is there until `remove` is called. */
export function temporaryFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'sepet-test-'));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Writes a shop's artifact. */
export async function writeShop(file: string, options: ShopOptions): Promise<void> {
  writeFile(file, await shopSections(options));
}
