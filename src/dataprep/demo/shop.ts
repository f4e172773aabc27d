// The products of the demo shop: families of variants with a brand, a price, a popularity and a release date.

import { type Random, WeightedChoice } from '../../base/random.ts';
import { type Brand, brandsOf } from './brands.ts';
import { secondsPerDay, shopEnd } from './calendar.ts';
import { modelName, titleOf } from './names.ts';
import type { Gender, Leaf } from './parse.ts';

export interface Product {
  readonly id: string;
  readonly title: string;
  /** Number of its leaf category. */
  readonly leaf: number;
  readonly brand: string;
  readonly brandLevel: number;
  readonly gender: Gender | undefined;
  readonly colour: string;
  readonly priceMinor: number;
  /** Units on the shelf; 0 is out of stock. */
  readonly stock: number;
  /** Day since 1970. */
  readonly released: number;
  readonly image: string;
  /** The model of which it is a colour or size. */
  readonly group: string;
  /** Share of its leaf's sales, up to a factor. */
  readonly popularity: number;
}

export interface Shop {
  readonly leaves: readonly Leaf[];
  readonly products: readonly Product[];
  /** Rows of each leaf's products. */
  readonly rowsOfLeaf: readonly Uint32Array[];
  /** Draws a position in `rowsOfLeaf[leaf]` by popularity; undefined for a leaf without products. */
  readonly choiceOfLeaf: readonly (WeightedChoice | undefined)[];
}

interface Family {
  readonly leaf: number;
  readonly kind: string;
  readonly brand: Brand;
  readonly model: string;
  readonly gender: Gender | undefined;
  readonly price: number;
  readonly released: number;
  readonly rank: number;
}

const outOfStockShare = 0.065;
const releaseYears = 6;

/** The way shops like a price to end: 64.90, 349, 1,299, 24,900 (in minor units). */
export function charmPrice(price: number): number {
  if (price < 100) return Math.max(1, Math.round(price / 5) * 5) * 100 - 10;
  if (price < 1000) return (Math.max(2, Math.round(price / 10)) * 10 - 1) * 100;
  if (price < 10_000) return (Math.round(price / 50) * 50 - 1) * 100;
  return (Math.round(price / 500) * 500 - 1) * 100;
}

/** `count` split over the leaves at random but evenly, by largest remainders. */
function productsPerLeaf(random: Random, leaves: readonly Leaf[], count: number): number[] {
  const weights = leaves.map(() => 0.5 + random.float());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (count * weight) / total);
  const counts = exact.map(Math.floor);
  const byRemainder = exact.map((value, leaf) => ({ leaf, remainder: value % 1 }));
  byRemainder.sort((a, b) => b.remainder - a.remainder || a.leaf - b.leaf);
  let left = count - counts.reduce((sum, value) => sum + value, 0);
  for (const { leaf } of byRemainder) {
    if (left-- <= 0) break;
    counts[leaf] = (counts[leaf] ?? 0) + 1;
  }
  return counts;
}

function familyOf(
  random: Random,
  leaves: readonly Leaf[],
  number: number,
  brands: readonly Brand[],
  rank: number,
): Family {
  const leaf = leaves[number] as Leaf;
  const kind = random.pick(leaf.kinds);
  const brand = brands[Math.floor(brands.length * random.float() ** 1.4)] as Brand;
  const gender = leaf.gendered
    ? random.pick(['female', 'female', 'male', 'male', 'unisex'] as const)
    : leaf.gender;
  const recent = random.chance(0.15);
  const age = recent ? 4 + random.below(396) : 400 + random.below(releaseYears * 365 - 400);
  return {
    leaf: number,
    kind,
    brand,
    model: modelName(random, leaf, kind),
    gender,
    price: leaf.price * brand.level * Math.exp(0.28 * random.normal()),
    released: Math.floor(shopEnd / secondsPerDay) - age,
    rank,
  };
}

/** The sizes and colours a family is sold in: one to four. */
function variantsOf(random: Random, leaf: Leaf): { size?: string; step: number; colour: number }[] {
  const first = random.below(leaf.colours.length);
  if (leaf.sizes.length > 0) return leaf.sizes.map((size, step) => ({ size, step, colour: first }));
  const wanted = leaf.plain ? 1 : Math.min(leaf.colours.length, 1 + random.below(4));
  return Array.from({ length: wanted }, (_, i) => ({ step: 0, colour: (first + i) % leaf.colours.length }));
}

/** Makes `count` products over all leaf categories. */
export function makeShop(random: Random, leaves: readonly Leaf[], count: number): Shop {
  const counts = productsPerLeaf(random, leaves, count);
  const products: Product[] = [];
  const taken = new Set<string>();
  let families = 0;
  leaves.forEach((leaf, number) => {
    const brands = random.shuffle(brandsOf(leaf.department)).slice(0, 8);
    const end = products.length + (counts[number] ?? 0);
    for (let rank = 0; products.length < end; rank++) {
      const family = familyOf(random, leaves, number, brands, rank);
      const group = `M${10_000 + families++}`;
      for (const [index, variant] of variantsOf(random, leaf).entries()) {
        if (products.length === end) break;
        const colour = leaf.colours[variant.colour] as (typeof leaf.colours)[number];
        const title = uniqueTitle(taken, family, leaf, variant.size, leaf.plain ? undefined : colour.name);
        products.push({
          id: `P${100_000 + products.length}`,
          title,
          leaf: number,
          brand: family.brand.name,
          brandLevel: family.brand.level,
          gender: family.gender,
          colour: colour.name,
          priceMinor: charmPrice(family.price * 1.35 ** variant.step),
          stock: random.chance(outOfStockShare) ? 0 : Math.ceil(Math.exp(2.6 + 0.9 * random.normal())),
          released: family.released,
          image: imageName(leaf.drawing, colour.name),
          group,
          popularity: 0.6 ** index / (family.rank + 2),
        });
      }
    }
  });
  return { leaves, products, ...byLeaf(leaves.length, products) };
}

function uniqueTitle(taken: Set<string>, family: Family, leaf: Leaf, size?: string, colour?: string): string {
  const gender = leaf.gendered ? family.gender : undefined;
  for (let edition = 1; ; edition++) {
    const model = edition === 1 ? family.model : `${family.model} v${edition}`;
    const title = titleOf({ kind: family.kind, brand: family.brand.name, model, gender, size, colour });
    if (taken.has(title)) continue;
    taken.add(title);
    return title;
  }
}

export function imageName(drawing: string, colour: string): string {
  return `${drawing}-${colour.replace(' ', '-')}.svg`;
}

function byLeaf(leafCount: number, products: readonly Product[]): Pick<Shop, 'rowsOfLeaf' | 'choiceOfLeaf'> {
  const rows: number[][] = Array.from({ length: leafCount }, () => []);
  products.forEach((product, row) => {
    rows[product.leaf]?.push(row);
  });
  return {
    rowsOfLeaf: rows.map((list) => Uint32Array.from(list)),
    choiceOfLeaf: rows.map((list) =>
      list.length === 0 ? undefined : new WeightedChoice(list.map((row) => products[row]?.popularity ?? 0)),
    ),
  };
}
