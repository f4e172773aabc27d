// Five minutes of readings, and what the charts show of them: rates over the last seconds before each reading.

import {
  growth,
  histogramQuantile,
  type Match,
  type Metrics,
  type Sample,
  sumBy,
  sumOf,
  total,
} from './prometheus.ts';

export interface Reading {
  readonly atMs: number;
  readonly metrics: Metrics;
}

/** What is drawn at one time. Undefined or absent where nothing happened that it could be told from. */
export interface Point {
  readonly atMs: number;
  /** Requests a second by status. */
  readonly requests: ReadonlyMap<string, number>;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** Share of the requests that a kept answer, or an equal one under way, has answered. */
  readonly cacheShare: number | undefined;
  /** Short answers a minute by reason. */
  readonly short: ReadonlyMap<string, number>;
  /** Items a second by source. */
  readonly items: ReadonlyMap<string, number>;
  readonly recall: number | undefined;
}

/** What is counted since the server's start. */
export interface Totals {
  readonly requests: number;
  readonly byStatus: ReadonlyMap<string, number>;
  readonly short: ReadonlyMap<string, number>;
  readonly missing: number;
  readonly cacheShare: number | undefined;
  readonly recall: number | undefined;
  readonly recallSamples: number;
}

const keptMs = 5 * 60 * 1000;
/** Also the longest pause over which a line is drawn. */
export const rateMs = 10_000;
/** Few answers are repeated to measure recall, so it is told over longer. */
const recallMs = 60_000;

const duration = 'sepet_http_request_duration_seconds';
/** Of all that a server tells. */
export const isWanted = (name: string): boolean =>
  /^sepet_(http_request_duration_seconds|cache_requests|fill_|live_recall_(sum|count)|artifact_(info|damaged)|(release|deltas)_revision)/.test(
    name,
  );

const isRecommending: Match = ({ route = '' }) => route.includes('bought-together');
const statusWords = (status: string): string =>
  ({ '2': 'answered', '3': 'not modified', '4': 'bad request', '5': 'failed' })[status.slice(0, 1)] ?? status;

const shareOf = (part: number, whole: number): number | undefined => (whole > 0 ? part / whole : undefined);

const cacheShareOf = (asked: readonly Sample[]): number | undefined => {
  const by = sumBy(asked, 'result');
  return shareOf((by.get('hit') ?? 0) + (by.get('joined') ?? 0), total(asked));
};

/** Adds a reading or a point, and lets go of those older than five minutes before it. */
export function keep<T extends { readonly atMs: number }>(kept: readonly T[], next: T): T[] {
  return [...kept.filter(({ atMs }) => next.atMs - atMs <= keptMs), next];
}

/** The oldest reading that is at most `spanMs` before the last one. */
function since(readings: readonly Reading[], spanMs: number): Reading | undefined {
  const last = readings.at(-1);
  return readings.find((one) => one !== last && (last?.atMs ?? 0) - one.atMs <= spanMs);
}

/** What is drawn at the last reading; undefined where there was none in the seconds before, so that nothing is known. */
export function pointOf(readings: readonly Reading[]): Point | undefined {
  const [now, before, longBefore] = [readings.at(-1), since(readings, rateMs), since(readings, recallMs)];
  if (now === undefined || before === undefined || longBefore === undefined) return undefined;
  const seconds = (now.atMs - before.atMs) / 1000;
  const grown = (name: string, match?: Match) => growth(before.metrics, now.metrics, name, match);
  const perSecond = (samples: readonly Sample[], label: string, words?: (value: string) => string) =>
    new Map([...sumBy(samples, label, words)].map(([key, value]) => [key, value / seconds]));
  const buckets = grown(`${duration}_bucket`, isRecommending);
  const quantileMs = (quantile: number): number | undefined => {
    const found = histogramQuantile(quantile, buckets);
    return found === undefined ? undefined : found * 1000;
  };
  const recall = (name: string): number =>
    total(growth(longBefore.metrics, now.metrics, `sepet_live_recall_${name}`));
  const short = perSecond(grown('sepet_fill_short_answers_total'), 'reason');
  return {
    atMs: now.atMs,
    requests: perSecond(grown(`${duration}_count`, isRecommending), 'status', statusWords),
    p50Ms: quantileMs(0.5),
    p99Ms: quantileMs(0.99),
    cacheShare: cacheShareOf(grown('sepet_cache_requests_total')),
    short: new Map([...short].map(([reason, rate]) => [reason, rate * 60])),
    items: perSecond(grown('sepet_fill_items_total'), 'source'),
    recall: shareOf(recall('sum'), recall('count')),
  };
}

/** What is counted since the server's start. */
export function totalsOf(metrics: Metrics): Totals {
  const counts = (metrics.get(`${duration}_count`) ?? []).filter(({ labels }) => isRecommending(labels));
  const recallSamples = sumOf(metrics, 'sepet_live_recall_count') ?? 0;
  return {
    requests: total(counts),
    byStatus: sumBy(counts, 'status', statusWords),
    short: sumBy(metrics.get('sepet_fill_short_answers_total') ?? [], 'reason'),
    missing: sumOf(metrics, 'sepet_fill_missing_items_total') ?? 0,
    cacheShare: cacheShareOf(metrics.get('sepet_cache_requests_total') ?? []),
    recall: shareOf(sumOf(metrics, 'sepet_live_recall_sum') ?? 0, recallSamples),
    recallSamples,
  };
}

/** Which artifact and revision the server says it serves: changes when another comes to be served. */
export function servedOf(metrics: Metrics): string {
  const { artifact = '', policy = '' } = metrics.get('sepet_artifact_info')?.[0]?.labels ?? {};
  const numbers = ['sepet_release_revision', 'sepet_deltas_revision', 'sepet_artifact_damaged'];
  return [artifact, policy, ...numbers.map((name) => sumOf(metrics, name) ?? 0)].join(' ');
}
