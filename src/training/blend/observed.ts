// What validation baskets say of every candidate of every product asked: enough to judge any blend without going through the baskets again.

import type { TestBaskets } from '../evaluate/baskets.ts';
import type { Gathered, Gatherer } from './candidates.ts';

export interface Observed extends Gathered {
  /** How often each product was asked. */
  readonly asked: Uint32Array;
  /** For each candidate, how often it was in the rest of the basket. */
  readonly hits: Uint32Array;
  /**
   * For each candidate, what it adds to the mean NDCG at place p, times log2(p + 2): its share in the baskets that hold both,
   * over the best gain possible there.
   */
  readonly gain: Float64Array;
}

const discount = (place: number): number => 1 / Math.log2(place + 2);

/** The products asked in `test`, ascending. */
export function askedItems(test: TestBaskets): Uint32Array {
  return Uint32Array.from(new Set(test.items)).sort();
}

const itemsPerCall = 256;

/** Gathers the candidates of all `items`. The event loop turns between calls, where `check` may throw. */
export async function gatherAll(
  items: Uint32Array,
  { gather }: Gatherer,
  check: (done: number) => void,
): Promise<Gathered> {
  const parts: Gathered[] = [];
  for (let from = 0; from < items.length; from += itemsPerCall) {
    parts.push(gather(items.subarray(from, from + itemsPerCall)));
    await new Promise(setImmediate);
    check(Math.min(items.length, from + itemsPerCall));
  }
  const offsets = new Uint32Array(items.length + 1);
  let [at, base] = [0, 0];
  for (const part of parts) {
    for (let i = 1; i < part.offsets.length; i++) offsets[++at] = base + (part.offsets[i] as number);
    base += part.rows.length;
  }
  const joined = <A extends Uint32Array | Float32Array>(into: A, of: (part: Gathered) => A): A => {
    let from = 0;
    for (const part of parts) {
      into.set(of(part), from);
      from += of(part).length;
    }
    return into;
  };
  return {
    items,
    offsets,
    rows: joined(new Uint32Array(base), ({ rows }) => rows),
    embedding: joined(new Float32Array(base), ({ embedding }) => embedding),
    cooccurrence: joined(new Float32Array(base), ({ cooccurrence }) => cooccurrence),
    popularity: joined(new Float32Array(base), ({ popularity }) => popularity),
  };
}

/** Counts what followed in the baskets. `k` is the length of the lists that NDCG judges. */
export function observe(gathered: Gathered, test: TestBaskets, k: number): Observed {
  const { items, offsets, rows } = gathered;
  const place = new Map<number, number>();
  items.forEach((item, i) => {
    place.set(item, i);
  });
  // Baskets of each product asked, so that one product's candidates are looked up at a time.
  const baskets = test.heldOut.length;
  const asked = new Uint32Array(items.length);
  for (const item of test.items)
    asked[place.get(item) as number] = (asked[place.get(item) as number] ?? 0) + 1;
  const starts = new Uint32Array(items.length + 1);
  for (let i = 0; i < items.length; i++) starts[i + 1] = (starts[i] as number) + (asked[i] as number);
  const holding = new Uint32Array(test.items.length);
  const next = starts.slice();
  for (let basket = 0; basket < baskets; basket++)
    for (let n = test.offsets[basket] as number; n < (test.offsets[basket + 1] as number); n++) {
      const i = place.get(test.items[n] as number) as number;
      holding[next[i] as number] = basket;
      next[i] = (next[i] as number) + 1;
    }
  const hits = new Uint32Array(rows.length);
  const gain = new Float64Array(rows.length);
  const entry = new Map<number, number>();
  for (let i = 0; i < items.length; i++) {
    entry.clear();
    for (let n = offsets[i] as number; n < (offsets[i + 1] as number); n++) entry.set(rows[n] as number, n);
    for (let h = starts[i] as number; h < (starts[i + 1] as number); h++) {
      const basket = holding[h] as number;
      const [begin, end] = [test.offsets[basket] as number, test.offsets[basket + 1] as number];
      let best = 0;
      for (let p = 0; p < Math.min(k, end - begin - 1); p++) best += discount(p);
      const share = 1 / (baskets * (end - begin) * best);
      for (let n = begin; n < end; n++) {
        const candidate = entry.get(test.items[n] as number);
        if (candidate === undefined) continue;
        hits[candidate] = (hits[candidate] as number) + 1;
        gain[candidate] = (gain[candidate] as number) + share;
      }
    }
  }
  return { ...gathered, asked, hits, gain };
}
