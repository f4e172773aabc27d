// One score of several sources, for every candidate by every source, whichever of them brought it. Where the artifact has a fitted
// blend, scores are calibrated before they are weighed and the products of a basket are merged last (src/artifact/blend.ts);
// elsewhere raw scores are weighed, and a source that does not know a candidate says 0.

import { calibrated, type FittedBlend, mergedScore, tierFor } from '../artifact/blend.ts';
import { listAt, type ScoredLists } from '../artifact/lists.ts';
import { limits } from '../base/limits.ts';
import type { CompiledCandidates } from '../policy/compile.ts';
import type { SourceName } from '../policy/document.ts';
import type { Artifact } from './artifact.ts';
import { addCalibrated, innerProducts, matrix, moveInto } from './blend-arithmetic.ts';
import type { BlendAccount, BlendShare } from './recommender.ts';
import type { VectorQuery } from './retrieve.ts';
import type { Pool } from './select.ts';

/** What is asked: by list, and by vector where there are queries. */
export interface BlendQuestion {
  /** The products asked for that are known. */
  readonly rows: readonly number[];
  readonly query?: VectorQuery;
  readonly fm?: VectorQuery;
}

export interface BlendedRow {
  readonly blended: number;
  /** Absent where the products of a basket have one each. */
  readonly blend?: BlendAccount;
  /** In the order of the question's rows. */
  readonly byProduct?: readonly BlendAccount[];
}

export interface Blender {
  /** Sets the totals of the candidates up to `size` but those whose source is `passed`. */
  blend(pool: Pool, candidates: CompiledCandidates, question: BlendQuestion, passed: number): void;
  /** How the blended score of one row comes about, by the plain formulas. */
  account(row: number, candidates: CompiledCandidates, question: BlendQuestion): BlendedRow;
}

type Rows = Pick<Pool, 'rows' | 'size'>;

/** What weighs for one product asked. */
type Weighing = Pick<FittedBlend['tiers'][number], 'weights' | 'popularity' | 'offset'>;

const nobody = -1;
const isVector = (source: SourceName): source is 'embedding' | 'fm' =>
  source === 'embedding' || source === 'fm';

const plainSum = (a: number, b: number): number => a + b;
/** log(exp(a) + exp(b)). */
const logSum = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));

/** The products asked, or nobody where the features of who asks stand alone. */
const askersOf = ({ rows }: BlendQuestion): readonly number[] => (rows.length > 0 ? rows : [nobody]);

