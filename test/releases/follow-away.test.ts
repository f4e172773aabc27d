// Servers that follow a label of a store that is away, and servers that are killed: dist must be built.

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultPoints } from '../../src/base/faults.ts';
import { publishDelta } from '../../src/releases/deltas.ts';
import { readLabel } from '../../src/releases/label.ts';
import { openStore } from '../../src/store/open.ts';
import { get } from '../http/serving.ts';
import { startS3 } from '../store/s3.ts';
import { answer, end, Following, flip, label, told, until, untilRevision, untilSaid } from './following.ts';
import { put, writeArtifact } from './world.ts';

let shop: Following;

beforeEach(() => {
  shop = new Following();
});

afterEach(() => shop.remove());

describe('a store that is away', () => {
  it('at the start: what was served last is served, and followed on once it is back', async () => {
    await shop.publish(1);
    await shop.serveOnce();
    shop.takeStoreAway();
    const server = await shop.begin();
    expect(await told(server)).toMatchObject({ manifest: { name: 'shop-1' }, release: { revision: 1 } });
    await untilSaid(server, /Serving the last good release, revision 1\..*store_unreachable/);
    shop.bringStoreBack();
    await shop.publish(2);
    await untilRevision(server, 2);
    await untilSaid(server, /the store answers again/);
    await end(server);
  });

  it('at the start, as it says nothing: is not waited for', async () => {
    const s3 = await startS3();
    const port = Number(/:(\d+)/.exec(s3.address)?.[1]);
    const sockets = new Set<Socket>();
    let isSilent = false;
    const between = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      if (!isSilent) socket.pipe(connect(port, '127.0.0.1').on('error', () => {})).pipe(socket);
    });
    await once(between.listen(0, '127.0.0.1'), 'listening');
    try {
      const address = s3.address.replace(String(port), String((between.address() as AddressInfo).port));
      const artifact = await writeArtifact(shop.world.path('shop.sepet'), { seed: 1 });
      await put(openStore(s3.address), label, { artifact });
      await shop.serveOnce('--store', address);
      isSilent = true;
      const startedMs = performance.now();
      const server = await shop.begin('--store', address);
      expect(performance.now() - startedMs).toBeLessThan(30_000);
      await untilSaid(server, /did not answer within 5 s\. Serving the last good release, revision 1\./);
      expect((await told(server)).release.revision).toBe(1);
      await end(server);
    } finally {
      for (const socket of sockets) socket.destroy();
      between.close();
      await s3.stop();
    }
  });

  it('at the first start: says so', async () => {
    await expect(shop.begin()).rejects.toThrow(/no such folder.*\[store_unreachable\]/);
  });

  it('at the start, with a file of the last good release damaged: serves nothing', async () => {
    await shop.publish(1);
    await shop.serveOnce();
    shop.takeStoreAway();
    const [name = ''] = readdirSync(shop.cached('artifacts'));
    flip(shop.cached('artifacts', name));
    await expect(shop.begin()).rejects.toThrow(/\[file_damaged\]/);
  });

  it('later: said once, told by the metrics, and again when it is back', async () => {
    await shop.publish(1);
    const server = await shop.begin();
    shop.takeStoreAway();
    await untilSaid(server, /store_unreachable/);
    await sleep(700);
    expect(server.log().match(/store_unreachable/g)).toHaveLength(1);
    const metrics = (await get(`${server.url}/metrics`)).body.toString();
    expect(Number(/^sepet_store_last_contact_seconds (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0.5);
    shop.bringStoreBack();
    await until(() => server.log().includes('the store answers again'));
    await end(server);
  });
});

describe('a server that is killed', () => {
  const points = faultPoints.filter((point) => /^(download|swap):|^delta:after-download/.test(point));

  it('wherever it was starts again with a whole release, also without the store', {
    timeout: 300_000,
  }, async () => {
    expect(points).toHaveLength(8);
    await shop.publish(0);
    await shop.serveOnce();
    for (const [i, point] of points.entries()) {
      // After the last swap, the first start may meet its point already.
      const [started] = await Promise.allSettled([shop.beginWith({ SEPET_FAULT: point })]);
      if (point.startsWith('delta:'))
        await publishDelta(shop.world.store, [{ id: 'P2', price: 77 }], { by: 'a test', currency: 'TRY' });
      else await shop.publish(i + 1);
      if (started.status === 'fulfilled')
        expect([point, ...(await started.value.exited)]).toEqual([point, null, 'SIGKILL']);
      shop.takeStoreAway();
      const server = await shop.begin();
      const { release, manifest, artifact } = await told(server);
      expect([point, manifest.name]).toEqual([point, `shop-${release.revision - 1}`]);
      expect((await answer(server)).artifact).toBe(artifact);
      shop.bringStoreBack();
      const { entry } = (await readLabel(shop.world.store, label)) ?? {};
      await untilRevision(server, entry?.revision ?? 0);
      if (point.startsWith('delta:')) await until(async () => (await told(server)).release.deltas === 1);
      await end(server);
    }
  });
});
