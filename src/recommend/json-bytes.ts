// JSON written straight as bytes: numbers and plain text without strings in between. What is not plain goes through
// JSON.stringify, so that the bytes are the same.

const utf8 = new TextEncoder();
const [zero, minus, point, quote, backslash] = [0x30, 0x2d, 0x2e, 0x22, 0x5c];
/** Below it, whole numbers are digits of 32-bit arithmetic. */
const largest = 2 ** 31;
/** Longer texts are quicker encoded than written unit by unit. */
const longestPlain = 128;

/** Bytes that grow at their end. One object a thread: what was written holds until `clear`. */
export class JsonBytes {
  #bytes = new Uint8Array(1 << 15);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written from `start` to `end` (excluded), valid until the next write. */
  view(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  /** Forgets what was written from `length` on. */
  cut(length: number): void {
    this.#length = length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  add(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A few bytes of `from`, from `start` to `end` (excluded). */
  addFew(from: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    const at = this.#length - start;
    for (let i = start; i < end; i++) bytes[at + i] = from[i] as number;
    this.#length = at + end;
  }

  /** A text as it stands. */
  text(text: string): void {
    const { length } = text;
    if (length > longestPlain) {
      this.#encode(text);
      return;
    }
    this.#reserve(length);
    const bytes = this.#bytes;
    const at = this.#length;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        this.#encode(text);
        return;
      }
      bytes[at + i] = unit;
    }
    this.#length = at + length;
  }

  #encode(text: string): void {
    this.#reserve(3 * text.length);
    this.#length += utf8.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** A text as JSON. */
  string(text: string): void {
    const { length } = text;
    this.#reserve(length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = quote;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x20 || unit >= 0x80 || unit === quote || unit === backslash) {
        this.text(JSON.stringify(text));
        return;
      }
      bytes[at++] = unit;
    }
    bytes[at++] = quote;
    this.#length = at;
  }

  /**
   * The text that `from` holds from `start` to `end` (excluded) in UTF-8, as JSON; false where it is not plain, and
   * nothing was written.
   */
  plain(from: Uint8Array, start: number, end: number): boolean {
    this.#reserve(end - start + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = quote;
    for (let i = start; i < end; i++) {
      const byte = from[i] as number;
      if (byte < 0x20 || byte >= 0x80 || byte === quote || byte === backslash) return false;
      bytes[at++] = byte;
    }
    bytes[at++] = quote;
    this.#length = at;
    return true;
  }

  /** A number; counts are quick. */
  whole(value: number): void {
    if (!(value >= 0 && value < largest && Number.isInteger(value))) {
      this.text(JSON.stringify(value));
      return;
    }
    this.#reserve(10);
    this.#digits(value);
  }

  #digits(value: number): void {
    let end = this.#length + 1;
    for (let left = value; left >= 10; left = (left / 10) | 0) end++;
    const bytes = this.#bytes;
    let left = value;
    for (let at = end - 1; at >= this.#length; at--) {
      const tens = (left / 10) | 0;
      bytes[at] = zero + left - 10 * tens;
      left = tens;
    }
    this.#length = end;
  }

  /**
   * `value / 10_000` of a whole number. Fifteen digits name one double only, and a quotient is the nearest there is: its
   * shortest form is the digits as they are.
   */
  tenThousandths(value: number): void {
    const size = Math.abs(value);
    if (!(size < largest)) {
      this.text(JSON.stringify(value / 1e4));
      return;
    }
    this.#reserve(12);
    if (value < 0) this.#bytes[this.#length++] = minus;
    const whole = (size / 1e4) | 0;
    this.#digits(whole);
    let part = size - 1e4 * whole;
    if (part === 0) return;
    const bytes = this.#bytes;
    bytes[this.#length++] = point;
    for (let unit = 1000; part > 0; unit /= 10) {
      const digit = (part / unit) | 0;
      bytes[this.#length++] = zero + digit;
      part -= digit * unit;
    }
  }
}
