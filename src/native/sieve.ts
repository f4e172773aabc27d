import { binding, native, type RawSieve } from './binding.ts';

const valueColumns = ['category', 'brand', 'price', 'group'] as const;
const codeColumns = ['gender', 'band', 'stock'] as const;

/** What rows are tested by; all are equally long. */
export type SieveColumns = Readonly<
  Record<(typeof valueColumns)[number], Uint32Array> & Record<(typeof codeColumns)[number], Uint8Array>
>;

/** A span of values, 0xFFFFFFFF unknown, or the verdict on each of 256 codes: 0 no, 1 yes, 2 unknown. */
export interface SieveTest {
  readonly span?: { readonly column: Uint32Array; readonly low: number; readonly high: number } | undefined;
  readonly codes?: { readonly column: Uint8Array; readonly verdicts: Uint8Array } | undefined;
  /** The verdicts that drop, a bit each. */
  readonly against: number;
}

const maxTests = 64;
const testWords = 5;
const codeCount = 256;
const unknown = 0xffffffff;

/**
 * Sieves candidate rows by tests on columns; native/core/sieve/sift.h says how. Rows and places are written into the
 * arrays below and compacted in place. Belongs to the thread that made it.
 */
export class Sieve {
  readonly #raw: RawSieve;
  readonly #columns: readonly (Uint32Array | Uint8Array)[];
  /** Of each test: column, against, low, width, dropped. */
  readonly #tests: Uint32Array;
  readonly #verdicts: Uint8Array;
  #count = 0;
  /** Rows that can be sifted at once. */
  readonly capacity: number;
  readonly rows: Uint32Array;
  /** Carried along with the rows, whatever they mean. */
  readonly places: Uint32Array;

  constructor(columns: SieveColumns, capacity: number) {
    const wordBytes = 4 * maxTests * testWords;
    const headBytes = wordBytes + maxTests * codeCount;
    const buffer = new ArrayBuffer(headBytes + 8 * capacity);
    this.capacity = capacity;
    this.#tests = new Uint32Array(buffer, 0, maxTests * testWords);
    this.#verdicts = new Uint8Array(buffer, wordBytes, maxTests * codeCount);
    this.rows = new Uint32Array(buffer, headBytes, capacity);
    this.places = new Uint32Array(buffer, headBytes + 4 * capacity, capacity);
    this.#columns = [...valueColumns, ...codeColumns].map((name) => columns[name]);
    const { category, brand, price, group, gender, band, stock } = columns;
    const slate = new Uint8Array(buffer);
    this.#raw = native(
      () => new binding.Sieve({ category, brand, price, group, gender, band, stock, slate }),
    );
  }

  get isFull(): boolean {
    return this.#count === maxTests;
  }

  /** Adds a test, which counts until `clear`; false where it is of no column that is known here. */
  add({ span, codes, against }: SieveTest): boolean {
    const column = this.#columns.indexOf((span ?? codes)?.column as Uint32Array);
    if (column < 0 || this.isFull) return false;
    const at = this.#count * testWords;
    const words = this.#tests;
    words[at] = column;
    words[at + 1] = against;
    if (span !== undefined) {
      // The column holds whole numbers; of the unknown one, spans stay clear.
      const low = Math.ceil(span.low);
      const width = Math.min(Math.floor(span.high), unknown - 1) - low;
      words[at + 2] = width < 0 ? unknown : low;
      words[at + 3] = Math.max(width, 0);
    } else if (codes !== undefined) this.#verdicts.set(codes.verdicts, this.#count * codeCount);
    this.#count++;
    return true;
  }

  /** How many rows the `i`th test was the first to drop. */
  dropped(i: number): number {
    return this.#tests[i * testWords + testWords - 1] as number;
  }

  /** Keeps those of the first `length` rows, and their places, that all tests let pass; returns how many. */
  sift(length: number): number {
    return native(() => this.#raw.sift(length, this.#count));
  }

  clear(): void {
    this.#count = 0;
  }
}
