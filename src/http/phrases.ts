// Bodies in few bytes: what many of them share (a frame, a name, a pair of digits) stands as one byte, and what the book of such
// phrases lacks as itself behind an escape. Bodies come back byte by byte as they were.

import { Learner, type Phrase } from './phrases-learn.ts';

/** Lesser codes are phrases; this one stands before a byte that is itself. */
const literal = 255;
export const mostPhrases = literal;

/** Where a body is kept. */
export interface Place {
  readonly start: number;
  readonly end: number;
  /** Bytes of the body. */
  readonly plain: number;
}

export class Phrases {
  /** All phrases one after the other. */
  readonly #text: Uint8Array;
  /** Where each code's phrase starts, and the last one ends: phrases are parts of the samples, so 16 bits are enough. */
  readonly #starts: Uint16Array;
  /** Bytes that occur in phrases, numbered from 1 on; 0 for the others. */
  readonly #classes = new Uint8Array(256);
  readonly #classCount: number;
  /** Of a tree's node and a byte's class, the next node; 0 for none. The root is 0. */
  readonly #next: Uint16Array;
  /** The phrase that ends at a node, from 1 on; 0 for none. */
  readonly #codes: Uint8Array;

  /** The phrases differ, and are no more than `mostPhrases`. */
  constructor(phrases: readonly Phrase[]) {
    this.#text = Uint8Array.from(phrases.flat());
    this.#starts = new Uint16Array(literal + 1).fill(this.#text.length);
    let classes = 1;
    for (const byte of this.#text) if (this.#classes[byte] === 0) this.#classes[byte] = classes++;
    this.#classCount = classes;
    this.#next = new Uint16Array((this.#text.length + 1) * classes);
    this.#codes = new Uint8Array(this.#text.length + 1);
    let nodes = 1;
    let at = 0;
    for (const [code, phrase] of phrases.entries()) {
      this.#starts[code] = at;
      at += phrase.length;
      let node = 0;
      for (const byte of phrase) {
        const edge = node * classes + (this.#classes[byte] as number);
        if (this.#next[edge] === 0) this.#next[edge] = nodes++;
        node = this.#next[edge] as number;
      }
      this.#codes[node] = code + 1;
    }
  }

  /**
   * Writes the body in codes, each for the longest phrase that fits, and returns how many bytes they are; 0 where they would
   * be no fewer. `into` has room for as many as the body has.
   */
  pack(body: Uint8Array, into: Uint8Array): number {
    const next = this.#next;
    const classes = this.#classes;
    const codes = this.#codes;
    const { length } = body;
    let to = 0;
    for (let at = 0; at < length; ) {
      let code = 0;
      let end = at;
      for (let node = 0, i = at; i < length; ) {
        const byteClass = classes[body[i] as number] as number;
        if (byteClass === 0) break;
        node = next[node * this.#classCount + byteClass] as number;
        if (node === 0) break;
        i++;
        const here = codes[node] as number;
        if (here > 0) [code, end] = [here, i];
      }
      if (to + 2 > length) return 0;
      if (code > 0) {
        into[to++] = code - 1;
        at = end;
      } else {
        into[to++] = literal;
        into[to++] = body[at++] as number;
      }
    }
    return to;
  }

  /** Writes what the codes from `start` to `end` stand for. */
  unpack(packed: Uint8Array, { start, end }: Omit<Place, 'plain'>, into: Uint8Array): void {
    const text = this.#text;
    const starts = this.#starts;
    let to = 0;
    for (let i = start; i < end; i++) {
      const code = packed[i] as number;
      if (code === literal) {
        into[to++] = packed[++i] as number;
        continue;
      }
      const last = starts[code + 1] as number;
      for (let from = starts[code] as number; from < last; from++) into[to++] = text[from] as number;
    }
  }
}

/** Of a kind of bodies, what its phrases are learned from: so many, of which the long ones count with both ends. */
const sampleBodies = 32;
const sampleBytes = 16_384;
const sampleEnd = 2048;
/** Steps of learning with each body that is packed. */
const stepsABody = 4;
/** Samples are taken of the first bodies, then from the so-manieth on, and so much later again. */
const firstAgain = 256;
const laterBy = 8;
/** Of the bytes that the phrases in use need for the samples, what others must do with to take their place. */
const betterShare = 0.9;

/** A body as it is kept. */
export interface Packed {
  /** By which it is unpacked; 0 where it is as it was. */
  readonly book: number;
  /** Valid until the next call. */
  readonly bytes: Uint8Array;
}

/** Packs bodies by phrases that it learns meanwhile. */
export class Books {
  readonly #books: Phrases[] = [];
  #samples: Uint8Array[] = [];
  #sampled = 0;
  #learner: Learner | undefined;
  /** Bodies that were packed, and how many there are when samples are taken next. */
  #count = 0;
  #next = 0;
  #scratch = new Uint8Array(4096);

  pack(body: Uint8Array): Packed {
    if (this.#count++ >= this.#next) this.#study(body);
    const last = this.#books.at(-1);
    const length = last === undefined ? 0 : last.pack(body, this.#room(body.length));
    if (length === 0) return { book: 0, bytes: body };
    return { book: this.#books.length, bytes: this.#scratch.subarray(0, length) };
  }

  /** A body that is kept among other bytes. A view that is valid until the next call. */
  unpack(book: number, kept: Uint8Array, { start, end, plain }: Place): Uint8Array {
    const phrases = this.#books[book - 1];
    if (phrases === undefined) return kept.subarray(start, end);
    const into = this.#room(plain);
    phrases.unpack(kept, { start, end }, into);
    return into.subarray(0, plain);
  }

  #room(length: number): Uint8Array {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(2 * length);
    return this.#scratch;
  }

  /** Takes a sample or, where there are enough, learns on. */
  #study(body: Uint8Array): void {
    if (this.#learner === undefined) {
      const ends =
        body.length > 2 * sampleEnd ? [body.subarray(0, sampleEnd), body.subarray(-sampleEnd)] : [body];
      for (const end of ends) {
        this.#samples.push(new Uint8Array(end));
        this.#sampled += end.length;
      }
      if (this.#samples.length >= sampleBodies || this.#sampled >= sampleBytes)
        this.#learner = new Learner(this.#samples);
      return;
    }
    for (let i = 0; i < stepsABody; i++) {
      if (this.#learner.step()) continue;
      this.#learned(new Phrases(this.#learner.phrases(mostPhrases)));
      return;
    }
  }

  #learned(phrases: Phrases): void {
    const last = this.#books.at(-1);
    const bytes = (book: Phrases): number =>
      this.#samples.reduce((sum, body) => sum + (book.pack(body, this.#room(body.length)) || body.length), 0);
    if (last === undefined || bytes(phrases) < betterShare * bytes(last)) this.#books.push(phrases);
    this.#next = Math.max(firstAgain, laterBy * this.#count);
    this.#samples = [];
    this.#sampled = 0;
    this.#learner = undefined;
  }
}