/** Makes the blender of one thread. */
export function createBlender(artifact: Artifact): Blender {
  const { vectors, manifest, cooccurrence, similar, fm, blend: fitted, catalog } = artifact;
  const { scale, mean } = manifest.popularity;
  const { dims, trained } = vectors;
  const asked = new Float64Array(Math.max(dims, fm?.factors ?? 0) + 1);
  const raw = matrix();
  const sums = matrix();
  const parts = matrix();
  const known = matrix();
  /** By row: one more than its place among the candidates, 0 for none. Made when it is first needed. */
  let places = new Int32Array(0);
  const one = new Uint32Array(1);

  const popularityOf = (row: number): number =>
    row >= 0 && row < trained ? (vectors.out[row * (dims + 1) + dims] as number) / scale : -mean;
  /** Orders in the training time; the popularity of the vectors holds their logarithm. */
  const ordersOf = (row: number): number => Math.max(0, Math.round(Math.expm1(popularityOf(row) + mean)));

  function setPlaces({ rows, size }: Rows, one: 0 | 1): void {
    if (places.length < catalog.products) places = new Int32Array(catalog.products);
    for (let i = 0; i < size; i++) places[rows[i] as number] = one * (i + 1);
  }

  function sayByList(lists: ScoredLists | undefined, row: number, size: number): void {
    const to = raw.of(size);
    to.fill(Number.NaN, 0, size);
    if (lists === undefined || row < 0) return;
    const { start, count } = listAt(lists, row, limits.listLength.max);
    for (let i = start; i < start + count; i++) {
      const place = places[lists.rows[i] as number] as number;
      if (place > 0) to[place - 1] = lists.scores[i] as number;
    }
  }

  /** Writes what a source says of each candidate for one product asked to `raw`; NaN where it does not know it. */
  function say(source: SourceName, row: number, { rows, size }: Rows, question: BlendQuestion): Float64Array {
    const to = raw.of(size);
    const { query, fm: fmQuery } = question;
    if (source === 'cooccurrence') sayByList(cooccurrence, row, size);
    else if (source === 'similar') sayByList(similar, row, size);
    else if (source === 'fm' && fm !== undefined && fmQuery !== undefined) {
      const { factors } = fm;
      moveInto(asked, { vectors: fm.in, dims: factors, row, last: 1 }, fmQuery);
      innerProducts(
        asked,
        fm.out,
        { width: factors + 1, known: fm.out.length / (factors + 1) },
        { rows, size },
        to,
      );
    } else if (source === 'embedding' && query !== undefined && row >= 0 && row < trained) {
      moveInto(asked, { vectors: vectors.in, dims, row, last: query.gamma / scale }, query);
      innerProducts(asked, vectors.out, { width: dims + 1, known: trained }, { rows, size }, to);
    } else to.fill(Number.NaN, 0, size);
    return to;
  }

  const weighingOf = ({ tiers }: FittedBlend, row: number, { blend }: CompiledCandidates): Weighing =>
    typeof blend === 'object'
      ? { weights: blend, popularity: 0, offset: 0 }
      : tierFor({ tiers }, ordersOf(row));

  /** The blended scores for one product, into `parts`; `known` holds 1 where some source that weighs knows the candidate. */
  function blendFor(
    blend: FittedBlend,
    at: { readonly row: number; readonly column: number; readonly width: number },
    candidates: CompiledCandidates,
    question: BlendQuestion,
    pool: Rows,
  ): void {
    const { row, column, width } = at;
    const { rows, size } = pool;
    const weighing = weighingOf(blend, row, candidates);
    const total = sums.of(size).fill(weighing.offset, 0, size);
    const knows = known.of(size * width);
    for (let i = 0; i < size; i++) knows[i * width + column] = 0;
    for (const source of candidates.source) {
      const weight = weighing.weights[source] ?? 0;
      const calibration = blend.calibration[source];
      if (weight === 0 || calibration === undefined) continue;
      const said = say(source, row, pool, question);
      addCalibrated(total, said, size, { calibration, weight });
      if (width === 1) continue;
      for (let i = 0; i < size; i++) if (!Number.isNaN(said[i])) knows[i * width + column] = 1;
    }
    if (weighing.popularity !== 0)
      for (let i = 0; i < size; i++)
        total[i] = (total[i] as number) + weighing.popularity * popularityOf(rows[i] as number);
    const to = parts.of(size * width);
    for (let i = 0; i < size; i++) to[i * width + column] = total[i] as number;
  }

  /** What the products say of candidate `i` together; one that no source of a product knows is left out of its sum. */
  function merged(i: number, width: number, temperature: number): number {
    const said = parts.of(0).subarray(i * width, (i + 1) * width);
    const knows = known.of(0).subarray(i * width, (i + 1) * width);
    if (!knows.includes(1)) return mergedScore(said, temperature);
    for (let k = 0; k < width; k++) if (knows[k] === 0) said[k] = Number.NEGATIVE_INFINITY;
    return mergedScore(said, temperature);
  }

  function blendFitted(
    blend: FittedBlend,
    pool: Rows,
    candidates: CompiledCandidates,
    question: BlendQuestion,
  ): Float64Array {
    const askers = askersOf(question);
    const { length: width } = askers;
    askers.forEach((row, column) => {
      blendFor(blend, { row, column, width }, candidates, question, pool);
    });
    const to = sums.of(pool.size);
    for (let i = 0; i < pool.size; i++)
      to[i] = width === 1 ? (parts.of(0)[i] as number) : merged(i, width, blend.temperature);
    return to;
  }

  /** What one source says, of the products together: of vectors the log-sum-exp, of lists the sum; NaN where none knows the candidate. */
  function sayTogether(source: SourceName, pool: Rows, question: BlendQuestion): Float64Array {
    const askers = askersOf(question);
    const { size } = pool;
    const together = parts.of(size).fill(Number.NaN, 0, size);
    const add = isVector(source) ? logSum : plainSum;
    for (const row of askers) {
      const said = say(source, row, pool, question);
      for (let i = 0; i < size; i++) {
        const [before, now] = [together[i] as number, said[i] as number];
        together[i] = Number.isNaN(before) ? now : Number.isNaN(now) ? before : add(before, now);
      }
    }
    return together;
  }

  const ownWeights = ({ blend }: CompiledCandidates) => (typeof blend === 'object' ? blend : {});

  function blendRaw(pool: Rows, candidates: CompiledCandidates, question: BlendQuestion): Float64Array {
    const { size } = pool;
    const total = sums.of(size).fill(0, 0, size);
    for (const [source, weight] of Object.entries(ownWeights(candidates)) as [SourceName, number][]) {
      const said = sayTogether(source, pool, question);
      for (let i = 0; i < size; i++) {
        const x = said[i] as number;
        if (!Number.isNaN(x))
          total[i] = (total[i] as number) + weight * (isVector(source) ? Math.fround(x) : x);
      }
    }
    return total;
  }

  function accountFor(
    blend: FittedBlend,
    row: number,
    pool: Rows,
    candidates: CompiledCandidates,
    question: BlendQuestion,
  ): { account: BlendAccount; isKnown: boolean } {
    const weighing = weighingOf(blend, row, candidates);
    const popularity = weighing.popularity * popularityOf(pool.rows[0] as number);
    let sum = weighing.offset + popularity;
    let isKnown = false;
    const shares = candidates.source.flatMap((source): BlendShare[] => {
      const weight = weighing.weights[source] ?? 0;
      const calibration = blend.calibration[source];
      if (calibration === undefined) return [];
      const score = say(source, row, pool, question)[0] as number;
      const odds = calibrated(calibration, score);
      sum += weight * odds;
      if (weight > 0 && !Number.isNaN(score)) isKnown = true;
      return [{ source, ...(!Number.isNaN(score) && { score }), calibrated: odds, weight }];
    });
    const { offset } = weighing;
    const account = { shares, ...(popularity !== 0 && { popularity }), ...(offset !== 0 && { offset }), sum };
    return { account, isKnown };
  }

  function accountRaw(pool: Rows, candidates: CompiledCandidates, question: BlendQuestion): BlendedRow {
    let sum = 0;
    const weights = ownWeights(candidates);
    const shares = candidates.source.map((source): BlendShare => {
      const weight = weights[source] ?? 0;
      const score = sayTogether(source, pool, question)[0] as number;
      if (Number.isNaN(score)) return { source, weight };
      sum += weight * score;
      return { source, score, weight };
    });
    return { blended: sum, blend: { shares, sum } };
  }

  return {
    blend(pool, candidates, question, passed) {
      setPlaces(pool, 1);
      const totals =
        fitted === undefined
          ? blendRaw(pool, candidates, question)
          : blendFitted(fitted, pool, candidates, question);
      // Single precision, in which sums of the same parts are the same whatever their order.
      for (let i = 0; i < pool.size; i++)
        if (pool.sources[i] !== passed) pool.totals[i] = Math.fround(totals[i] as number);
      setPlaces(pool, 0);
    },
    account(row, candidates, question) {
      one[0] = row;
      const pool = { rows: one, size: 1 };
      setPlaces(pool, 1);
      try {
        if (fitted === undefined) return accountRaw(pool, candidates, question);
        const all = askersOf(question).map((asker) => accountFor(fitted, asker, pool, candidates, question));
        const [only] = all;
        if (only !== undefined && all.length === 1) return { blended: only.account.sum, blend: only.account };
        const heard = all.some(({ isKnown }) => isKnown) ? all.filter(({ isKnown }) => isKnown) : all;
        const blended = mergedScore(
          heard.map(({ account }) => account.sum),
          fitted.temperature,
        );
        return { blended, byProduct: all.map(({ account }) => account) };
      } finally {
        setPlaces(pool, 0);
      }
    },
  };
}
