// Events made for tests.

import { readEvent, type ShopEvent } from '../../src/events/event.ts';

let made = 0;

/** Events with ids of their own. */
export const eventsOf = (count: number, channel = 'web'): ShopEvent[] =>
  Array.from({ length: count }, () => {
    const read = readEvent({ type: 'click', id: `e${++made}`, channel, items: ['Ürün "1"\n'] }, Date.now());
    if ('wrong' in read) throw new Error(read.wrong);
    return read.event;
  });
