// The verdicts that count: of each person and product the latest, by comparison, and what they come to.

import { limits } from '../base/limits.ts';
import { signTest } from './sign-test.ts';
import { comparisonId, plainSide, type Side, type VerdictLine, type VerdictWord } from './verdict.ts';

/** Products by what was said of them, each once: by most of those who judged it, and `same` where as many say otherwise. */
export interface VerdictSummary {
  readonly better: number;
  readonly same: number;
  readonly worse: number;
  readonly products: number;
  /** Two-sided, of the exact sign test on better against worse. */
  readonly pValue: number;
}

export interface CountedVerdict {
  readonly product: string;
  readonly verdict: VerdictWord;
  readonly by: string;
  readonly at: string;
  readonly note?: string;
}

export interface ComparisonPage {
  readonly comparison: { readonly id: string; readonly before: Side; readonly after: Side };
  /** Newest first. */
  readonly verdicts: readonly CountedVerdict[];
  readonly summary: VerdictSummary;
}

export interface ComparisonsPage {
  /** The latest judged first. */
  readonly comparisons: readonly {
    readonly id: string;
    readonly before: Side;
    readonly after: Side;
    readonly summary: VerdictSummary;
    readonly lastAt: string;
  }[];
}

/** One person's latest word on a product; null where it was taken back, which earlier words do not undo. */
type Word = Pick<VerdictLine, 'id' | 'at' | 'product' | 'by' | 'verdict' | 'note'>;

interface Judged {
  readonly id: string;
  readonly before: Side;
  readonly after: Side;
  readonly words: Map<string, Word>;
  summary: VerdictSummary | undefined;
}

const isLater = (a: Word, b: Word): boolean => a.at > b.at || (a.at === b.at && a.id > b.id);
const newestFirst = (a: Word, b: Word): number => (isLater(a, b) ? -1 : 1);
const isCounted = (word: Word): word is Word & CountedVerdict => word.verdict !== null;

export class VerdictBook {
  readonly #most: number;
  readonly #judged = new Map<string, Judged>();
  #count = 0;
  /** When the latest verdict came, in milliseconds. */
  lastMs = 0;

  constructor(most: number = limits.verdicts.default) {
    this.#most = most;
  }

  /** Takes a verdict in, in any order and any number of times. Returns its comparison's id. */
  add({ comparison, ...word }: VerdictLine): string {
    const id = comparisonId(comparison);
    const { before, after } = comparison;
    const judged = this.#judged.get(id) ?? {
      ...{ id, before: plainSide(before), after: plainSide(after) },
      ...{ words: new Map<string, Word>(), summary: undefined },
    };
    this.#judged.set(id, judged);
    const key = `${word.product}\n${word.by}`;
    const known = judged.words.get(key);
    if (known !== undefined && !isLater(word, known)) return id;
    judged.words.set(key, word);
    judged.summary = undefined;
    this.lastMs = Math.max(this.lastMs, Date.parse(word.at));
    if (known === undefined) this.#count++;
    if (this.#count > this.#most + Math.ceil(this.#most / 10)) this.#forgetOldest();
    return id;
  }

  /** Undefined where nothing was said of it. */
  page(id: string): ComparisonPage | undefined {
    const judged = this.#judged.get(id);
    if (judged === undefined) return undefined;
    const { before, after, words } = judged;
    const verdicts = [...words.values()]
      .filter(isCounted)
      .sort(newestFirst)
      .slice(0, limits.verdictsListed.default)
      .map(({ product, verdict, by, at, note }) => ({
        ...{ product, verdict, by, at },
        ...(note !== undefined && { note }),
      }));
    return { comparison: { id, before, after }, verdicts, summary: summaryOf(judged) };
  }

  list(): ComparisonsPage {
    const all = [...this.#judged.values()].flatMap((judged) => {
      const { id, before, after, words } = judged;
      const summary = summaryOf(judged);
      if (summary.products === 0) return [];
      let lastAt = '';
      for (const { at } of words.values()) if (at > lastAt) lastAt = at;
      return [{ id, before, after, summary, lastAt }];
    });
    all.sort((a, b) => (a.lastAt > b.lastAt ? -1 : 1));
    return { comparisons: all.slice(0, limits.comparisonsListed.default) };
  }

  /** What its verdicts come to. */
  summary(id: string): VerdictSummary {
    const judged = this.#judged.get(id);
    return judged === undefined ? summed(new Map()) : summaryOf(judged);
  }

  /** Keeps as many as are to be kept, the latest. */
  #forgetOldest(): void {
    const all = [...this.#judged.values()].flatMap((judged) =>
      Array.from(judged.words, ([key, word]) => ({ judged, key, word })),
    );
    all.sort((a, b) => newestFirst(a.word, b.word));
    for (const { judged, key } of all.slice(this.#most)) {
      judged.words.delete(key);
      judged.summary = undefined;
      if (judged.words.size === 0) this.#judged.delete(judged.id);
    }
    this.#count = Math.min(this.#count, this.#most);
  }
}

type Votes = Record<VerdictWord, number>;

function summaryOf(judged: Judged): VerdictSummary {
  judged.summary ??= summed(judged.words);
  return judged.summary;
}

function summed(words: ReadonlyMap<string, Word>): VerdictSummary {
  const byProduct = new Map<string, Votes>();
  for (const { product, verdict } of words.values()) {
    if (verdict === null) continue;
    const votes = byProduct.get(product) ?? { better: 0, same: 0, worse: 0 };
    votes[verdict]++;
    byProduct.set(product, votes);
  }
  const counts: Votes = { better: 0, same: 0, worse: 0 };
  for (const votes of byProduct.values()) counts[majorityOf(votes)]++;
  return { ...counts, products: byProduct.size, pValue: signTest(counts.better, counts.worse) };
}

/** What most say; `same` where two words have as many. */
function majorityOf({ better, same, worse }: Votes): VerdictWord {
  if (better > same && better > worse) return 'better';
  return worse > same && worse > better ? 'worse' : 'same';
}
