// Several processes behind one port, as `sepet serve --instances` starts them.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { smallArtifact } from '../shops.ts';
import { get, json, keepAlive, type Serving, serve } from './serving.ts';

const file = smallArtifact();

/** The processes that serve. */
const childrenOf = ({ child: { pid } }: Serving): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const startedMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedMs > 30_000) throw new Error('It did not come about within 30 s.');
    await sleep(20);
  }
}

/** The sum of a metric's series. */
async function metric({ url }: Serving, name: string): Promise<number> {
  const text = (await get(`${url}/metrics`)).body.toString();
  const values = [...text.matchAll(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  return values.reduce((sum, value) => sum + value, 0);
}

/** Requests on connections of their own, so that each may meet another process. */
const askAll = (server: Serving, count: number) =>
  Promise.all(
    Array.from({ length: count }, () => get(`${server.url}/v1/products/${server.product}/bought-together`)),
  );

describe('several processes behind one port', () => {
  it('answer alike, and tell their metrics as one', async () => {
    const server = await serve(file, '--instances', '2', '--workers', '1');
    expect(childrenOf(server)).toHaveLength(2);
    const answers = await askAll(server, 200);
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(await metric(server, 'sepet_cache_requests_total')).toBe(200);
    // Each computes it for itself.
    expect(await metric(server, 'sepet_cache_requests_total{result="miss"}'.replace(/[{}]/g, '\\$&'))).toBe(
      2,
    );
    expect(await metric(server, 'sepet_workers')).toBe(2);
    const { products } = json(await get(`${server.url}/v1/artifact`));
    expect(await metric(server, 'sepet_artifact_products')).toBe(products);
    await server.stop();
    expect(await server.exited).toEqual([0, null]);
  });

  it('do together what an operator asks of one, also those that are started later', async () => {
    const server = await serve(file, '--instances', '2', '--workers', '1');
    const headers = { 'content-type': 'application/json' };
    const set = await fetch(`${server.url}/admin/settings`, {
      method: 'PUT',
      headers,
      body: '{"efSearch":77}',
    });
    expect(await set.json()).toEqual({ efSearch: 77 });
    const settings = async () =>
      Promise.all(
        Array.from({ length: 20 }, async () => json(await get(`${server.url}/admin/settings`)).efSearch),
      );
    expect(new Set(await settings())).toEqual(new Set([77]));
    for (const victim of childrenOf(server)) {
      process.kill(victim, 'SIGKILL');
      await until(() => !childrenOf(server).includes(victim));
      // Both serve again, and are asked together.
      await until(async () => (await metric(server, 'sepet_workers')) === 2);
    }
    expect(new Set(await settings())).toEqual(new Set([77]));
    await server.said(/process \d died \(SIGKILL\) and is replaced/);
    await server.stop();
  });

  it('lose no request on SIGTERM', async () => {
    const server = await serve(file, '--instances', '2', '--workers', '1', '--drain-seconds', '0.3');
    const agent = keepAlive(8);
    const path = `${server.url}/v1/products/${server.product}/bought-together`;
    let isOver = false;
    const statuses: number[] = [];
    const asking = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        try {
          const { status, headers } = await get(path, { agent });
          statuses.push(status);
          if (headers.connection === 'close') isOver = true;
        } catch (error) {
          // Nobody listens any more: the end that every client sees.
          if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
          isOver = true;
        }
      }
    });
    await until(() => statuses.length > 50);
    server.child.kill('SIGTERM');
    await Promise.all(asking);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await server.exited).toEqual([0, null]);
    agent.destroy();
  });

  it('end with the process that started them', async () => {
    const server = await serve(file, '--instances', '2', '--workers', '0', '--drain-seconds', '0');
    const children = childrenOf(server);
    server.child.kill('SIGKILL');
    const isAlive = (pid: number): boolean => {
      try {
        // A zombie that nobody has waited for yet is dead too.
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
      } catch {
        return false;
      }
    };
    await until(() => !children.some(isAlive));
  });

  it('do not share a port with somebody else', async () => {
    const server = await serve(file, '--workers', '0');
    const port = new URL(server.url).port;
    await expect(serve(file, '--instances', '2', '--port', port)).rejects.toThrow(/\[address_unavailable\]/);
    await server.stop();
  });

  it('do not start where one of them cannot', async () => {
    await expect(serve('/no/such.sepet', '--instances', '2')).rejects.toThrow(/\[file_not_found\]/);
  });
});
