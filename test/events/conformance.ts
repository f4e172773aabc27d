// What every sink of events has to hold, run against each.

import { afterEach, describe, expect, it } from 'vitest';
import type { ShopEvent } from '../../src/events/event.ts';
import type { EventSink } from '../../src/events/sink.ts';
import { eventsOf } from './made.ts';

export interface SinkCase {
  /** Opens a sink that takes no more than so many bytes that wait. */
  open(options?: { bufferBytes?: number }): Promise<EventSink>;
  /** All that was kept so far, in any order of calls; read by other means than the sink. */
  kept(): Promise<ShopEvent[]>;
  clean(): Promise<void> | void;
}

const ids = (events: readonly ShopEvent[]) => events.map(({ id }) => id);

export function sinkConformance(name: string, make: () => SinkCase): void {
  describe(name, () => {
    let one: SinkCase;
    let sink: EventSink;
    const open = async (options?: { bufferBytes?: number }): Promise<void> => {
      one = make();
      sink = await one.open(options);
    };

    afterEach(async () => {
      await sink.close();
      await one.clean();
    });

    it('has kept what it has acknowledged, as it was', async () => {
      await open();
      const events = eventsOf(3);
      await sink.append(events);
      expect(await one.kept()).toEqual(events);
    });

    it('keeps the order of a call, and calls that come at once', async () => {
      await open();
      const calls = Array.from({ length: 50 }, (_, i) => eventsOf(1 + (i % 7), `call-${i}`));
      await Promise.all(calls.map((events) => sink.append(events)));
      const kept = await one.kept();
      expect(kept).toHaveLength(calls.flat().length);
      for (const [i, events] of calls.entries())
        expect(ids(kept.filter(({ channel }) => channel === `call-${i}`))).toEqual(ids(events));
    });

    it('loses nothing that waits when it is closed', async () => {
      await open();
      const calls = Array.from({ length: 20 }, () => eventsOf(5));
      const appended = calls.map((events) => sink.append(events));
      await sink.close();
      await Promise.all(appended);
      expect(await one.kept()).toHaveLength(100);
      await sink.close();
    });

    it('takes nothing once it is closed', async () => {
      await open();
      await sink.close();
      await expect(sink.append(eventsOf(1))).rejects.toMatchObject({ code: 'events_unavailable' });
      expect(await one.kept()).toEqual([]);
    });

    it('takes no more than its buffer, refuses the rest, and goes on', async () => {
      await open({ bufferBytes: 10_000 });
      const results = await Promise.allSettled(Array.from({ length: 40 }, () => sink.append(eventsOf(10))));
      const refused = results.filter(({ status }) => status === 'rejected');
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(40);
      for (const one of refused)
        expect((one as PromiseRejectedResult).reason).toMatchObject({ code: 'events_unavailable' });
      expect(sink.pendingBytes).toBe(0);
      await sink.append(eventsOf(1));
      expect(await one.kept()).toHaveLength((40 - refused.length) * 10 + 1);
    });

    it('tells of its writes', async () => {
      await open();
      const writes: [seconds: number, bytes: number][] = [];
      sink.onWrite = (...write) => writes.push(write);
      await sink.append(eventsOf(2));
      expect(writes).toHaveLength(1);
      expect(writes[0]?.[1]).toBeGreaterThan(100);
    });
  });
}
