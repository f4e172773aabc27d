// How soon a server shows what a label and a delta change. The watch is looked at while nothing else runs.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { publishDelta } from '../../src/releases/deltas.ts';
import { answer, end, Following, told, until, untilRevision } from './following.ts';

/** What a change must be visible within. */
const soonMs = 5000;

let shop: Following;
beforeAll(() => {
  shop = new Following();
});
afterAll(() => shop.remove());

it('a server shows a release and a delta within five seconds', async () => {
  await shop.publish(1);
  const server = await shop.begin('--poll-seconds', '1');
  await shop.publish(2);
  expect(await untilRevision(server, 2)).toBeLessThan(soonMs);
  const { items } = await answer(server, 'P1', 'fields=price');
  const id = items[0]?.id ?? '';
  const priceNow = async () =>
    (await answer(server, 'P1', 'fields=price')).items.find((item) => item.id === id)?.price;
  await publishDelta(shop.world.store, [{ id, price: 123_456 }], { by: 'a test', currency: 'TRY' });
  expect(await until(async () => (await priceNow()) === 123_456)).toBeLessThan(soonMs);
  expect((await told(server)).release).toMatchObject({ revision: 2, deltas: 1 });
  await end(server);
});
