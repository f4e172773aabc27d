// Counting is our own where it is on every request's way; what comes out must be what prom-client would have said.

import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CountedHistogram, countedSeries } from '../../src/http/metrics-counted.ts';
import { EventLoopDelay } from '../../src/http/metrics-process.ts';
import { sources } from '../../src/recommend/recommender.ts';
import { smallArtifact } from '../shops.ts';
import { get, json, type Serving, serve } from './serving.ts';

const name = 'sepet_some_seconds';
const help = 'Some\nthing with \\ in it.';
const buckets = [0.0001, 0.00025, 0.001, 0.5, 1];

/** Theirs say of each value that it has no exemplar. */
const valuesOf = async (registry: Registry): Promise<unknown> =>
  JSON.parse(
    JSON.stringify(await registry.getMetricsAsJSON(), (key, one) => (key === 'exemplar' ? undefined : one)),
  );

const value = fc.oneof(fc.constantFrom(...buckets, 0, 2, 0.3), fc.double({ min: 0, max: 3, noNaN: true }));
const labels = fc.record({
  route: fc.constantFrom('/v1/a', '/v1/{id}/"b"', 'c\\d\ne'),
  status: fc.constantFrom('200', '404'),
});

describe('a counted histogram', () => {
  it("says what prom-client's says of the same observations", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(labels, value), { maxLength: 60 }), async (observed) => {
        const [theirs, ours] = [new Registry(), new Registry()];
        const plain = new Histogram({
          ...{ name, help, buckets, registers: [theirs] },
          labelNames: ['route', 'status'],
        });
        const counted = new CountedHistogram({ name, help, buckets, registry: ours });
        const series = new Map<string, ReturnType<typeof counted.series>>();
        for (const [which, seconds] of observed) {
          plain.observe(which, seconds);
          const key = JSON.stringify(which);
          if (!series.has(key)) series.set(key, counted.series(which));
          series.get(key)?.observe(seconds);
        }
        expect(await ours.metrics()).toBe(await theirs.metrics());
        expect(await valuesOf(ours)).toEqual(await valuesOf(theirs));
      }),
    );
  });

  it('is the same without labels, before the first observation and after', async () => {
    const [theirs, ours] = [new Registry(), new Registry()];
    const plain = new Histogram({ name, help, buckets, registers: [theirs] });
    const series = countedSeries({ name, help, buckets, registry: ours });
    for (const seconds of [undefined, 0.0001, 0.7, 9]) {
      if (seconds !== undefined) {
        plain.observe(seconds);
        series.observe(seconds);
      }
      expect(await ours.metrics()).toBe(await theirs.metrics());
      expect(await valuesOf(ours)).toEqual(await valuesOf(theirs));
    }
  });
});

describe('event-loop delay', () => {
  it('is next to nothing at rest and what something took that held the loop up', async () => {
    const registry = new Registry();
    const delay = new EventLoopDelay(registry);
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    const read = async () => (await delay.get()).values.map(({ value }) => value);
    // Where others have the machine, the loop is late too; some time of rest is one.
    await expect
      .poll(async () => {
        await pause(300);
        return (await read())[0];
      })
      .toBeLessThan(0.005);
    const sinceMs = performance.now();
    await pause(50);
    const heldMs = performance.now();
    while (performance.now() < heldMs + 200);
    await pause(100);
    const [, , , longest = 0, sum = 0, count = 0] = await read();
    expect(longest).toBeGreaterThan(0.15);
    // Never more than the time that passed.
    expect(longest).toBeLessThan((performance.now() - sinceMs) / 1000);
    expect(sum).toBeGreaterThan(0.15);
    expect(count).toBeGreaterThan(20);
    expect(await registry.metrics()).toMatch(/sepet_event_loop_delay_seconds\{quantile="0.99"\} [\d.]+/);
  });
});

describe('a server', () => {
  let server: Serving;
  beforeAll(async () => {
    server = await serve(smallArtifact(), '--workers', '1');
  });
  afterAll(async () => {
    await server?.stop();
  });
  const read = async (): Promise<string> => (await get(`${server.url}/metrics`)).body.toString();
  const numberOf = (text: string, series: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length + 1),
    );

  it('counts requests and items as they were', async () => {
    const route = '/v1/products/{id}/bought-together';
    let items = 0;
    for (let limit = 1; limit <= 20; limit++) {
      const got = await get(`${server.url}/v1/products/${server.product}/bought-together?limit=${limit}`);
      items += (json(got).items as unknown[]).length;
    }
    await get(`${server.url}/v1/products/nothing/bought-together`);
    const text = await read();
    const requests = (status: number): number =>
      numberOf(text, `sepet_http_request_duration_seconds_count{route="${route}",status="${status}"}`);
    expect([requests(200), requests(404)]).toEqual([20, 1]);
    const from = sources.map((source) => numberOf(text, `sepet_fill_items_total{source="${source}"}`));
    expect(from.reduce((sum, count) => sum + count)).toBe(items);
    expect(numberOf(text, 'sepet_fill_short_answers_total{reason="rules"}')).toBe(0);
    expect(numberOf(text, 'sepet_queue_wait_seconds_count')).toBe(21);
  });

  it('counts what falls short, and why', async () => {
    const path = `${server.url}/v1/products/${server.product}/bought-together?priceMax=0`;
    const { filled } = json(await get(path)) as { filled: { missing: number; exhausted?: true } };
    expect(filled).toMatchObject({ missing: 10, exhausted: true });
    const text = await read();
    for (const [reason, count] of Object.entries({ rules: 1, catalogue: 0, sources: 0 }))
      expect(numberOf(text, `sepet_fill_short_answers_total{reason="${reason}"}`)).toBe(count);
    expect(numberOf(text, 'sepet_fill_missing_items_total')).toBe(10);
  });

  it('says what it is', async () => {
    const text = await read();
    expect(text).toMatch(
      /^sepet_build_info\{version="\d+\.\d+\.\d+",node="\d+\.\d+\.\d+",kernel="\w+"\} 1$/m,
    );
    expect(text).toMatch(/^sepet_event_loop_delay_seconds_count \d+$/m);
  });
});
