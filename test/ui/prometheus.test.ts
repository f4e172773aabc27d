// What the overview reads from /metrics: the text format, growth over a restart, quantiles as Prometheus has them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  growth,
  histogramQuantile,
  type Metrics,
  parseMetrics,
  sumBy,
  sumOf,
} from '../../ui/src/pages/overview/prometheus.ts';
import { keep, pointOf, type Reading, totalsOf } from '../../ui/src/pages/overview/readings.ts';

const text = `# HELP http_total Requests, with a "quote" and a {brace}.
# TYPE http_total counter
http_total{route="/v1/{id}",status="200"} 10
http_total{route="say \\"hi\\", C:\\\\x\\n",status="404",} 2 1700000000000
up 1
  tiny 1.5e-7
odd{} NaN
odd_max +Inf
this line is none
`;

describe('the text format', () => {
  const metrics = parseMetrics(text);

  it('is read with labels, escapes, times and odd numbers', () => {
    expect(metrics.get('http_total')).toEqual([
      { labels: { route: '/v1/{id}', status: '200' }, value: 10 },
      { labels: { route: 'say "hi", C:\\x\n', status: '404' }, value: 2 },
    ]);
    expect(metrics.get('tiny')).toEqual([{ labels: {}, value: 1.5e-7 }]);
    expect(metrics.get('odd')?.[0]?.value).toBeNaN();
    expect(metrics.get('odd_max')?.[0]?.value).toBe(Number.POSITIVE_INFINITY);
    expect([...metrics.keys()]).toEqual(['http_total', 'up', 'tiny', 'odd', 'odd_max']);
  });

  it('is read of wanted metrics alone', () => {
    expect([...parseMetrics(text, (name) => name === 'up').keys()]).toEqual(['up']);
  });

  it('is summed by match and by label; what is not there has no sum', () => {
    expect(sumOf(metrics, 'http_total')).toBe(12);
    expect(sumOf(metrics, 'http_total', ({ status }) => status === '404')).toBe(2);
    expect(sumOf(metrics, 'nothing')).toBeUndefined();
    expect([...sumBy(metrics.get('http_total') ?? [], 'status', (status) => `${status[0]}xx`)]).toEqual([
      ['2xx', 10],
      ['4xx', 2],
    ]);
  });
});

describe('growth', () => {
  const of = (...lines: string[]): Metrics => parseMetrics(lines.join('\n'));

  it('is the difference, all of what is new, and after a restart what is shown', () => {
    const before = of('n{a="x"} 5', 'n{a="y",b="1"} 100');
    const after = of('n{a="x"} 8', 'n{b="1",a="y"} 7', 'n{a="z"} 2');
    expect(growth(before, after, 'n').map(({ value }) => value)).toEqual([3, 7, 2]);
    expect(growth(before, after, 'other')).toEqual([]);
  });
});

describe('quantiles', () => {
  const buckets = (...counts: [le: string, count: number][]) =>
    counts.map(([le, value]) => ({ labels: { le }, value }));

  it('lie linearly within their bucket', () => {
    const given = buckets(['0.1', 10], ['0.2', 30], ['+Inf', 40]);
    expect(histogramQuantile(0.5, given)).toBeCloseTo(0.15);
    expect(histogramQuantile(0.25, given)).toBeCloseTo(0.1);
    expect(histogramQuantile(0.1, given)).toBeCloseTo(0.04);
  });

  it('are the last bound where they lie above it, and nothing where nothing was observed', () => {
    expect(histogramQuantile(0.99, buckets(['0.1', 10], ['0.2', 30], ['+Inf', 40]))).toBe(0.2);
    expect(histogramQuantile(0.5, buckets(['0.1', 0], ['+Inf', 0]))).toBeUndefined();
    expect(histogramQuantile(0.5, [])).toBeUndefined();
  });

  it('add up series of several labels, in whatever order the bounds come', () => {
    const given = [
      { labels: { le: '+Inf', route: 'a' }, value: 10 },
      { labels: { le: '1', route: 'a' }, value: 10 },
      { labels: { le: '1', route: 'b' }, value: 0 },
      { labels: { le: '2', route: 'a' }, value: 10 },
      { labels: { le: '2', route: 'b' }, value: 10 },
      { labels: { le: '+Inf', route: 'b' }, value: 10 },
    ];
    expect(histogramQuantile(0.75, given)).toBe(1.5);
  });

  it('lie between the bounds around the true one', () => {
    const bounds = [1, 2, 5, 10, 20, 50];
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 49.9, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, quantile) => {
          const given = [...bounds, Number.POSITIVE_INFINITY].map((bound) => ({
            labels: { le: bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound) },
            value: values.filter((value) => value <= bound).length,
          }));
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(quantile * values.length) - 1)] ?? 0;
          const upper = bounds.find((bound) => exact <= bound) ?? 50;
          const lower = bounds[bounds.indexOf(upper) - 1] ?? 0;
          const found = histogramQuantile(quantile, given) ?? -1;
          expect(found).toBeGreaterThanOrEqual(lower);
          expect(found).toBeLessThanOrEqual(upper);
        },
      ),
    );
  });
});

