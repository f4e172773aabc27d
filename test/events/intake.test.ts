// What an event may say, and what becomes of a call: good ones, bad ones, repetitions.

import { describe, expect, it } from 'vitest';
import { SepetError } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { readEvent, type ShopEvent } from '../../src/events/event.ts';
import { EventIntake, type EventObserver } from '../../src/events/intake.ts';
import type { EventSink } from '../../src/events/sink.ts';

const nowMs = Date.parse('2026-05-10T12:00:00Z');
const dayMs = 86_400_000;
const click = { type: 'click', items: ['P1'] };
const wrongOf = (given: unknown): string => {
  const read = readEvent(given, nowMs);
  return 'wrong' in read ? read.wrong : 'nothing is wrong';
};
const eventOf = (given: unknown): ShopEvent => {
  const read = readEvent(given, nowMs);
  if ('wrong' in read) throw new Error(read.wrong);
  return read.event;
};

describe('an event', () => {
  it('is kept with its times in UTC, and places where it is a list that was shown', () => {
    const shown = { type: 'impression', time: '2026-05-10T13:59:00+02:00', items: ['A', { id: 'B' }, 'C'] };
    expect(eventOf(shown)).toEqual({
      type: 'impression',
      time: '2026-05-10T11:59:00.000Z',
      received: '2026-05-10T12:00:00.000Z',
      items: [
        { id: 'A', position: 1 },
        { id: 'B', position: 2 },
        { id: 'C', position: 3 },
      ],
    });
    expect(eventOf(click)).toMatchObject({ time: '2026-05-10T12:00:00.000Z', items: [{ id: 'P1' }] });
    expect(eventOf({ ...click, time: nowMs - 1000 }).time).toBe('2026-05-10T11:59:59.000Z');
  });

  it('may say all of this', () => {
    const order = {
      ...{
        type: 'order',
        id: 'o-1',
        recommendation: 'r_1',
        product: 'P1',
        placement: 'cart',
        channel: 'app',
      },
      ...{ session: 's', user: 'u', policy: 'pdp@7', artifact: 'sha256:1', experiment: 'B' },
      ...{ valueMinor: 129_90, currency: 'TRY', items: [{ id: 'P2', quantity: 2, priceMinor: 4990 }] },
    };
    expect(eventOf(order)).toMatchObject(order);
  });

  it.each([
    [null, /object/],
    [[], /object/],
    [{}, /type must be one of impression, click, cart, order/],
    [{ type: 'clik', items: ['P1'] }, /type .*Did you mean "click"\?/],
    [{ type: 'click' }, /items must be a list/],
    [{ type: 'click', items: [] }, /items must name a product/],
    [{ type: 'click', items: ['A', 'B'] }, /items must be the one product/],
    [{ ...click, items: [{ id: 'P1', positon: 1 }] }, /items\.0\.positon is no field.*"position"/],
    [{ ...click, items: [{ id: 'P1', position: 0 }] }, /items\.0\.position must be a whole number from 1/],
    [{ ...click, items: [7] }, /items\.0/],
    [{ ...click, plcement: 'pdp' }, /plcement is no field of an event\. Did you mean "placement"\?/],
    [{ ...click, session: '' }, /session must be text of 1 to 256/],
    [{ ...click, session: 'x'.repeat(257) }, /session must be text/],
    [{ ...click, time: 'yesterday' }, /time must be a date and time with its zone/],
    [{ ...click, time: '2026-05-10T12:00:00' }, /time must be a date and time with its zone/],
    [{ ...click, time: nowMs - 30 * dayMs - 1 }, /30 days back/],
    [{ ...click, time: nowMs + dayMs + 1 }, /a day ahead/],
    [{ ...click, time: 1e300 }, /time/],
    [{ ...click, valueMinor: 1, currency: 'EUR' }, /valueMinor is of orders only/],
    [{ type: 'order', items: ['A'], valueMinor: 1 }, /currency and valueMinor go together/],
    [{ type: 'order', items: ['A'], valueMinor: 1.5, currency: 'EUR' }, /valueMinor must be a whole number/],
    [{ type: 'order', items: ['A'], valueMinor: 1, currency: 'eur' }, /currency must be three capital/],
  ])('that is wrong says how: %j', (given, words) => {
    expect(wrongOf(given)).toMatch(words);
  });
});

