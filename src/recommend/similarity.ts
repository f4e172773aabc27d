// How alike candidates are, for diversity: the cosine of their IN vectors. Vectors are gathered once a request into a
// small block of doubles, since each is compared several times.

import type { Vectors } from '../artifact/vectors.ts';

export interface Similarity {
  /** Forgets the candidates of before; `most` may follow, numbered from 0. */
  begin(most: number): void;
  /** Takes the vector of a candidate's row over, unless it did so before. */
  load(candidate: number, row: number): void;
  /** Of two loaded candidates, from 0 (unlike, or without a vector) to 1. */
  between(a: number, b: number): number;
}

/** The inner product. Four sums, because one would wait for each addition before the next. */
function dot(a: Float64Array, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  const whole = Math.min(a.length, b.length) & -4;
  for (; i < whole; i += 4) {
    s0 += (a[i] as number) * (b[i] as number);
    s1 += (a[i + 1] as number) * (b[i + 1] as number);
    s2 += (a[i + 2] as number) * (b[i + 2] as number);
    s3 += (a[i + 3] as number) * (b[i + 3] as number);
  }
  for (; i < a.length; i++) s0 += (a[i] as number) * (b[i] as number);
  return s0 + s1 + (s2 + s3);
}

interface Loaded {
  readonly values: Float64Array;
  /** 1 / length; 0 of a zero vector, which is unlike all. */
  scale: number;
}

/** Makes the similarity of one thread. */
export function createSimilarity({ dims, trained, in: vectors }: Vectors): Similarity {
  let slots = new Int32Array(0);
  const vectorsLoaded: Loaded[] = [];
  let loaded = 0;

  return {
    begin(most) {
      if (slots.length < most) slots = new Int32Array(most);
      slots.fill(-1, 0, most);
      loaded = 0;
    },
    load(candidate, row) {
      if (slots[candidate] !== -1) return;
      const slot = loaded++;
      slots[candidate] = slot;
      vectorsLoaded[slot] ??= { values: new Float64Array(dims), scale: 0.5 };
      const own = vectorsLoaded[slot] as Loaded;
      own.scale = 0;
      if (row >= trained) return;
      const { values } = own;
      for (let i = 0, from = row * dims; i < dims; i++) values[i] = vectors[from + i] as number;
      const square = dot(values, values);
      if (square > 0) own.scale = 1 / Math.sqrt(square);
    },
    between(a, b) {
      const one = vectorsLoaded[slots[a] as number] as Loaded;
      const other = vectorsLoaded[slots[b] as number] as Loaded;
      if (one.scale === 0 || other.scale === 0) return 0;
      const cosine = dot(one.values, other.values) * one.scale * other.scale;
      return Math.max(cosine, 0);
    },
  };
}
