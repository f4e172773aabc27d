import { binding, native, type RawSieve } from './binding.ts';

const valueColumns = ['category', 'brand', 'price', 'group'] as const;
const codeColumns = ['gender', 'band', 'stock'] as const;

/** What rows are tested by; all are equally long. */
export type SieveColumns = Readonly<
  Record<(typeof valueColumns)[number], Uint32Array> & Record<(typeof codeColumns)[number], Uint8Array>
> & {
  /** Further numbers, NaN unknown. */
  readonly numeric: ReadonlyMap<string, Float32Array>;
};

/** Both ends included. */
interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * A span of values or several, 0xFFFFFFFF unknown, or the verdict on each of 256 codes: 0 no, 1 yes, 2 unknown, or bounds of
 * numbers.
 */
export interface SieveTest {
  readonly span?: ({ readonly column: Uint32Array } & Bounds) | undefined;
  readonly spans?: { readonly column: Uint32Array; readonly spans: readonly Bounds[] } | undefined;
  readonly codes?: { readonly column: Uint8Array; readonly verdicts: Uint8Array } | undefined;
  readonly numbers?: ({ readonly column: Float32Array } & Bounds) | undefined;
  /** The verdicts that drop, a bit each. */
  readonly against: number;
}

const maxTests = 64;
const testWords = 6;
const codeCount = 256;
const maxSpans = codeCount / 8;
const unknown = 0xffffffff;

/** Writes a span, of which the column's whole numbers are told by their low and width; it stays clear of the unknown one. */
function writeSpan(words: Uint32Array, at: number, span: Bounds): void {
  const low = Math.ceil(span.low);
  const width = Math.min(Math.floor(span.high), unknown - 1) - low;
  words[at] = width < 0 ? unknown : low;
  words[at + 1] = Math.max(width, 0);
}

/**
 * Sieves candidate rows by tests on columns; native/core/sieve/sift.h says how. Rows and places are written into the
 * arrays below and compacted in place. Belongs to the thread that made it.
 */
export class Sieve {
  readonly #raw: RawSieve;
  readonly #columns: readonly (Uint32Array | Uint8Array | Float32Array)[];
  /** Of each test: column, against, low, width or high, spans, dropped. */
  readonly #tests: Uint32Array;
  /** The same words as numbers. */
  readonly #bounds: Float32Array;
  readonly #verdicts: Uint8Array;
  /** Of tests with more than one span, in the place of verdicts. */
  readonly #spans: Uint32Array;
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
    this.#bounds = new Float32Array(buffer, 0, maxTests * testWords);
    this.#verdicts = new Uint8Array(buffer, wordBytes, maxTests * codeCount);
    this.#spans = new Uint32Array(buffer, wordBytes, (maxTests * codeCount) / 4);
    this.rows = new Uint32Array(buffer, headBytes, capacity);
    this.places = new Uint32Array(buffer, headBytes + 4 * capacity, capacity);
    const { category, brand, price, group, gender, band, stock } = columns;
    const numbers = [...columns.numeric.values()];
    this.#columns = [...[...valueColumns, ...codeColumns].map((name) => columns[name]), ...numbers];
    const slate = new Uint8Array(buffer);
    this.#raw = native(
      () => new binding.Sieve({ category, brand, price, group, gender, band, stock, numbers, slate }),
    );
  }

  get isFull(): boolean {
    return this.#count === maxTests;
  }

  /** Adds a test, which counts until `clear`; false where it is of no column that is known here, or of too many spans. */
  add({ span, spans, codes, numbers, against }: SieveTest): boolean {
    const data = span ?? codes ?? numbers ?? spans;
    if (data === undefined || this.isFull) return false;
    const column = this.#columns.indexOf(data.column);
    const count = spans === undefined ? 1 : spans.spans.length;
    if (column < 0 || count === 0 || count > maxSpans) return false;
    const at = this.#count * testWords;
    const words = this.#tests;
    words[at] = column;
    words[at + 1] = against;
    words[at + 4] = count;
    if (span !== undefined) writeSpan(words, at + 2, span);
    else if (codes !== undefined) this.#verdicts.set(codes.verdicts, this.#count * codeCount);
    else if (numbers !== undefined) {
      this.#bounds[at + 2] = numbers.low;
      this.#bounds[at + 3] = numbers.high;
    } else if (spans !== undefined) this.#writeSpans(spans.spans);
    this.#count++;
    return true;
  }

  #writeSpans(spans: readonly Bounds[]): void {
    const [only] = spans as [Bounds];
    if (spans.length === 1) {
      writeSpan(this.#tests, this.#count * testWords + 2, only);
      return;
    }
    let at = (this.#count * codeCount) / 4;
    for (const span of spans) {
      writeSpan(this.#spans, at, span);
      at += 2;
    }
  }

  /** How many rows the `i`th test was the first to drop. */
  dropped(i: number): number {
    return this.#tests[i * testWords + testWords - 1] as number;
  }

  /**
   * Keeps those of the first `length` rows, and their places, that all tests let pass; returns how many. Looks no further once
   * it has `most`: what lies behind is neither kept nor counted.
   */
  sift(length: number, most = length): number {
    return native(() => this.#raw.sift(length, this.#count, most));
  }

  clear(): void {
    this.#count = 0;
  }
}
