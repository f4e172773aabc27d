// A large catalogue with believable titles, in memory: for what must be quick whatever the size. Everything follows from the seed.

import { encodePopularity, openPopularity } from '../../src/artifact/lists.ts';
import { genders, unknown8, unknownDay } from '../../src/base/products.ts';
import { Random } from '../../src/base/random.ts';
import { sourceOf } from '../../src/base/sections.ts';
import { encodeCatalog, openCatalog } from '../../src/catalog/catalog.ts';
import type { Artifact } from '../../src/recommend/artifact.ts';

const starts = ['ka', 'me', 'to', 'lu', 'pi', 'so', 'ra', 'ne', 'vi', 'do', 'ço', 'şa', 'gü', 'be', 'ti'];
const middles = ['r', 'l', 'n', 'm', 's', 'k', 'ğ', 'nt', 'rt', 'ş', 'v', 'z', 'p'];
const ends = ['a', 'o', 'e', 'in', 'ur', 'ak', 'el', 'ış', 'on', 'et', 'ar', 'ül'];
const colours = ['black', 'white', 'graphite', 'blue', 'green', 'red', 'gold', 'yeşil', 'kırmızı', 'purple'];

/** A made-up word for each number. */
function wordOf(number: number): string {
  const parts = [starts, middles, ends, middles, ends];
  let left = number;
  let word = '';
  for (const part of parts.slice(0, number < 2340 ? 3 : 5)) {
    word += part[left % part.length];
    left = Math.floor(left / part.length);
  }
  return word;
}

/** Small numbers often, large ones rarely. */
const skewed = (random: Random, n: number): number => Math.floor(n * random.float() ** 3);

export interface LargeCatalog {
  readonly titles: readonly string[];
  readonly brands: readonly string[];
  readonly categories: readonly string[];
}

/** What the products are called. */
export function makeTexts(products: number, seed: number): LargeCatalog {
  const random = new Random(seed);
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  const brandNames = Array.from({ length: 5000 }, (_, i) => capital(wordOf(2340 + 7 * i)));
  const paths = Array.from({ length: 400 }, (_, i) =>
    [`Department ${wordOf(i % 12)}`, wordOf(100 + (i % 60)), `${wordOf(300 + i)} ${wordOf(900 + i)}`].join(
      '/',
    ),
  );
  const [titles, brands, categories]: [string[], string[], string[]] = [[], [], []];
  for (let row = 0; row < products; row++) {
    const brand = brandNames[skewed(random, brandNames.length)] as string;
    const kind = skewed(random, 20_000);
    const words = [capital(wordOf(kind)), wordOf(skewed(random, 2000))];
    const model = `${String.fromCharCode(65 + random.below(26))}${random.below(1000)}`;
    titles.push(`${words.join(' ')}, ${brand} ${model}, ${random.pick(colours)}`);
    brands.push(brand);
    categories.push(paths[kind % paths.length] as string);
  }
  return { titles, brands, categories };
}

/** As much of an artifact as searches and facets read. */
export function openLargeCatalog(products: number, seed: number): Artifact {
  const random = new Random(seed + 1);
  const rows = Array.from({ length: products }, (_, row) => row);
  const none = rows.map(() => null);
  const orders = Uint32Array.from(rows, () => Math.floor(3 / (1 - random.float())));
  const sections = encodeCatalog({
    ...makeTexts(products, seed),
    ...{
      ids: rows.map((row) => `SKU-${1_000_000 + row}`),
      images: none,
      groups: none,
      genders: none,
      orders,
    },
    prices: Uint32Array.from(rows, () => 100 + random.below(100_000)),
    stock: new Uint8Array(products).fill(unknown8),
    released: new Int32Array(products).fill(unknownDay),
    numeric: new Map([['margin', Float32Array.from(rows, () => random.float())]]),
  });
  const source = sourceOf(sections);
  const catalog = openCatalog(source, products);
  const { columns, categories } = catalog;
  const popularity = openPopularity(
    sourceOf(
      encodePopularity({
        ...{ orders, category: columns.category, gender: columns.gender, genders: genders.length },
        ...{ categoryParent: categories.parent, listLength: 10 },
      }),
    ),
    { products, categories: categories.length, genders: genders.length },
  );
  return { catalog, popularity, manifest: { currency: 'TRY' } } as unknown as Artifact;
}
