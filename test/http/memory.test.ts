// A server that has answered much, and has been given other artifacts and policies a hundred times meanwhile, holds what it
// held before: descriptors, mappings and memory. And nobody notices the swaps but by the answers.

import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPolicy } from '../../src/policy/parse.ts';
import { openRecommender } from '../../src/recommend/open.ts';
import { temporaryFolder, writeShop } from '../recommend/shop.ts';
import { dial, fdsOf, ofThreads, residentOf, settledFds } from './raw.ts';
import { get, json, keepAlive, type Serving, serve } from './serving.ts';

const folder = temporaryFolder();
const served = folder.path('served.sepet');
const names = ['a', 'b'] as const;
const products = 3000;
let server: Serving;
let pid: number;
/** The body for each product under revision 1, by artifact and limit. */
const bodies = new Map<string, Map<string, string>>();
const limits = [10, 5] as const;
const policyOf = (revision: number) => ({ name: 'p', revision, limit: limits[(revision - 1) % 2] });

const path = (product: string): string => `/v1/products/${product}/bought-together`;

/** The other file in the place of the one that is served. */
function place(name: string): void {
  copyFileSync(folder.path(`${name}.sepet`), `${served}.new`);
  renameSync(`${served}.new`, served);
}

beforeAll(async () => {
  const some = Array.from({ length: 200 }, (_, at) => `P${at * 15}`);
  for (const [i, name] of names.entries()) {
    const file = folder.path(`${name}.sepet`);
    await writeShop(file, { seed: i, products: products + i, dims: 32 });
    const recommender = openRecommender(file, { policy: checkPolicy(policyOf(1)) });
    for (const limit of limits) {
      const answers = recommender.recommend(some.map((product) => ({ product, limit })));
      bodies.set(
        `${recommender.info.artifact} ${limit}`,
        new Map(
          answers.map((answer, at) => [
            some[at] as string,
            JSON.stringify({ ...answer, recommendation: undefined }),
          ]),
        ),
      );
    }
  }
  writeFileSync(folder.path('p.json'), JSON.stringify(policyOf(1)));
  place('a');
  server = await serve(served, '--policy', folder.path('p.json'), '--result-cache-mb', '8');
  pid = server.child.pid as number;
});

afterAll(async () => {
  await server?.stop();
  folder.remove();
});

const mappingsOf = (file: string): number =>
  readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => line.includes(file)).length;

/** The n-th swap: a policy, and each fourth time another artifact with the policy that it was started with. */
async function swap(n: number): Promise<void> {
  if (n % 4 === 3) {
    place(names[((n >> 2) + 1) % 2] as string);
    const got = await get(`${server.url}/admin/reload`, { method: 'POST' });
    expect([got.status, json(got).changed]).toEqual([200, true]);
    return;
  }
  const body = JSON.stringify(policyOf(n + 2));
  const headers = { 'content-type': 'application/json' };
  const got = await fetch(`${server.url}/admin/policies/p`, { method: 'PUT', headers, body });
  expect(got.status, await got.text()).toBe(200);
}

interface Load {
  readonly wrong: unknown[];
  readonly answered: Map<string, number>;
}

/** Clients that compare every body with the one that its artifact gives. */
function load(clients: number): () => Promise<Load> {
  const agent = keepAlive(clients);
  const wrong: unknown[] = [];
  const answered = new Map<string, number>();
  let isOver = false;
  const [first = new Map<string, string>()] = bodies.values();
  const some = [...first.keys()];
  const client = async (begin: number): Promise<void> => {
    for (let i = begin; !isOver; i += 7) {
      const product = some[i % some.length] as string;
      try {
        const got = await get(server.url + path(product), { agent });
        const { artifact, policy } = json(got);
        const version = `${artifact} ${policyOf(Number(String(policy).slice('p@'.length))).limit}`;
        answered.set(version, (answered.get(version) ?? 0) + 1);
        const wanted = bodies.get(version)?.get(product)?.replace('"p@1"', `"${policy}"`);
        // A recommendation has a name of its own, made where it is encoded.
        const body = got.body.toString().replace(/"recommendation":"[^"]*",/, '');
        if (got.status !== 200 || body !== wanted) wrong.push([got.status, product, body]);
      } catch (error) {
        wrong.push(error);
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, (_, i) => client(i)));
  return async () => {
    isOver = true;
    await all;
    agent.destroy();
    return { wrong, answered };
  };
}

describe('many hot swaps under load', () => {
  it('fail no request, mix no versions, and leave nothing behind', async () => {
    const stop = load(8);
    const swaps = 100;
    for (let n = 0; n < 40; n++) await swap(n);
    const [fds, bytes, mappings] = [fdsOf(pid), residentOf(pid), mappingsOf(served)];
    for (let n = 40; n < swaps; n++) await swap(n);
    const { wrong, answered } = await stop();
    expect(wrong.slice(0, 3)).toEqual([]);
    expect([...answered.keys()].sort()).toEqual([...bodies.keys()].sort());
    for (const count of answered.values()) expect(count).toBeGreaterThan(20);
    // A thread lets go of an artifact when it comes to collect its garbage.
    const isGone = (): boolean => mappingsOf(served) <= Math.max(2, mappings);
    for (let tries = 0; tries < 200 && !isGone(); tries++) await sleep(200);
    // The clients' connections are gone, and files come and go as a reload reads them.
    expect(await settledFds(pid, fds + ofThreads)).toBeLessThanOrEqual(fds + ofThreads);
    expect(mappingsOf(served)).toBeLessThanOrEqual(Math.max(2, mappings));
    expect(residentOf(pid) - bytes).toBeLessThan(40e6);
    const metrics = (await get(`${server.url}/metrics`)).body.toString();
    expect(metrics).toContain(`\nsepet_swaps_total{result="swapped"} ${swaps}\n`);
    expect(metrics).toMatch(/^sepet_swaps_total\{result="refused"\} 0$/m);
  });
});

describe('many requests', () => {
  /** Asks one after the other over some connections, each for another product. */
  async function ask(count: number): Promise<void> {
    let left = count;
    const client = (number: number): Promise<void> =>
      new Promise((resolve, reject) => {
        const socket = dial(server);
        const send = (): void => {
          if (left-- <= 0) {
            socket.destroy();
            resolve();
          } else
            socket.write(
              `GET ${path(`P${(left * 7919) % products}`)}?limit=${1 + (left % 20)} HTTP/1.1\r\nHost: l\r\n\r\n`,
            );
        };
        let text = '';
        socket.on('data', (chunk) => {
          text += chunk.toString('latin1');
          const length = /content-length: (\d+)\r\n\r\n/i.exec(text);
          if (length === null || text.length < length.index + length[0].length + Number(length[1])) return;
          if (!text.startsWith('HTTP/1.1 200')) reject(new Error(text + server.log()));
          text = '';
          send();
        });
        socket.on('close', () => reject(new Error(`connection ${number} ended`)));
        send();
      });
    await Promise.all(Array.from({ length: 32 }, (_, i) => client(i)));
  }

  it('take no more memory than some', async () => {
    await ask(15_000);
    const bytes = residentOf(pid);
    await ask(15_000);
    expect(residentOf(pid) - bytes).toBeLessThan(25e6);
  });
});
