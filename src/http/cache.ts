// Answers kept in memory: of one version, bounded in bytes and in age. They lie in a ring of bytes, packed (phrases.ts), each
// behind its key and tag; where the ring is full the oldest goes, unless it was asked for since it was put there: then it moves
// to the front (FIFO with reinsertion, also known as CLOCK: Corbató 1968). A table of hashes tells where each begins. Nothing of
// it is the collector's, and memory is what it says: these arrays, filled again and again.
//
//   bytes | hash of the key | tick of its end | bytes of the plain body | bytes of the key, of the tag, book, flags ‖ key, tag, body
//
// In 32-bit words, then bytes, up to a whole word. What is left at the ring's end, where a record does not fit, has the hash 0.

import { Books } from './phrases.ts';

export interface CachedAnswer {
  /** Valid until the next call. */
  readonly body: Uint8Array;
  /** The entity tag, quotes included. */
  readonly tag: string;
}

export interface CacheOptions {
  readonly bytes: number;
  /** Policies may go by the day, so that even of one version no answer holds for ever. */
  readonly seconds: number;
}

const headWords = 5;
const headBytes = 4 * headWords;
/** Where the words of a head are. */
const [hashWord, endWord, plainWord, restWord] = [1, 2, 3, 4];
/** Of the last word: bytes of the key, of the tag, the book, and two flags. */
const mostKeyBytes = 2 ** 13 - 1;
const [tagShift, mostTagBytes] = [13, 2 ** 8 - 1];
const [bookShift, mostBook] = [21, 2 ** 6 - 1];
/** In place of a body there is the key under which it lies, and in place of the body's bytes that key's hash. */
const aliasFlag = 1 << 30;
/** Since it came to its place. */
const askedFlag = 1 << 31;

/** Of the ring, what a record may take. */
const mostShare = 1 / 32;
/** Records that a new one may move to the front; the next ones go, asked for or not, so that making room ends. */
const mostMoves = 32;
/** Places of the table for hashes that begin alike; one more takes that of the oldest. */
const rowPlaces = 16;
/** There are at most so many bytes for each place of the table, so that rows seldom are full: a typical answer takes 150. */
const bytesAPlace = 64;
/** Of an entry's age. */
const tickMs = 100;

const aligned = (bytes: number): number => (bytes + 3) & ~3;

interface Record {
  readonly hash: number;
  readonly endTick: number;
  readonly plain: number;
  readonly book: number;
  readonly flags: number;
  readonly tag: string;
  readonly body: Uint8Array;
}

export class ResultCache {
  readonly #lifeTicks: number;
  readonly #startMs = performance.now();
  readonly #ring: Uint8Array;
  readonly #words: Uint32Array;
  readonly #texts: Buffer;
  /** In rows: some bits of the hash, 0 where the place is free, and the word of the ring where the record begins. */
  readonly #marks: Uint8Array;
  readonly #places: Uint32Array;
  readonly #rowMask: number;
  #books = new Books();
  /** In bytes: where the next record goes, where the oldest is, and what lies between. */
  #front = 0;
  #back = 0;
  #used = 0;
  #entries = 0;
  /** The key in hand. */
  readonly #key = new Uint8Array(mostKeyBytes);
  #keyLength = 0;

  constructor({ bytes, seconds }: CacheOptions) {
    const rows = 2 ** Math.max(0, Math.floor(Math.log2(bytes / bytesAPlace / rowPlaces)));
    this.#rowMask = rows - 1;
    this.#marks = new Uint8Array(rows * rowPlaces);
    this.#places = new Uint32Array(rows * rowPlaces);
    const table = this.#marks.byteLength + this.#places.byteLength;
    // Pages that are not written to yet take no memory.
    this.#ring = new Uint8Array(Math.floor((bytes - table) / 4) * 4);
    this.#words = new Uint32Array(this.#ring.buffer);
    this.#texts = Buffer.from(this.#ring.buffer);
    this.#lifeTicks = Math.ceil((seconds * 1000) / tickMs);
  }

  get(key: string): CachedAnswer | undefined {
    return this.#get(this.#take(key));
  }

