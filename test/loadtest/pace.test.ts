// When requests are sent, how their latencies are kept, and which rate a search tries next.

import { describe, expect, it } from 'vitest';
import { nextRate, type Tried } from '../../loadtest/commands/next-rate.ts';
import { Latency } from '../../loadtest/drive/latency.ts';
import { Schedule } from '../../loadtest/drive/schedule.ts';

describe('a schedule', () => {
  it('spreads the requests of each second evenly, at any rate', () => {
    for (const rate of [0.5, 3, 200, 999, 4000, 8000, 12_345, 50_000]) {
      const schedule = new Schedule({ rate, startMs: 1000, seconds: 4, warmupSeconds: 1 });
      expect(schedule.total).toBe(4 * rate);
      for (let n = 0; n < schedule.total; n++) {
        const exactMs = 1000 + (1000 * n) / rate;
        const earlyMs = exactMs - schedule.dueMs(n);
        if (earlyMs < -1e-6 || earlyMs > schedule.tickMs + 1e-6)
          throw new Error(`request ${n} at ${rate} a second is due ${earlyMs} ms early`);
      }
      expect(schedule.isDue(schedule.total, Number.POSITIVE_INFINITY)).toBe(false);
    }
  });

  it('leaves out what is left of the warm-up when the measurement begins', () => {
    const schedule = new Schedule({ rate: 100, startMs: 1000, seconds: 3, warmupSeconds: 1 });
    expect([schedule.nextAfter(40, 1999), schedule.nextAfter(40, 2000)]).toEqual([40, 100]);
    expect(schedule.dueMs(100)).toBe(2000);
    expect(schedule.nextAfter(150, 3000)).toBe(150);
  });
});

describe('latencies', () => {
  it('are kept in microseconds, and add up across threads', () => {
    const [one, other, both] = [new Latency(), new Latency(), new Latency()];
    for (let i = 1; i <= 1000; i++) (i % 2 === 0 ? one : other).recordMs(i / 1000);
    both.add(one.encode());
    both.add(other.encode());
    const { p50, p99, max } = both.summary();
    expect([both.count, p50, p99, max]).toEqual([1000, 0.5, 0.99, 1]);
    const buckets = both.buckets();
    expect(buckets.reduce((sum, [, count]) => sum + count, 0)).toBe(1000);
    const below = buckets.filter(([upTo]) => upTo <= 0.1).reduce((sum, [, count]) => sum + count, 0);
    expect(below).toBe(100);
    expect(both.percentiles().at(-1)).toEqual([99.9, 0.999]);
  });

  it('of nothing are nothing', () => {
    expect(new Latency().summary()).toEqual({ mean: 0, p50: 0, p90: 0, p99: 0, p99_9: 0, max: 0 });
    expect([new Latency().buckets(), new Latency().percentiles()]).toEqual([[], []]);
  });
});

describe('a search', () => {
  const searched = (limit: number, begin: number, most = 100_000): { best: number; steps: number } => {
    const tried: Tried[] = [];
    for (;;) {
      const rate = nextRate(tried, { begin, most, precision: 0.05 });
      if (rate === undefined) break;
      tried.push({ rate, holds: rate <= limit });
      expect(tried.length).toBeLessThan(40);
    }
    const held = tried.filter(({ holds }) => holds).map(({ rate }) => rate);
    return { best: Math.max(0, ...held), steps: tried.length };
  };

  it('comes near the highest rate that holds, from above and from below', () => {
    for (const limit of [1, 7, 100, 5000, 60_000])
      for (const begin of [1, 50, 3000, 100_000]) {
        const { best } = searched(limit, begin);
        expect(best, `limit ${limit}, begin ${begin}`).toBeLessThanOrEqual(limit);
        expect(best, `limit ${limit}, begin ${begin}`).toBeGreaterThanOrEqual(Math.floor(limit / 1.06));
      }
    expect(searched(5000, 3000).steps).toBeLessThan(9);
  });

  it('ends where nothing holds, and where everything does', () => {
    expect(searched(0, 1000).best).toBe(0);
    expect(searched(Number.POSITIVE_INFINITY, 1000, 20_000).best).toBe(20_000);
  });
});
