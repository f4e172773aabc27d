// Seeded randomness: the same seed gives the same numbers on every machine. Not for secrets.

/** xoshiro128** (Blackman and Vigna 2018), its state filled by splitmix32 from one seed. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** Any finite number is a seed; its low and high 32 bits both count. */
  constructor(seed: number) {
    let state = (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b9)) | 0;
    const splitmix = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.a = splitmix();
    this.b = splitmix();
    this.c = splitmix();
    this.d = splitmix();
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    const rotated = Math.imul(this.b, 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** A number in [0, 1) with 32 random bits. */
  float(): number {
    return this.next() / 2 ** 32;
  }

  /** A whole number in [0, n); `n` at most 2^32. */
  below(n: number): number {
    return Math.floor(this.float() * n);
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.float() < p;
  }

  /** A standard normal number (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.float())) * Math.cos(2 * Math.PI * this.float());
  }

  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Shuffles in place (Fisher and Yates) and returns the list. */
  shuffle<T extends unknown[] | Uint32Array>(list: T): T {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }
}

/** Draws indices in proportion to weights, in constant time (Walker 1977, Vose 1991). */
export class WeightedChoice {
  private readonly keep: Float64Array;
  private readonly other: Uint32Array;

  /** `weights` are finite, none negative, at least one positive. */
  constructor(weights: ArrayLike<number>) {
    const n = weights.length;
    let total = 0;
    for (let i = 0; i < n; i++) total += weights[i] as number;
    this.keep = new Float64Array(n).fill(1);
    this.other = Uint32Array.from({ length: n }, (_, i) => i);
    const scaled = Float64Array.from(weights, (w) => (w * n) / total);
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < n; i++) ((scaled[i] as number) < 1 ? small : large).push(i);
    while (small.length > 0 && large.length > 0) {
      const low = small.pop() as number;
      const high = large.at(-1) as number;
      this.keep[low] = scaled[low] as number;
      this.other[low] = high;
      scaled[high] = (scaled[high] as number) - (1 - (scaled[low] as number));
      if ((scaled[high] as number) < 1) small.push(large.pop() as number);
    }
  }

  draw(random: Random): number {
    const i = random.below(this.keep.length);
    return random.float() < (this.keep[i] as number) ? i : (this.other[i] as number);
  }
}
