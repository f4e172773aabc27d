// Entity tags (RFC 9110, section 8.8.3) of answers: a hash of what is served, the question and the time, so that a
// tag can be compared without making the answer.

/** FNV-1a over UTF-16 units, 32 bits, from a start of its own. */
function hash(text: string, start: number): number {
  let value = start;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  // The last units reach all bits (the finalizer of MurmurHash3).
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Policies go by the day at most, and everywhere days begin at a quarter of an hour of UTC. */
const slotMs = 900_000;

/** Tags of one version's answers. */
export class Validator {
  readonly #version: string;
  #slot = 0;
  #starts: readonly [number, number] = [0, 0];

  /** `version` names everything that answers depend on beside the question and the time. */
  constructor(version: string) {
    this.#version = version;
  }

  /** The tag of the answer to a question, quotes included; 64 bits. */
  tag(key: string, nowMs: number): string {
    const slot = Math.floor(nowMs / slotMs);
    if (slot !== this.#slot) {
      const seed = `${slot} ${this.#version}`;
      this.#starts = [hash(seed, 0x811c9dc5), hash(seed, 0x01234567)];
      this.#slot = slot;
    }
    const [a, b] = this.#starts;
    return `"${hash(key, a).toString(36)}-${hash(key, b).toString(36)}"`;
  }
}

/** Whether an If-None-Match header names the tag; comparison is weak, as the RFC asks. */
export function isMatch(header: string, tag: string): boolean {
  if (header === tag) return true;
  if (header === '*') return true;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
