import { binding, native, type RawChooser } from './binding.ts';

/** The number that means "any number of them". */
const noMaximum = 0xffffffff;

const columnNames = ['brand', 'category', 'group'] as const;
export type DiversityColumn = (typeof columnNames)[number];

/** What candidates are compared by. */
export interface DiversityProducts extends Readonly<Record<DiversityColumn, Uint32Array>> {
  /** `dims` floats of each of the first rows. */
  readonly vectors: Float32Array;
  readonly dims: number;
}

export interface DiversityWish {
  /** What unlikeness weighs against the total, 0 to 1. */
  readonly mmr?: number;
  /** No two neighbours alike in this. */
  readonly noAdjacentSame?: DiversityColumn;
  readonly maxBrand?: number;
  readonly maxCategory?: number;
  readonly maxGroup?: number;
}

/**
 * Fills slots from a line of candidates, each with the best that diversity allows; native/core/diversity/choose.h says
 * how. The line is written into the arrays below, which are filled and read in place. Belongs to the thread that made it.
 */
export class Chooser {
  readonly #raw: RawChooser;
  /** Candidates that a line may have. */
  readonly capacity: number;
  /** By tier, and then by falling total. */
  readonly rows: Uint32Array;
  readonly tiers: Uint32Array;
  readonly totals: Float64Array;
  /** 1 where the candidate must be among the chosen. */
  readonly reserved: Uint8Array;
  /** Out: places in the line, in the order in which the chosen stand. */
  readonly chosen: Uint32Array;

  constructor({ vectors, dims, brand, category, group }: DiversityProducts, capacity: number) {
    const buffer = new ArrayBuffer(capacity * (8 + 3 * 4 + 1));
    const words = 8 * capacity;
    this.capacity = capacity;
    this.totals = new Float64Array(buffer, 0, capacity);
    this.rows = new Uint32Array(buffer, words, capacity);
    this.tiers = new Uint32Array(buffer, words + 4 * capacity, capacity);
    this.chosen = new Uint32Array(buffer, words + 8 * capacity, capacity);
    this.reserved = new Uint8Array(buffer, words + 12 * capacity, capacity);
    const slate = new Uint8Array(buffer);
    this.#raw = native(() => new binding.Chooser({ vectors, dims, brand, category, group, slate }));
  }

  /** Fills `need` slots from the first `length` of the line; how many are in `chosen`. Throws argument_invalid. */
  choose(length: number, need: number, wish: DiversityWish): number {
    const { mmr = 0, noAdjacentSame } = wish;
    const { maxBrand = noMaximum, maxCategory = noMaximum, maxGroup = noMaximum } = wish;
    const apart = noAdjacentSame === undefined ? columnNames.length : columnNames.indexOf(noAdjacentSame);
    return native(() => this.#raw.choose(length, need, mmr, apart, maxBrand, maxCategory, maxGroup));
  }
}