describe('readings', () => {
  const route = 'route="/v1/products/{id}/bought-together"';
  const http = 'sepet_http_request_duration_seconds';
  const reading = (atMs: number, ok: number, failed: number, hits: number): Reading => ({
    atMs,
    metrics: parseMetrics(
      [
        `${http}_count{${route},status="200"} ${ok}`,
        `${http}_count{${route},status="503"} ${failed}`,
        `${http}_count{route="/metrics",status="200"} 999`,
        `${http}_bucket{${route},status="200",le="0.001"} ${ok}`,
        `${http}_bucket{${route},status="200",le="+Inf"} ${ok}`,
        `${http}_bucket{route="/metrics",status="200",le="0.001"} 0`,
        `${http}_bucket{route="/metrics",status="200",le="+Inf"} 999`,
        `sepet_cache_requests_total{result="hit"} ${hits}`,
        `sepet_cache_requests_total{result="miss"} ${ok - hits}`,
      ].join('\n'),
    ),
  });

  it('become rates over the last ten seconds, of recommendations alone', () => {
    const readings = [0, 2, 4, 6, 8, 10, 12].map((s) => reading(s * 1000, s * 50, s * 5, s * 25));
    const point = pointOf(readings);
    expect(point?.atMs).toBe(12_000);
    expect(Object.fromEntries(point?.requests ?? [])).toEqual({ answered: 50, failed: 5 });
    expect(point?.p50Ms).toBeCloseTo(0.5);
    expect(point?.cacheShare).toBe(0.5);
    expect(point?.recall).toBeUndefined();
  });

  it('say nothing over a pause, and something again after it', () => {
    const early = reading(0, 10, 0, 0);
    const late = reading(60_000, 1000, 0, 0);
    expect(pointOf([early])).toBeUndefined();
    expect(pointOf([early, late])).toBeUndefined();
    const next = reading(62_000, 1020, 0, 0);
    expect(pointOf([early, late, next])?.requests.get('answered')).toBe(10);
  });

  it('go on over a restart of the server', () => {
    const point = pointOf([reading(0, 1000, 0, 0), reading(2000, 40, 0, 10)]);
    expect(point?.requests.get('answered')).toBe(20);
    expect(point?.cacheShare).toBe(0.25);
  });

  it('are kept for five minutes', () => {
    let kept: { atMs: number }[] = [];
    for (let s = 0; s <= 1000; s += 2) kept = keep(kept, { atMs: s * 1000 });
    expect(kept.length).toBe(151);
    expect(kept[0]?.atMs).toBe(700_000);
  });

  it('are told in all since the start', () => {
    const { requests, byStatus, cacheShare, recall } = totalsOf(reading(0, 90, 10, 45).metrics);
    expect([requests, byStatus.get('failed'), cacheShare, recall]).toEqual([100, 10, 0.5, undefined]);
  });
});
