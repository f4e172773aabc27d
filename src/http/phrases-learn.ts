// Finds what bodies have in common, after Re-Pair (Larsson and Moffat 2000): the most frequent pair of symbols becomes a symbol
// of its own, with what nearly always stands around it, and so on.

/** Bytes and phrases together, of which the best are taken at last. */
const mostSymbols = 384;
const longestPhrase = 128;
/** Of the places of a phrase, those that must go on alike for it to be made longer. */
const alikeShare = 0.85;
/** A phrase with fewer places is none. */
const leastPlaces = 3;
/** Behind each body: nothing goes on over it. */
const separator = 0xffff;

const digits = Array.from({ length: 10 }, (_, digit) => 48 + digit);
const isDigit = (symbol: number | undefined): boolean => symbol !== undefined && symbol >= 48 && symbol <= 57;

/** Bytes. */
export type Phrase = readonly number[];

/** Bodies as symbols, of which more and more stand for several bytes. */
class Bodies {
  #symbols: Uint16Array;
  /** What each symbol stands for. */
  readonly texts: Phrase[] = Array.from({ length: 256 }, (_, byte) => [byte]);
  readonly #counts = new Uint16Array(mostSymbols * mostSymbols);

  constructor(bodies: readonly Uint8Array[]) {
    this.#symbols = new Uint16Array(bodies.reduce((sum, { length }) => sum + length + 1, 0)).fill(separator);
    let at = 0;
    for (const body of bodies) {
      this.#symbols.set(body, at);
      at += body.length + 1;
    }
  }

  /** How often each symbol is there. */
  uses(): Uint32Array {
    const uses = new Uint32Array(mostSymbols);
    for (const symbol of this.#symbols) if (symbol !== separator) uses[symbol] = (uses[symbol] as number) + 1;
    return uses;
  }

  /** Pairs of digits that no phrase covers. */
  digitPairs(): number {
    let pairs = 0;
    for (let i = 1; i < this.#symbols.length; i++) {
      if (!isDigit(this.#symbols[i - 1]) || !isDigit(this.#symbols[i])) continue;
      pairs++;
      i++;
    }
    return pairs;
  }

  /** Makes a symbol of the most frequent pair. Returns whether there was one. */
  merge(): boolean {
    const pair = this.#mostFrequent();
    if (pair === undefined) return false;
    const parts = this.#extended(pair);
    this.texts.push(parts.flatMap((part) => this.texts[part] as Phrase));
    this.#replace(parts, this.texts.length - 1);
    return true;
  }

  /** The pair that ends here, as one number; -1 where none does. */
  #pairAt(i: number): number {
    const [left, right] = [this.#symbols[i - 1] as number, this.#symbols[i] as number];
    return left === separator || right === separator ? -1 : left * mostSymbols + right;
  }

  #mostFrequent(): number[] | undefined {
    const counts = this.#counts;
    const { length } = this.#symbols;
    let most = leastPlaces - 1;
    let best = -1;
    for (let i = 1; i < length; i++) {
      const pair = this.#pairAt(i);
      if (pair < 0) continue;
      const count = (counts[pair] as number) + 1;
      counts[pair] = count;
      if (count > most) [most, best] = [count, pair];
    }
    for (let i = 1; i < length; i++) counts[Math.max(0, this.#pairAt(i))] = 0;
    return best < 0 ? undefined : [Math.floor(best / mostSymbols), best % mostSymbols];
  }

  #isAt(parts: Phrase, i: number): boolean {
    return parts.every((part, k) => this.#symbols[i + k] === part);
  }

  /** With the symbols that nearly always stand before and behind it. */
  #extended(pair: Phrase): Phrase {
    let parts = pair;
    let places: number[] = [];
    for (let i = 0; i < this.#symbols.length; i++)
      if (this.#symbols[i] === pair[0] && this.#isAt(parts, i)) places.push(i);
    for (const side of ['behind', 'before'] as const) {
      for (;;) {
        const offset = side === 'behind' ? parts.length : -1;
        const next = this.#alike(places, offset);
        if (next === undefined) break;
        const longer = side === 'behind' ? [...parts, next] : [next, ...parts];
        const bytes = longer.reduce((sum, part) => sum + (this.texts[part] as Phrase).length, 0);
        if (bytes > longestPhrase) break;
        parts = longer;
        places = places.filter((place) => this.#symbols[place + offset] === next);
        if (side === 'before') places = places.map((place) => place - 1);
      }
    }
    return parts;
  }

  /** What stands so far from nearly all of the places. */
  #alike(places: Phrase, offset: number): number | undefined {
    const seen = new Map<number, number>();
    for (const place of places) {
      const symbol = this.#symbols[place + offset] ?? separator;
      seen.set(symbol, (seen.get(symbol) ?? 0) + 1);
    }
    const least = Math.max(leastPlaces, alikeShare * places.length);
    for (const [symbol, count] of seen) if (symbol !== separator && count >= least) return symbol;
    return undefined;
  }

  #replace(parts: Phrase, symbol: number): void {
    const symbols = this.#symbols;
    const first = parts[0];
    let to = 0;
    for (let i = 0; i < symbols.length; ) {
      const isIt = symbols[i] === first && this.#isAt(parts, i);
      symbols[to++] = isIt ? symbol : (symbols[i] as number);
      i += isIt ? parts.length : 1;
    }
    this.#symbols = symbols.subarray(0, to);
  }
}

/** Finds phrases a step at a time, so that who learns beside other work stops nobody. */
export class Learner {
  readonly #bodies: Bodies;

  constructor(samples: readonly Uint8Array[]) {
    this.#bodies = new Bodies(samples);
  }

  /** Some 0.1 ms for 16 kB of samples. Returns whether there is more to find. */
  step(): boolean {
    return this.#bodies.texts.length < mostSymbols && this.#bodies.merge();
  }

  /** At most so many phrases, by which such bodies can be said in few codes. Single bytes are among them. */
  phrases(most: number): Phrase[] {
    const bodies = this.#bodies;
    const uses = bodies.uses();
    // Numbers differ from body to body: which digits they have here says nothing, that they are there does.
    const perPair = bodies.digitPairs() / 100;
    const gains = new Map<string, { readonly text: Phrase; readonly gain: number }>();
    const offer = (text: Phrase, gain: number): void => {
      const name = text.join();
      if (gain > (gains.get(name)?.gain ?? 0)) gains.set(name, { text, gain });
    };
    // A byte that is no phrase takes two.
    bodies.texts.forEach((text, symbol) => {
      offer(text, (uses[symbol] as number) * Math.max(1, text.length - 1));
    });
    for (const left of digits) {
      offer([left], Number.POSITIVE_INFINITY);
      for (const right of digits) offer([left, right], perPair);
    }
    return [...gains.values()]
      .sort((a, b) => b.gain - a.gain)
      .slice(0, most)
      .map(({ text }) => text);
  }
}