  /** Keeps a copy of the body, unless it is too large. */
  put(key: string, { body, tag }: CachedAnswer): void {
    const hash = this.#take(key);
    const before = this.#slotOf(hash);
    if (before >= 0) this.#drop(before);
    const { book, bytes } = this.#books.pack(body);
    const plain = body.length;
    const endTick = this.#tick() + this.#lifeTicks;
    if (book <= mostBook) this.#write({ hash, endTick, plain, book, flags: 0, tag, body: bytes });
  }

  /** Another way to ask for what is kept already. */
  alias(key: string, of: string): void {
    const plain = this.#take(of);
    const slot = this.#slotOf(plain);
    const at = slot < 0 ? 0 : (this.#places[slot] as number);
    if (slot < 0 || this.#word(at, restWord) & aliasFlag) return;
    const body = this.#key.slice(0, this.#keyLength);
    const endTick = this.#word(at, endWord);
    const hash = this.#take(key);
    if (this.#slotOf(hash) >= 0) return;
    this.#write({ hash, endTick, plain, book: 0, flags: aliasFlag, tag: '', body });
  }

  /** Forgets all; the memory is kept for what comes. */
  clear(): void {
    if (this.#entries > 0) this.#marks.fill(0);
    this.#books = new Books();
    this.#front = 0;
    this.#back = 0;
    this.#used = 0;
    this.#entries = 0;
  }

  /** What lies in the ring, with what is forgotten and was not its turn to go yet. */
  get bytes(): number {
    return this.#used;
  }

  get entries(): number {
    return this.#entries;
  }

  #word(at: number, which: number): number {
    return this.#words[at + which] as number;
  }

  #tick(): number {
    return Math.floor((performance.now() - this.#startMs) / tickMs);
  }

  /** Makes it the key in hand. Returns its hash, FNV-1a; 0 for one that is too long to be kept. */
  #take(key: string): number {
    const bytes = this.#key;
    let hash = 0x811c9dc5;
    let to = 0;
    if (3 * key.length > mostKeyBytes) return 0;
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i);
      hash = Math.imul(hash ^ unit, 0x01000193);
      if (unit >= 0x80) {
        // No other byte is this one, so different keys have different bytes.
        bytes[to++] = 0xff;
        bytes[to++] = unit >>> 8;
      }
      bytes[to++] = unit;
    }
    this.#keyLength = to;
    return mixed(hash) || 1;
  }

  /** Of the key in hand. */
  #get(hash: number): CachedAnswer | undefined {
    const slot = this.#slotOf(hash);
    if (slot < 0) return undefined;
    const at = this.#places[slot] as number;
    if (this.#tick() >= this.#word(at, endWord)) {
      this.#drop(slot);
      return undefined;
    }
    const rest = this.#word(at, restWord);
    this.#words[at + restWord] = rest | askedFlag;
    const tagStart = 4 * at + headBytes + (rest & mostKeyBytes);
    const start = tagStart + ((rest >>> tagShift) & mostTagBytes);
    const end = 4 * at + this.#word(at, 0);
    const plain = this.#word(at, plainWord);
    if (rest & aliasFlag) {
      this.#key.set(this.#ring.subarray(start, end));
      this.#keyLength = end - start;
      return this.#get(plain);
    }
    const body = this.#books.unpack((rest >>> bookShift) & mostBook, this.#ring, { start, end, plain });
    return { body, tag: this.#texts.toString('latin1', tagStart, start) };
  }

  /** The first place of the hash's row. */
  #rowOf(hash: number): number {
    return (hash & this.#rowMask) * rowPlaces;
  }

  /** The place of the key in hand; -1 where it is not kept. */
  #slotOf(hash: number): number {
    const row = this.#rowOf(hash);
    const mark = markOf(hash);
    for (let slot = row; slot < row + rowPlaces; slot++)
      if (this.#marks[slot] === mark && this.#isKey(this.#places[slot] as number, hash)) return slot;
    return -1;
  }

  #isKey(at: number, hash: number): boolean {
    const length = this.#keyLength;
    if (this.#word(at, hashWord) !== hash || (this.#word(at, restWord) & mostKeyBytes) !== length)
      return false;
    const start = 4 * at + headBytes;
    for (let i = 0; i < length; i++) if (this.#ring[start + i] !== this.#key[i]) return false;
    return true;
  }

  #drop(slot: number): void {
    this.#marks[slot] = 0;
    this.#entries--;
  }

  /** Under the key in hand, which is not kept. */
  #write({ hash, endTick, plain, book, flags, tag, body }: Record): void {
    const keyLength = this.#keyLength;
    const bytes = headBytes + keyLength + tag.length + body.length;
    if (hash === 0 || tag.length > mostTagBytes || bytes > mostShare * this.#ring.length) return;
    this.#makeRoom(aligned(bytes));
    const at = this.#front / 4;
    const rest = keyLength | (tag.length << tagShift) | (book << bookShift) | flags;
    this.#words.set([bytes, hash, endTick, plain, rest], at);
    let to = this.#front + headBytes;
    for (let i = 0; i < keyLength; i++) this.#ring[to++] = this.#key[i] as number;
    for (let i = 0; i < tag.length; i++) this.#ring[to++] = tag.charCodeAt(i);
    this.#ring.set(body, to);
    this.#front += aligned(bytes);
    this.#used += aligned(bytes);
    const slot = this.#freeSlot(hash);
    this.#marks[slot] = markOf(hash);
    this.#places[slot] = at;
    this.#entries++;
  }

  /** One in the hash's row. */
  #freeSlot(hash: number): number {
    const row = this.#rowOf(hash);
    let oldest = row;
    let most = -1;
    for (let slot = row; slot < row + rowPlaces; slot++) {
      if (this.#marks[slot] === 0) return slot;
      const back = 4 * (this.#places[slot] as number) - this.#front;
      const age = this.#ring.length - (back < 0 ? back + this.#ring.length : back);
      if (age > most) [most, oldest] = [age, slot];
    }
    this.#drop(oldest);
    return oldest;
  }

  /** Lets the oldest go until so many bytes are free at the front. */
  #makeRoom(bytes: number): void {
    for (let moves = 0; ; ) {
      if (this.#used === 0) [this.#front, this.#back] = [0, 0];
      const isRound = this.#used > 0 && this.#front <= this.#back;
      const free = (isRound ? this.#back : this.#ring.length) - this.#front;
      if (free >= bytes) return;
      if (isRound) {
        if (this.#retire(moves < mostMoves)) moves++;
        continue;
      }
      if (free > 0) this.#words[this.#front / 4] = free;
      if (free > 4) this.#words[this.#front / 4 + hashWord] = 0;
      this.#used += free;
      this.#front = 0;
    }
  }

  /** Takes the oldest record from the back, and lets it go or moves it to the front. Returns whether it moved. */
  #retire(mayMove: boolean): boolean {
    const from = this.#back;
    const at = from / 4;
    const bytes = aligned(this.#word(at, 0));
    this.#back = (from + bytes) % this.#ring.length;
    this.#used -= bytes;
    const slot = bytes > 4 ? this.#slotAt(at) : -1;
    if (slot < 0) return false;
    const rest = this.#word(at, restWord);
    if (!mayMove || (rest & askedFlag) === 0 || this.#tick() >= this.#word(at, endWord)) {
      this.#drop(slot);
      return false;
    }
    this.#words[at + restWord] = rest & ~askedFlag;
    this.#ring.copyWithin(this.#front, from, from + bytes);
    this.#places[slot] = this.#front / 4;
    this.#front += bytes;
    this.#used += bytes;
    return true;
  }

  /** The table's place of the record that begins there; -1 where it is forgotten. */
  #slotAt(at: number): number {
    const hash = this.#word(at, hashWord);
    if (hash === 0) return -1;
    const row = this.#rowOf(hash);
    for (let slot = row; slot < row + rowPlaces; slot++)
      if (this.#marks[slot] !== 0 && this.#places[slot] === at) return slot;
    return -1;
  }
}

/** The last characters of a key reach all bits (the finalizer of MurmurHash3). */
function mixed(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
}

/** Other bits than those of the row. */
const markOf = (hash: number): number => hash >>> 24 || 1;
