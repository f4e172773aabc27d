// Which charts there are, and what each says.

import { formatNumber, formatShare, plural } from '../../kit/money.ts';
import type { ChartSpec } from './chart.ts';
import type { Point, Totals } from './readings.ts';

export interface Chart {
  readonly spec: ChartSpec;
  note(totals: Totals): string;
}

const perSecond = (value: number): string => `${formatNumber(value, value < 10 ? 1 : 0)}/s`;
const plain = (value: number): string => formatNumber(value, value < 10 ? 1 : 0);
const milliseconds = (value: number): string => `${formatNumber(value, value < 10 ? 2 : 0)} ms`;
const short = (value: number): string => formatNumber(value, 1);

const [first, second, third, fourth] = ['var(--accent)', 'var(--warn)', 'var(--good)', 'var(--bad)'] as const;
const [dashed, dotted, mixed] = ['7 3', '2 3', '8 3 2 3'] as const;

/** Rates are there from the first reading on; where nothing was ever counted, they say nothing. */
const rate =
  (of: (point: Point) => ReadonlyMap<string, number>, key: string) =>
  (point: Point): number | undefined => {
    const rates = of(point);
    return rates.size === 0 ? undefined : (rates.get(key) ?? 0);
  };

const requests: Chart = {
  spec: {
    heading: 'Requests a second',
    about: 'Recommendations that were asked for, by how it ended.',
    series: [
      { name: 'answered', colour: first, value: rate(({ requests: of }) => of, 'answered') },
      { name: 'not modified', colour: third, dash: dashed, value: seen('not modified') },
      { name: 'bad request', colour: second, dash: dotted, value: seen('bad request') },
      { name: 'failed', colour: fourth, dash: mixed, value: seen('failed') },
    ],
    text: perSecond,
    tickText: short,
    leastTop: 1,
    waiting: 'Waiting for the first requests. Open Try or the shop page and this begins to move.',
  },
  note: ({ requests: all, byStatus }) => {
    const failed = byStatus.get('failed') ?? 0;
    return all === 0
      ? 'None since the server started.'
      : `${plural(all, 'request')} since the server started, ${failed === 0 ? 'none' : formatNumber(failed)} of them failed.`;
  },
};

/** Statuses that the server has not answered with have no line. */
function seen(status: string) {
  return ({ requests: of }: Point): number | undefined => of.get(status);
}

const latency: Chart = {
  spec: {
    heading: 'Response time',
    about: 'Half of the requests take at most p50, 99 of 100 at most p99.',
    series: [
      { name: 'p50', colour: first, value: ({ p50Ms }) => p50Ms },
      { name: 'p99', colour: second, dash: dashed, value: ({ p99Ms }) => p99Ms },
    ],
    text: milliseconds,
    tickText: (value) => `${short(value)} ms`,
    leastTop: 1,
    waiting: 'Waiting for the first requests: without one there is no time to measure.',
  },
  note: () => 'In the server, from the request being read to its answer being sent.',
};

const cache: Chart = {
  spec: {
    heading: 'Answered from the cache',
    about: 'Share of the questions that had been asked a short while before.',
    series: [{ name: 'from the cache', colour: first, value: ({ cacheShare }) => cacheShare }],
    text: (value) => formatShare(value),
    tickText: (value) => formatShare(value),
    top: 1,
    leastTop: 1,
    waiting: 'Waiting for the first requests.',
  },
  note: ({ cacheShare }) =>
    cacheShare === undefined ? '' : `${formatShare(cacheShare)} since the server started.`,
};

const fill: Chart = {
  spec: {
    heading: 'Lists that came out short',
    about: 'Answers a minute with fewer products than wanted, by what was in the way.',
    series: [
      { name: 'rules', colour: first, value: shortBy('rules') },
      { name: 'catalogue', colour: second, dash: dashed, value: shortBy('catalogue') },
      { name: 'sources', colour: third, dash: dotted, value: shortBy('sources') },
    ],
    text: plain,
    tickText: short,
    leastTop: 1,
    waiting: 'Waiting for the first requests.',
  },
  note: ({ short: of, missing }) => {
    const lists = [...of.values()].reduce((sum, count) => sum + count, 0);
    return lists === 0
      ? 'Every list since the server started was full.'
      : `${plural(lists, 'short list')} since the server started, ${plural(missing, 'product')} missing in all.`;
  },
};

/** Before the first request there is nothing to be short of. */
function shortBy(reason: string) {
  return ({ short: of, requests: asked }: Point): number | undefined =>
    asked.size === 0 ? undefined : of.get(reason);
}

const recall: Chart = {
  spec: {
    heading: 'Live recall',
    about: 'How much of the exact list the quick search found, on a small share of the answers.',
    series: [{ name: 'recall@10, last minute', colour: first, value: ({ recall: of }) => of }],
    text: (value) => formatShare(value, 1),
    tickText: (value) => formatShare(value),
    top: 1,
    leastTop: 1,
    waiting: 'Waiting for an answer to be drawn: about one in a thousand is checked unless set otherwise.',
  },
  note: ({ recall: of, recallSamples }) =>
    of === undefined
      ? ''
      : `${formatShare(of, 2)} over ${plural(recallSamples, 'checked answer')} since the server started.`,
};

const sources: Chart = {
  spec: {
    heading: 'Where products come from',
    about: 'Recommended products a second, by what found them.',
    series: [
      { name: 'vectors', colour: first, value: itemsBy('embedding', 'cold', 'fm', 'similar') },
      { name: 'bought together', colour: third, dash: dashed, value: itemsBy('cooccurrence') },
      { name: 'popular', colour: second, dash: dotted, value: itemsBy('fallback') },
    ],
    text: plain,
    tickText: short,
    leastTop: 1,
    waiting: 'Waiting for the first requests.',
  },
  note: () => 'Newly computed lists only. A growing share of “popular” wants a newer release.',
};

function itemsBy(...sources: readonly string[]) {
  return ({ items, requests: asked }: Point): number | undefined =>
    asked.size === 0 ? undefined : sources.reduce((sum, source) => sum + (items.get(source) ?? 0), 0);
}

export const charts: readonly Chart[] = [requests, latency, cache, fill, recall, sources];
