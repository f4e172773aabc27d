// Answers kept in memory: of one version, bounded in bytes and in age. Bodies lie in segments that are filled one after the
// other; where all are full the oldest is emptied, and what was asked for again since it was put there moves on into the next
// (FIFO with reinsertion, also known as CLOCK: Corbató 1968). Bodies are no objects of the collector's, and memory is what it
// says: as many segments as there are, filled again and again.

export interface CachedAnswer {
  /** Valid until the next `put`. */
  readonly body: Uint8Array;
  /** The entity tag, quotes included. */
  readonly tag: string;
}

export interface CacheOptions {
  readonly bytes: number;
  /** Policies may go by the day, so that even of one version no answer holds for ever. */
  readonly seconds: number;
}

interface Segment {
  readonly bytes: Uint8Array;
  /** Of the bodies. */
  used: number;
  /** With what the entries take. */
  weight: number;
  readonly entries: Entry[];
}

interface Entry {
  /** The one it was put under, and others that ask the same. */
  readonly keys: string[];
  readonly tag: string;
  readonly untilMs: number;
  readonly length: number;
  segment: Segment;
  start: number;
  /** Since it came to its place. */
  isAsked: boolean;
}

/** The more, the less is emptied at once. */
const segmentCount = 16;
/** What an entry takes beside its body: objects, strings and a place in the map (measured: 230 to 260). */
const entryBytes = 250;
const mostKeys = 4;
/** Of a segment, what may move on when it is emptied: the rest is for new answers, and emptying ends. */
const movedShare = 0.75;

export class ResultCache {
  readonly #segmentBytes: number;
  readonly #lifeMs: number;
  readonly #entries = new Map<string, Entry>();
  /** The one that is being filled is the last. */
  #segments: Segment[] = [];

  constructor({ bytes, seconds }: CacheOptions) {
    this.#segmentBytes = Math.floor(bytes / segmentCount);
    this.#lifeMs = seconds * 1000;
  }

  get(key: string): CachedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (performance.now() > entry.untilMs) {
      this.#drop(entry);
      return undefined;
    }
    entry.isAsked = true;
    const { segment, start, length, tag } = entry;
    return { body: segment.bytes.subarray(start, start + length), tag };
  }

  /** Keeps a copy of the body, unless it is larger than a segment. */
  put(key: string, { body, tag }: CachedAnswer): void {
    const { length } = body;
    if (length + entryBytes > (1 - movedShare) * this.#segmentBytes) return;
    const before = this.#entries.get(key);
    if (before !== undefined) this.#drop(before);
    const segment = this.#segmentFor(length);
    const untilMs = performance.now() + this.#lifeMs;
    const entry = { keys: [key], tag, untilMs, length, segment, start: segment.used, isAsked: false };
    segment.bytes.set(body, segment.used);
    this.#place(entry, segment);
    this.#entries.set(key, entry);
  }

  /** Another way to ask for what is kept already. */
  alias(key: string, of: string): void {
    const entry = this.#entries.get(of);
    if (entry === undefined || entry.keys.length >= mostKeys || this.#entries.has(key)) return;
    entry.keys.push(key);
    this.#entries.set(key, entry);
  }

  /** Forgets all; the memory is kept for what comes. */
  clear(): void {
    this.#entries.clear();
    for (const segment of this.#segments) empty(segment);
  }

  /** Nearly what the memory of all entries is, the dropped ones that still lie in a segment included. */
  get bytes(): number {
    return this.#segments.reduce((sum, { weight }) => sum + weight, 0);
  }

  get entries(): number {
    return this.#entries.size;
  }

  #drop({ keys }: Entry): void {
    for (const key of keys) this.#entries.delete(key);
  }

  #place(entry: Entry, segment: Segment): void {
    entry.segment = segment;
    entry.start = segment.used;
    entry.isAsked = false;
    segment.used += entry.length;
    segment.weight += entry.length + entryBytes;
    segment.entries.push(entry);
  }

  /** The last segment, or another one behind it where it has no room. */
  #segmentFor(length: number): Segment {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.weight + length + entryBytes <= this.#segmentBytes) return last;
    if (this.#segments.length < segmentCount) {
      // Pages that are not written to yet take no memory.
      const fresh = { bytes: new Uint8Array(this.#segmentBytes), used: 0, weight: 0, entries: [] };
      this.#segments.push(fresh);
      return fresh;
    }
    const oldest = this.#segments.shift() as Segment;
    this.#segments.push(oldest);
    this.#compact(oldest);
    return oldest;
  }

  /** Drops what was not asked for again; the rest moves to the segment's beginning, in its order. */
  #compact(segment: Segment): void {
    const entries = segment.entries.splice(0);
    const nowMs = performance.now();
    segment.used = 0;
    segment.weight = 0;
    for (const entry of entries) {
      if (this.#entries.get(entry.keys[0] as string) !== entry) continue;
      const hasRoom = segment.weight + entry.length + entryBytes <= movedShare * this.#segmentBytes;
      if (!entry.isAsked || entry.untilMs < nowMs || !hasRoom) {
        this.#drop(entry);
        continue;
      }
      segment.bytes.copyWithin(segment.used, entry.start, entry.start + entry.length);
      this.#place(entry, segment);
    }
  }
}

function empty(segment: Segment): void {
  segment.entries.length = 0;
  segment.used = 0;
  segment.weight = 0;
}
