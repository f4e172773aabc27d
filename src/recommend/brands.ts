// Brands as vectors: the mean of the IN vectors of a brand's products, as the artifact was built. What came or went by deltas
// has no part in them.

import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import type { Artifact } from './artifact.ts';
import { type Gradual, gradually } from './gradual.ts';
import { rounded } from './present.ts';
import type { SimilarBrand, SimilarBrands, Spread } from './recommender.ts';

interface BrandTable {
  /** brands × dims. */
  readonly means: Float32Array;
  /** The means' lengths; 0 of a brand without vectors. */
  readonly norms: Float64Array;
  /** Mean cosine between a brand's vectors and their mean. */
  readonly cosines: Float64Array;
  readonly products: Uint32Array;
  readonly vectors: Uint32Array;
}

export interface Brands {
  /** Throws `brand_unknown`. */
  number(brand: string): number;
  spread(number: number): Spread;
  /** The mean; undefined of a brand without vectors. */
  mean(number: number): Float32Array | undefined;
  /** Throws `brand_unknown`. */
  similar(brand: string, limit: number): SimilarBrands;
  /** See `Gradual`. */
  advance(untilMs: number): boolean;
}

const rowsAStep = 1024;

/** Adds up the vectors and the unit vectors of all brands, of which means and mean cosines come: one pass over the products. */
function* addUp({ catalog, manifest, vectors }: Artifact): Generator<void, BrandTable> {
  const { dims, in: input } = vectors;
  // Vectors that were made of other products' say nothing new of a brand.
  const own = vectors.trained - (manifest.counts.cold ?? 0);
  const { brand } = catalog.columns;
  const count = catalog.brands.length;
  const sums = new Float64Array(count * dims);
  const units = new Float64Array(count * dims);
  const [products, withVector] = [new Uint32Array(count), new Uint32Array(count)];
  for (let row = 0; row < catalog.products; row++) {
    if (row % rowsAStep === rowsAStep - 1) yield;
    const number = brand[row] as number;
    if (number >= count) continue;
    products[number] = (products[number] as number) + 1;
    if (row >= own) continue;
    withVector[number] = (withVector[number] as number) + 1;
    const [from, to] = [row * dims, number * dims];
    let square = 0;
    for (let i = 0; i < dims; i++) square += (input[from + i] as number) ** 2;
    const shrink = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let i = 0; i < dims; i++) {
      const value = input[from + i] as number;
      sums[to + i] = (sums[to + i] as number) + value;
      units[to + i] = (units[to + i] as number) + value * shrink;
    }
  }
  const [means, norms, cosines] = [
    new Float32Array(sums.length),
    new Float64Array(count),
    new Float64Array(count),
  ];
  for (let number = 0; number < count; number++) {
    const vectors = withVector[number] as number;
    if (vectors === 0) continue;
    let [square, dot] = [0, 0];
    for (let i = number * dims; i < (number + 1) * dims; i++) {
      const mean = (sums[i] as number) / vectors;
      means[i] = mean;
      square += mean * mean;
      dot += (mean * (units[i] as number)) / vectors;
    }
    norms[number] = Math.sqrt(square);
    cosines[number] = square > 0 ? dot / Math.sqrt(square) : 0;
  }
  return { means, norms, cosines, products, vectors: withVector };
}

const tables = new WeakMap<Artifact, Gradual<BrandTable>>();

/** The brands of an artifact, as it was built; their table is made once, whatever deltas lie over it. */
export function brandsOf(artifact: Artifact): Brands {
  const { brands } = artifact.catalog;
  const { dims } = artifact.vectors;
  const table = tables.get(artifact) ?? gradually(() => addUp(artifact));
  tables.set(artifact, table);

  function number(brand: string): number {
    const found = brands.find(brand);
    if (found !== undefined) return found;
    const message = `No product of this artifact is of the brand "${brand}".${suggestion(brand, brands)}`;
    throw new SepetError('brand_unknown', message);
  }

  function spread(number: number): Spread {
    const { products, vectors, cosines } = table.get();
    return {
      ...{ products: products[number] as number, vectors: vectors[number] as number },
      ...(vectors[number] !== 0 && { spread: rounded(1 - (cosines[number] as number)) }),
    };
  }

  const meanOf = ({ means }: BrandTable, number: number): Float32Array =>
    means.subarray(number * dims, (number + 1) * dims);

  /** Cosines of all brands with one; of a brand without direction, none. */
  function cosinesWith(number: number): [other: number, cosine: number][] {
    const made = table.get();
    const { means, norms } = made;
    const own = meanOf(made, number);
    const found: [number, number][] = [];
    for (let other = 0; other < norms.length; other++) {
      const lengths = (norms[number] as number) * (norms[other] as number);
      if (other === number || lengths === 0) continue;
      let dot = 0;
      for (let i = 0; i < dims; i++) dot += (own[i] as number) * (means[other * dims + i] as number);
      found.push([other, dot / lengths]);
    }
    return found;
  }

  return {
    number,
    spread,
    mean: (number) => (table.get().vectors[number] === 0 ? undefined : meanOf(table.get(), number)),
    similar(brand, limit) {
      const asked = number(brand);
      const best = cosinesWith(asked).sort(([a, x], [b, y]) => y - x || a - b);
      return {
        brand,
        ...spread(asked),
        brands: best.slice(0, limit).map(([other, cosine]): SimilarBrand => {
          return { brand: brands.at(other), score: rounded(cosine), ...spread(other) };
        }),
      };
    },
    advance: table.advance,
  };
}