/** Keeps events in memory; `fail` and `hold` are the disk's moods. */
class Memory implements EventSink {
  readonly pendingBytes = 0;
  onWrite: EventSink['onWrite'];
  readonly kept: ShopEvent[] = [];
  fails = false;
  held: Promise<void> | undefined;

  async append(events: readonly ShopEvent[]): Promise<void> {
    await this.held;
    if (this.fails) throw new SepetError('events_unavailable', 'The disk is full.');
    this.kept.push(...events);
  }

  async close(): Promise<void> {}
}

function intakeOf(idsMax?: number) {
  const sink = new Memory();
  const intake = new EventIntake(sink, idsMax);
  const counts: Record<string, number> = {};
  const count = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const observer: EventObserver = {
    counted: (result, type = undefined) => count(`${result} ${type}`),
    unavailable: () => count('unavailable'),
    wrote: () => {},
  };
  intake.watch(observer);
  const take = (...events: unknown[]) => intake.take(events, nowMs);
  return { sink, take, counts, intake };
}

const withId = (id: string) => ({ ...click, id });

describe('a call', () => {
  it('keeps the good ones and names the bad ones by their place', async () => {
    const { sink, take, counts } = intakeOf();
    const taken = await take(click, { type: 'clik' }, { type: 'cart', items: ['A'] }, 7);
    expect(taken).toMatchObject({ accepted: 2, duplicates: 0, refused: [{ index: 1 }, { index: 3 }] });
    expect(sink.kept.map(({ type }) => type)).toEqual(['click', 'cart']);
    expect(counts).toEqual({ 'accepted click': 1, 'accepted cart': 1, 'refused undefined': 2 });
  });

  it('drops what came before, in the same call or another', async () => {
    const { sink, take, counts } = intakeOf();
    expect(await take(withId('a'), withId('b'), withId('a'), click, click)).toMatchObject({
      accepted: 4,
      duplicates: 1,
    });
    expect(await take(withId('b'), withId('c'))).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(sink.kept).toHaveLength(5);
    expect(counts['duplicate click']).toBe(2);
  });

  it('remembers so many ids and no more', async () => {
    const { take } = intakeOf(2);
    await take(withId('a'), withId('b'), withId('c'));
    expect(await take(withId('c'))).toMatchObject({ duplicates: 1 });
    expect(await take(withId('a'))).toMatchObject({ accepted: 1 });
  });

  it('that could not be kept may come again', async () => {
    const { sink, take, counts } = intakeOf();
    sink.fails = true;
    await expect(take(withId('a'))).rejects.toMatchObject({ code: 'events_unavailable' });
    sink.fails = false;
    expect(await take(withId('a'))).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(counts).toEqual({ unavailable: 1, 'accepted click': 1 });
  });

  it('that repeats what is still being written waits for it, and fails with it', async () => {
    const { sink, take } = intakeOf();
    let release = (): void => {};
    sink.held = new Promise((resolve) => {
      release = resolve;
    });
    const first = take(withId('a'));
    let isSecondDone = false;
    const second = take(withId('a'));
    second.then(
      () => {
        isSecondDone = true;
      },
      () => {},
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isSecondDone).toBe(false);
    sink.fails = true;
    release();
    await expect(first).rejects.toMatchObject({ code: 'events_unavailable' });
    await expect(second).rejects.toMatchObject({ code: 'events_unavailable' });
    sink.fails = false;
    expect(await take(withId('a'))).toMatchObject({ accepted: 1 });
  });

  it('is bounded', async () => {
    const { take } = intakeOf();
    await expect(take()).rejects.toMatchObject({ code: 'event_invalid' });
    const many = Array(limits.events.max + 1).fill(click);
    await expect(take(...many)).rejects.toMatchObject({ code: 'event_invalid' });
    expect(await take(...many.slice(1))).toMatchObject({ accepted: limits.events.max });
  });
});
