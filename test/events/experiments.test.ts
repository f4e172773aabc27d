// What came of experiments: events through the real intake into a folder, and the report of it against counting by hand.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/base/log.ts';
import type { GivenEvent } from '../../src/events/event.ts';
import { type ExperimentReport, reportExperiments } from '../../src/events/experiments.ts';
import { openFileSink } from '../../src/events/file-sink.ts';
import { EventIntake } from '../../src/events/intake.ts';
import { meanDifference, shareDifference, wilson } from '../../src/events/proportions.ts';
import { sepet } from '../shops.ts';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder with these events, as a server keeps them. */
async function kept(events: readonly GivenEvent[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sepet-arms-'));
  made.push(folder);
  const intake = new EventIntake(await openFileSink({ folder, sync: false, log: createLog('json') }));
  for (let i = 0; i < events.length; i += 500) {
    const { refused } = await intake.take(events.slice(i, i + 500));
    expect(refused).toEqual([]);
  }
  await intake.close();
  return folder;
}

const startMs = Date.now() - 3_600_000;
const at = (minute: number): number => startMs + minute * 60_000;

const shown = (user: string, experiment: string, more: Partial<GivenEvent> = {}): GivenEvent => ({
  ...{
    type: 'impression',
    user,
    experiment,
    items: ['P1', 'P2'],
    recommendation: `r_${experiment}`,
    time: at(1),
  },
  ...more,
});
const order = (user: string, valueMinor: number, more: Partial<GivenEvent> = {}): GivenEvent => ({
  ...{ type: 'order', user, items: ['P1'], valueMinor, currency: 'TRY', time: at(30) },
  ...more,
});

const byName = (reports: readonly ExperimentReport[], name: string): ExperimentReport | undefined =>
  reports.find(({ experiment }) => experiment === name);

describe('the report of experiments', () => {
  it('counts visitors once, and what they did since', async () => {
    const folder = await kept([
      shown('a1', 'fresh:A'),
      shown('a1', 'fresh:A', { time: at(2) }),
      shown('a2', 'fresh:A'),
      shown('b1', 'fresh:B'),
      shown('b2', 'fresh:B'),
      shown('b3', 'fresh:B'),
      // A repetition, by its id, counts once.
      shown('b3', 'fresh:B', { id: 'same' }),
      shown('b3', 'fresh:B', { id: 'same' }),
      // By its arm, by the list that was shown, by neither.
      { type: 'click', user: 'a1', experiment: 'fresh:A', items: ['P1'], time: at(3) },
      { type: 'click', user: 'b1', recommendation: 'r_fresh:B', items: ['P2'], time: at(3) },
      { type: 'click', user: 'b1', recommendation: 'r_fresh:B', items: ['P1'], time: at(4) },
      { type: 'click', user: 'b2', recommendation: 'r_other', items: ['P2'], time: at(3) },
      { type: 'click', user: 'b2', experiment: 'other:B', recommendation: 'r_fresh:B', items: ['P2'] },
      { type: 'cart', user: 'b1', recommendation: 'r_fresh:B', items: ['P2'], time: at(5) },
      // Before the first list, by somebody else, and two of one visitor.
      order('a1', 5000, { time: at(0) }),
      order('nobody', 7000),
      order('b1', 1000),
      order('b1', 3000, { time: at(31) }),
      order('a2', 2000),
      // Two arms, so in none; another experiment counts them.
      shown('mixed', 'fresh:A'),
      shown('mixed', 'fresh:B', { time: at(2) }),
      order('mixed', 90_000),
      shown('mixed', 'width:A'),
      // By visit alone, and nobody.
      { type: 'impression', session: 's1', experiment: 'width:B', items: ['P1'], time: at(1) },
      { type: 'impression', experiment: 'width:B', items: ['P1'], time: at(1) },
      { type: 'impression', user: 'a1', items: ['P1'], time: at(1) },
    ]);
    const reports = await reportExperiments(folder);
    expect(reports.map(({ experiment }) => experiment)).toEqual(['fresh', 'width']);
    const fresh = byName(reports, 'fresh');
    expect(fresh?.mixedVisitors).toBe(1);
    const [a, b] = fresh?.arms ?? [];
    expect(a).toMatchObject({
      ...{ label: 'fresh:A', arm: 'A', visitors: 2, impressions: 3, clicks: 1, orders: 1 },
      ...{ clicked: { visitors: 1, share: 0.5 }, added: { visitors: 0 }, ordered: { visitors: 1 } },
      value: { currency: 'TRY', sumMinor: 2000, perVisitorMinor: 1000 },
    });
    expect(a?.clicked).not.toHaveProperty('against');
    expect(b).toMatchObject({
      ...{ label: 'fresh:B', visitors: 3, impressions: 4, clicks: 2, orders: 2 },
      ...{ clicked: { visitors: 1 }, added: { visitors: 1 }, ordered: { visitors: 1 } },
      value: { sumMinor: 4000 },
    });
    expect(b?.ordered.against?.difference).toBeCloseTo(1 / 3 - 1 / 2, 12);
    expect(
      byName(reports, 'width')?.arms.map(({ label, visitors, orders }) => [label, visitors, orders]),
    ).toEqual([
      ['width:A', 1, 1],
      ['width:B', 1, 0],
    ]);
  });

  it('reads compressed days, passes over half a line, and leaves verdicts alone', async () => {
    const folder = await kept([shown('a', 'x:A'), shown('b', 'x:B')]);
    const [name = ''] = readdirSync(folder);
    const line = JSON.stringify({
      type: 'impression',
      time: new Date().toISOString(),
      user: 'c',
      experiment: 'x:B',
      items: [],
    });
    const other = name.replace(/^\d{4}/, '2020');
    writeFileSync(join(folder, `${other}.gz`), gzipSync(`${line}\n{"type":"impr`));
    writeFileSync(join(folder, `verdicts-${name}`), `${line.replace('"c"', '"d"')}\n`);
    const [report] = await reportExperiments(folder);
    expect(report?.arms.map(({ visitors }) => visitors)).toEqual([1, 2]);
    // Orders say nothing of money here.
    expect(report?.arms[0]).not.toHaveProperty('value');
  });

  it('finds the arm that is better, and no difference where there is none', async () => {
    const n = 800;
    const events = Array.from({ length: n }, (_, i): GivenEvent[] => {
      const better = i % 2 === 1;
      const user = `u${i}`;
      const buys = Math.floor(i / 2) % 10 < (better ? 3 : 1);
      return [
        shown(user, better ? 'x:B' : 'x:A'),
        shown(user, Math.floor(i / 20) % 2 === 0 ? 'same:A' : 'same:B'),
        ...(buys ? [order(user, 1000 + (i % 7))] : []),
      ];
    });
    const reports = await reportExperiments(await kept(events.flat()));
    const [, b] = byName(reports, 'x')?.arms ?? [];
    expect(b?.ordered.against?.difference).toBeCloseTo(0.2, 10);
    expect(b?.ordered.against?.interval[0]).toBeGreaterThan(0.14);
    expect(b?.value?.against?.interval[0]).toBeGreaterThan(100);
    const [low = 0, high = 0] = byName(reports, 'same')?.arms[1]?.ordered.against?.interval ?? [];
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
  });

  it('is printed by sepet experiments report', async () => {
    const folder = await kept([
      shown('a', 'x:A'),
      shown('b', 'x:B'),
      order('b', 12_345),
      shown('m', 'x:A'),
      shown('m', 'x:B'),
    ]);
    const printed = sepet('experiments', 'report', folder);
    expect(printed).toMatch(/^x\n +arm +visitors +lists +clicks +clicked/);
    expect(printed).toMatch(/B +1 +1 +0 +0\.00 % \(.* to .*\).*100\.00 % .*₺123\.45 \(/);
    expect(printed).toContain('1 visitor saw lists of several arms and are in none');
    expect(JSON.parse(sepet('experiments', 'report', folder, '--json'))).toEqual(
      await reportExperiments(folder),
    );
    expect(sepet('experiments', 'report', await kept([order('a', 1)]))).toMatch(/^No event in /);
  });

  it('takes names of the shop, and adds up no two currencies', async () => {
    const folder = await kept([shown('a', 'B'), order('a', 1), order('a', 1, { currency: 'EUR' })]);
    expect(await reportExperiments(folder)).toMatchObject([
      { experiment: '', arms: [{ label: 'B', arm: 'B', orders: 2 }] },
    ]);
    expect(sepet('experiments', 'report', folder)).toMatch(/^Without a name\n/);
  });

  it('says where there is nothing to read', async () => {
    expect(await reportExperiments(await kept([]))).toEqual([]);
    for (const folder of ['/no/such/folder', await kept([])]) {
      for (const name of folder.startsWith('/no') ? [] : readdirSync(folder)) rmSync(join(folder, name));
      expect(() => reportExperiments(folder)).toThrow(expect.objectContaining({ code: 'input_missing' }));
    }
  });
});

describe('intervals', () => {
  it('are those of the literature', () => {
    // Newcombe 1998 (Statistics in Medicine 17, 857 and 873): 81 of 263; 56 of 70 against 48 of 80; 9 of 10 against 3 of 10.
    const round = (all: readonly number[]): number[] => all.map((one) => Number(one.toFixed(4)));
    expect(round(wilson(81, 263))).toEqual([0.2553, 0.3662]);
    expect(round(wilson(0, 20))).toEqual([0, 0.1611]);
    expect(round(shareDifference({ hits: 56, n: 70 }, { hits: 48, n: 80 }).interval)).toEqual([
      0.0524, 0.3339,
    ]);
    expect(round(shareDifference({ hits: 9, n: 10 }, { hits: 3, n: 10 }).interval)).toEqual([0.1705, 0.809]);
    const moments = { n: 4, sum: 10, squares: 30 };
    const { difference, interval } = meanDifference(moments, { n: 4, sum: 6, squares: 9 });
    expect([difference, ...round(interval)]).toEqual([
      1,
      ...round([-1.96 * Math.sqrt(5 / 12) + 1, 1.96 * Math.sqrt(5 / 12) + 1]),
    ]);
  });
});
