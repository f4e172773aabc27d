import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, slotsOf } from '../../src/policy/compile.ts';
import { calendarOf, dayOfDate } from '../../src/policy/days.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { rankRule } from './arbitraries.ts';
import { rankPlainly } from './reference.ts';
import { catalog, day, nobody, nowMs, plain, products, seed, world } from './world.ts';

const rankOf = (rest: object) => compilePolicy(checkPolicy({ name: 'p', ...rest }), catalog);

describe('a compiled ranking', () => {
  it(`adds what the plain reading adds, and shares alike (seed ${seed})`, () => {
    const rules = fc.tuple(rankRule(world, 'a', day), rankRule(world, 'b', day), rankRule(world, 'c', day));
    fc.assert(
      fc.property(rules, fc.integer({ min: -1, max: products.length - 1 }), (rank, query) => {
        const policy = rankOf({ rank });
        policy.bind(query, [], nowMs);
        const ranking = policy.rank(nowMs);
        plain.forEach((candidate, row) => {
          const asked = { candidate, query: plain[query] ?? nobody, day, all: plain };
          const { added, shares } = rankPlainly({ rank }, asked);
          const parts = ranking.parts(row);
          expect(parts.map(({ rule }) => rule)).toEqual(Object.keys(added));
          for (const { rule, add } of parts) expect(add).toBeCloseTo(added[rule] as number, 9);
          const sum = Object.values(added).reduce((total, add) => total + add, 0);
          expect(ranking.boost(row)).toBeCloseTo(sum, 9);
          expect(ranking.shares.filter(({ matches }) => matches(row)).map(({ name }) => name)).toEqual(
            shares,
          );
        });
      }),
      { numRuns: 300 },
    );
  });

  it('begins and ends a season by the calendar of its own time zone', () => {
    const summer = {
      name: 'summer',
      boost: 2,
      match: { category: 'Home' },
      between: ['2026-05-01', '2026-08-31'],
    };
    const row = plain.findIndex(({ category }) => category === 'Home');
    const boostAt = (time: string, timeZone: string): number => {
      const policy = rankOf({ rank: [summer], timeZone });
      policy.bind(0, [], Date.parse(time));
      return policy.rank(Date.parse(time)).boost(row);
    };
    expect(boostAt('2026-04-30T23:59:59Z', 'UTC')).toBe(0);
    expect(boostAt('2026-05-01T00:00:00Z', 'UTC')).toBe(Math.log(2));
    expect(boostAt('2026-08-31T23:59:59Z', 'UTC')).toBe(Math.log(2));
    expect(boostAt('2026-09-01T00:00:00Z', 'UTC')).toBe(0);
    expect(boostAt('2026-04-30T20:59:59Z', 'Europe/Istanbul')).toBe(0);
    expect(boostAt('2026-04-30T21:00:00Z', 'Europe/Istanbul')).toBe(Math.log(2));
    expect(boostAt('2026-09-01T03:00:00Z', 'America/New_York')).toBe(Math.log(2));
    expect(boostAt('2026-09-01T04:00:00Z', 'America/New_York')).toBe(0);
  });

  it('puts pins at their positions, the others where there is room, and leaves out what is not there', () => {
    const pins = ['P5', { id: 'P7', position: 2 }, 'gone', { id: 'P9', position: 1 }, 'P3'];
    expect(rankOf({ pins }).rank(nowMs).pins).toEqual([
      { row: catalog.ids.row('P9'), position: 1 },
      { row: catalog.ids.row('P7'), position: 2 },
      { row: catalog.ids.row('P5'), position: 3 },
      { row: catalog.ids.row('P3'), position: 5 },
    ]);
  });

  it('hands over what it does not compute itself', () => {
    const ranking = rankOf({
      rank: [{ name: 'lot', share: 0.05, seed: 'request' }],
      diversity: { noAdjacentSame: 'category', max: { brand: 2, group: 1 }, mmr: 0.3 },
      sort: 'price',
    }).rank(nowMs);
    expect(ranking).toMatchObject({
      explore: { name: 'lot', share: 0.05, seed: 'request' },
      diversity: { noAdjacentSame: 'category', maxBrand: 2, maxGroup: 1, mmr: 0.3 },
      sort: 'price',
    });
    expect(rankOf({ diversity: { mmr: 0 } }).rank(nowMs).diversity).toEqual({});
  });

  it('rounds shares to whole slots, halves up', () => {
    expect([0, 1, 4, 5, 10, 14, 15].map((limit) => slotsOf(0.1, limit))).toEqual([0, 0, 0, 1, 1, 1, 2]);
    expect([slotsOf(0.05, 10), slotsOf(1, 7), slotsOf(0.35, 10)]).toEqual([1, 7, 4]);
  });
});

describe('a calendar', () => {
  it('counts the days of its time zone through the changes of the clock', () => {
    const istanbul = calendarOf('Europe/Istanbul');
    const berlin = calendarOf('Europe/Berlin');
    expect(istanbul(Date.parse('2026-01-01T20:59:00Z'))).toBe(dayOfDate('2026-01-01'));
    expect(istanbul(Date.parse('2026-01-01T21:00:00Z'))).toBe(dayOfDate('2026-01-02'));
    // Clocks go forward on the 29th of March and back on the 25th of October.
    expect(berlin(Date.parse('2026-03-28T22:59:00Z'))).toBe(dayOfDate('2026-03-28'));
    expect(berlin(Date.parse('2026-03-28T23:00:00Z'))).toBe(dayOfDate('2026-03-29'));
    expect(berlin(Date.parse('2026-03-29T22:00:00Z'))).toBe(dayOfDate('2026-03-30'));
    expect(berlin(Date.parse('2026-10-25T22:59:00Z'))).toBe(dayOfDate('2026-10-25'));
    expect(berlin(Date.parse('2026-10-25T23:00:00Z'))).toBe(dayOfDate('2026-10-26'));
    expect(calendarOf('UTC')(Date.parse('1970-01-02T00:00:00Z'))).toBe(1);
  });
});
