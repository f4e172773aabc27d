// Synthetic embeddings of products that are bought together: a hierarchy of categories, subcategories and clusters in a
// space whose spectrum decays, turned by a random rotation (as bench/ann/native/mixture.h, which has one side only). An OUT
// vector lies about its own cluster, an IN vector about one of the clusters that its own one's buyers buy from.

import { Random } from '../../src/base/random.ts';

export const shape = { categories: 8, subcategories: 16, clusters: 12 } as const;

/** Variance of each level's own part; the row's own part is 1. */
const variance = { category: 0.8, subcategory: 0.5, cluster: 0.35 };
/** The i-th direction has the standard deviation (i + 1)^-decay. */
const decay = 0.3;
/** The log of the norm has this standard deviation, about a length at which products differ by more than their popularity. */
const normSpread = 0.12;
const norm = 3;
const partners = 3;
/** Share of the partners in another subcategory of the same category; the rest is anywhere. */
const nearby = 0.8;

export interface Mixture {
  /** The cluster of each row; its subcategory is that divided by `shape.clusters`. */
  readonly cluster: Uint32Array;
  /** rows × dims each. */
  readonly in: Float32Array;
  readonly out: Float32Array;
}

function centresOf(
  random: Random,
  count: number,
  spread: { own: number; by: Float64Array },
  above?: { centres: Float64Array; each: number },
): Float64Array {
  const dims = spread.by.length;
  const scale = Math.sqrt(spread.own);
  const centres = new Float64Array(count * dims);
  for (let c = 0; c < count; c++)
    for (let d = 0; d < dims; d++) {
      const base = above ? (above.centres[Math.floor(c / above.each) * dims + d] as number) : 0;
      centres[c * dims + d] = base + scale * (spread.by[d] as number) * random.normal();
    }
  return centres;
}

/** Rows of a random orthonormal matrix, by Gram and Schmidt's. */
function rotationOf(random: Random, dims: number): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let i = 0; i < dims; i++) {
    const row = Float64Array.from({ length: dims }, () => random.normal());
    for (const other of rows) {
      const dot = row.reduce((sum, value, d) => sum + value * (other[d] as number), 0);
      for (let d = 0; d < dims; d++) row[d] = (row[d] as number) - dot * (other[d] as number);
    }
    const length = Math.hypot(...row);
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

function partnersOf(random: Random, count: number): Uint32Array {
  const aCategory = shape.subcategories * shape.clusters;
  const made = new Uint32Array(count * partners);
  for (let i = 0; i < made.length; i++) {
    const own = Math.floor(i / partners);
    const isNear = random.chance(nearby);
    const within = isNear ? Math.floor(own / aCategory) * aCategory : 0;
    do made[i] = within + random.below(isNear ? aCategory : count);
    while (Math.floor((made[i] as number) / shape.clusters) === Math.floor(own / shape.clusters));
  }
  return made;
}

/** Draws `rows` products. */
export function drawMixture(rows: number, dims: number, seed: number): Mixture {
  const random = new Random(seed);
  const by = Float64Array.from({ length: dims }, (_, d) => (d + 1) ** -decay);
  const rotation = rotationOf(random, dims);
  const { categories, subcategories, clusters } = shape;
  const subs = categories * subcategories;
  const tops = centresOf(random, categories, { own: variance.category, by });
  const below = centresOf(
    random,
    subs,
    { own: variance.subcategory, by },
    { centres: tops, each: subcategories },
  );
  const centres = centresOf(
    random,
    subs * clusters,
    { own: variance.cluster, by },
    { centres: below, each: clusters },
  );
  const partner = partnersOf(random, subs * clusters);
  const cluster = Uint32Array.from({ length: rows }, () => random.below(subs * clusters));
  const flat = new Float64Array(dims);
  const draw = (into: Float32Array, row: number, about: number): void => {
    let square = 0;
    for (let d = 0; d < dims; d++) {
      flat[d] = (centres[about * dims + d] as number) + (by[d] as number) * random.normal();
      square += (flat[d] as number) ** 2;
    }
    const scale = (norm * Math.exp(normSpread * random.normal())) / Math.sqrt(square);
    for (let i = 0; i < dims; i++) {
      const axis = rotation[i] as Float64Array;
      let sum = 0;
      for (let d = 0; d < dims; d++) sum += (axis[d] as number) * (flat[d] as number);
      into[row * dims + i] = sum * scale;
    }
  };
  const made = { cluster, in: new Float32Array(rows * dims), out: new Float32Array(rows * dims) };
  for (let row = 0; row < rows; row++) {
    const own = cluster[row] as number;
    draw(made.out, row, own);
    draw(made.in, row, partner[own * partners + random.below(partners)] as number);
  }
  return made;
}
