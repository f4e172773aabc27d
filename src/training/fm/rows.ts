// Sparse rows with a label each, as they are read, split and handed to the trainer.

import type { SparseRows } from '../../native/index.ts';

export interface FmRows extends SparseRows {
  readonly values: Float32Array;
  /** One a row: what is to be foretold. */
  readonly labels: Float32Array;
}

export class Growing<A extends Float32Array | Uint32Array> {
  #array: A;
  length = 0;
  readonly #make: (length: number) => A;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#array = make(1024);
  }

  push(value: number): void {
    if (this.length === this.#array.length) {
      const grown = this.#make(2 * this.length);
      grown.set(this.#array);
      this.#array = grown;
    }
    this.#array[this.length++] = value;
  }

  taken(): A {
    return this.#array.slice(0, this.length) as A;
  }
}

const floats = () => new Growing((length) => new Float32Array(length));
const wholes = () => new Growing((length) => new Uint32Array(length));

/** Rows, one after the other, feature by feature. */
export class RowsBuilder {
  readonly #offsets = wholes();
  readonly #features = wholes();
  readonly #values = floats();
  readonly #labels = floats();

  constructor() {
    this.#offsets.push(0);
  }

  get count(): number {
    return this.#labels.length;
  }

  addFeature(feature: number, value: number): void {
    this.#features.push(feature);
    this.#values.push(value);
  }

  endRow(label: number): void {
    this.#offsets.push(this.#features.length);
    this.#labels.push(label);
  }

  finish(): FmRows {
    return {
      offsets: this.#offsets.taken(),
      features: this.#features.taken(),
      values: this.#values.taken(),
      labels: this.#labels.taken(),
    };
  }
}

/** The rows from `start` up to `end` (excluded). Features and values stay where they are. */
export function rowsBetween(
  { offsets, features, values, labels }: FmRows,
  start: number,
  end: number,
): FmRows {
  const first = offsets[start] as number;
  const last = offsets[end] as number;
  return {
    offsets: offsets.slice(start, end + 1).map((offset) => offset - first),
    features: features.subarray(first, last),
    values: values.subarray(first, last),
    labels: labels.subarray(start, end),
  };
}

/** One more than the highest feature of any of them. */
export function featuresOf(...all: readonly FmRows[]): number {
  let highest = -1;
  for (const { features } of all) for (const feature of features) if (feature > highest) highest = feature;
  return highest + 1;
}
