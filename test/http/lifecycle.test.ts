// How a server starts, refuses, overflows, is hurt and ends.

import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { createLog } from '../../src/base/log.ts';
import { startServer } from '../../src/http/server.ts';
import { mapFile, type SectionInfo } from '../../src/native/index.ts';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import { piscinaRunner } from '../../src/pool/threads.ts';
import { openRecommender } from '../../src/recommend/open.ts';
import { toyVersion } from '../pool/toy.ts';
import { smallArtifact } from '../shops.ts';
import { get, json, keepAlive, type Serving, serve } from './serving.ts';

let file: string;
let folder: string;
const started: Serving[] = [];

async function startWith(artifact: string, ...flags: string[]): Promise<Serving> {
  const serving = await serve(artifact, ...flags);
  started.push(serving);
  return serving;
}

const start = (...flags: string[]): Promise<Serving> => startWith(file, ...flags);

const untilReady = ({ url }: Serving, status: number) =>
  expect.poll(async () => (await get(`${url}/readyz`)).status, { timeout: 60_000 }).toBe(status);

beforeAll(() => {
  file = smallArtifact();
  folder = mkdtempSync(join(tmpdir(), 'sepet-lifecycle-'));
});

afterAll(() => {
  for (const { child } of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

describe('a server that cannot start', () => {
  const copy = (name: string): string => {
    const target = join(folder, name);
    copyFileSync(file, target);
    return target;
  };

  it('names a cut file', async () => {
    const cut = copy('cut.sepet');
    truncateSync(cut, 20_000);
    await expect(serve(cut)).rejects.toThrow(/\[file_truncated\]/);
  });

  it('names a damaged, a foreign and a missing file', async () => {
    const damaged = copy('damaged.sepet');
    const bytes = readFileSync(damaged);
    const at = Math.floor(bytes.length / 2) & ~63;
    for (let i = 0; i < 256; i++) bytes[at + i] = (bytes[at + i] ?? 0) ^ 0xff;
    writeFileSync(damaged, bytes);
    await expect(serve(damaged, '--verify')).rejects.toThrow(/\[file_damaged\]/);
    const foreign = join(folder, 'foreign.sepet');
    writeFileSync(foreign, 'x'.repeat(100_000));
    await expect(serve(foreign)).rejects.toThrow(/\[file_foreign\]/);
    await expect(serve(join(folder, 'missing.sepet'))).rejects.toThrow(/\[file_not_found\]/);
  });

  it('names a policy that is wrong, with its line', async () => {
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, 'name: x\nfilters:\n  - { name: stock, kep: { inStock: true } }\n');
    await expect(serve(file, '--policy', policy)).rejects.toThrow(/line 3.*"keep".*\[policy_invalid\]/s);
    await expect(serve(file, '--policy', join(folder, 'none.yaml'))).rejects.toThrow(/\[input_missing\]/);
  });

  it('names an address that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    await expect(serve(file, '--port', String(port))).rejects.toThrow(/--port.*\[address_unavailable\]/s);
    other.close();
    const first = await start();
    const { port: taken } = new URL(first.url);
    await expect(serve(file, '--port', taken)).rejects.toThrow(/\[address_unavailable\]/);
    await first.stop();
  });
});

describe('a damaged file', () => {
  it('is found while it is served: /readyz fails, the log and the metrics say why, requests are answered', async () => {
    const damaged = join(folder, 'late.sepet');
    copyFileSync(file, damaged);
    const { offset, bytes } = mapFile(file).sections.find(
      ({ name }) => name === 'title.bytes',
    ) as SectionInfo;
    const changed = readFileSync(damaged);
    const at = offset + (bytes >> 1);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(damaged, changed);
    const server = await startWith(damaged);
    // The thread that looks stands back behind all others of the machine.
    await untilReady(server, 503);
    const ready = await get(`${server.url}/readyz`);
    expect([ready.status, json(ready).status, json(ready).code]).toEqual([503, 503, 'file_damaged']);
    const line = (await server.said(/file_damaged.*\n/))
      .split('\n')
      .find((text) => text.includes('file_damaged'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'error', code: 'file_damaged' });
    expect((await get(`${server.url}/metrics`)).body.toString()).toMatch(/^sepet_artifact_damaged 1$/m);
    expect((await get(`${server.url}/livez`)).status).toBe(200);
    const answer = await get(`${server.url}/v1/products/${server.product}/bought-together`);
    expect(answer.status).toBe(200);
    await server.stop();
  });

  it('that is whole is said to be verified', async () => {
    const server = await start();
    await server.said('the artifact is verified');
    expect((await get(`${server.url}/readyz`)).status).toBe(200);
    expect((await get(`${server.url}/metrics`)).body.toString()).toMatch(/^sepet_artifact_damaged 0$/m);
    await server.stop();
  });
});

describe('huge pages', () => {
  it('give the same answers, and what was got is told', async () => {
    const [mapped, huge] = await Promise.all([start(), start('--pages', 'huge')]);
    const path = `/v1/products/${mapped.product}/bought-together?fields=all&explain=1`;
    const [a, b] = await Promise.all([get(mapped.url + path), get(huge.url + path)]);
    expect(a.status).toBe(200);
    expect(a.body).toEqual(b.body);
    const { pages, bytes, hugeBytes } = huge;
    expect([pages, bytes]).toEqual(['huge', statSync(file).size]);
    expect([mapped.pages, mapped.hugeBytes]).toEqual(['map', 0]);
    expect(hugeBytes).toBeLessThanOrEqual(bytes);
    const metrics = (await get(`${huge.url}/metrics`)).body.toString();
    expect(metrics).toMatch(/^sepet_artifact_huge_page_bytes \d+$/m);
    const wanted = readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8');
    if (!wanted.includes('[never]')) expect(hugeBytes).toBeGreaterThan(0);
    await Promise.all([mapped.stop(), huge.stop()]);
  });
});

describe('a policy', () => {
  it('is served and named in answers', async () => {
    const policy = join(folder, 'pdp.yaml');
    writeFileSync(policy, 'name: pdp\nrevision: 7\nlimit: 3\n');
    const server = await start('--policy', policy, '--workers', '1');
    const url = `${server.url}/v1/products/${server.product}/bought-together`;
    expect(json(await get(url))).toMatchObject({ policy: 'pdp@7', filled: { wanted: 3 } });
    await server.stop();
  });
});

describe('the workers', () => {
  it('may be none: the event loop gives the same bytes', async () => {
    const [inline, threaded] = await Promise.all([start('--workers', '0'), start('--workers', '2')]);
    const path = `/v1/products/${inline.product}/bought-together?fields=all&explain=1`;
    const [a, b] = await Promise.all([get(inline.url + path), get(threaded.url + path)]);
    expect(a.status).toBe(200);
    expect(a.body).toEqual(b.body);
    await Promise.all([inline.stop(), threaded.stop()]);
  });

  it('may die or be poisoned: those requests get 500, the others their answers', async () => {
    const lines: string[] = [];
    const log = createLog('json', (line) => lines.push(line));
    const worker = new URL('../../dist/test/pool/toy-worker.js', import.meta.url);
    const runner = await piscinaRunner({ workers: 2, version: toyVersion(1), worker, onError: () => {} });
    const recommender = openRecommender(file);
    const server = await startServer({
      host: '127.0.0.1',
      port: 0,
      maxBatch: 8,
      queue: 100,
      resultCacheMb: 1,
      resultCacheSeconds: 60,
      cacheSeconds: 60,
      policies: [defaultPolicy],
      recommender,
      runner,
      log,
    });
    const ask = (product: string) =>
      get(`http://127.0.0.1:${server.port}/v1/products/${product}/bought-together`);
    for (const poison of ['poison', 'die']) {
      const got = await ask(poison);
      expect([got.status, json(got).code]).toEqual([500, 'internal']);
      expect(got.body.toString()).not.toMatch(/poisoned|exited|\.ts|\.js/);
      expect(json(await ask('fine')).product).toBe('fine');
    }
    expect(lines.join('\n')).toMatch(/poisoned/);
    expect(lines.join('\n')).toMatch(/exited with code/);
    await server.stop({ drainSeconds: 0, lingerSeconds: 0 });
  });
});

describe('overload', () => {
  it('is a 503 with Retry-After, and passes', async () => {
    const server = await start(
      '--workers',
      '1',
      '--max-batch',
      '1',
      '--queue',
      '2',
      '--result-cache-mb',
      '0',
    );
    const url = `${server.url}/v1/products/${server.product}/bought-together?efSearch=4096&limit=100&fields=all`;
    const got = await Promise.all(Array.from({ length: 400 }, () => get(url)));
    const refused = got.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(got.filter(({ status }) => status === 200).length).toBe(400 - refused.length);
    for (const answer of refused) {
      expect(answer.headers['retry-after']).toBe('1');
      expect(json(answer).code).toBe('overloaded');
    }
    expect((await get(url)).status).toBe(200);
    await server.stop();
  });
});

/** Keeps asking on kept-alive connections until the server no longer listens; returns what broke before that. */
function load(server: Serving, connections: number) {
  const url = `${server.url}/v1/products/${server.product}/bought-together`;
  const broken: unknown[] = [];
  let answered = 0;
  const client = async (): Promise<void> => {
    const agent = keepAlive(1);
    for (;;) {
      try {
        const { status } = await get(url, { agent });
        if (status !== 200) broken.push(status);
        answered++;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') broken.push(error);
        break;
      }
    }
    agent.destroy();
  };
  const ended = Promise.all(Array.from({ length: connections }, client));
  return { answered: () => answered, broken, ended };
}

describe('the end', () => {
  it('on SIGTERM loses no request: unready at once, served on, then closed', async () => {
    const drainSeconds = 2;
    const server = await start('--drain-seconds', String(drainSeconds));
    const { answered, broken, ended } = load(server, 16);
    await expect.poll(answered).toBeGreaterThan(100);
    const endedMs = performance.now();
    server.child.kill('SIGTERM');
    await untilReady(server, 503);
    const ready = await get(`${server.url}/readyz`);
    expect([ready.status, json(ready).code]).toEqual([503, 'shutting_down']);
    expect((await get(`${server.url}/livez`)).status).toBe(200);
    await ended;
    expect(broken).toEqual([]);
    expect(await server.exited).toEqual([0, null]);
    expect(performance.now() - endedMs).toBeGreaterThan(1000 * drainSeconds - 50);
  });

  it('asks for the end of kept-alive connections with Connection: close', async () => {
    const server = await start();
    const agent = keepAlive(1);
    await get(`${server.url}/livez`, { agent });
    server.child.kill('SIGINT');
    const ask = () => get(`${server.url}/livez`, { agent });
    let last = await ask();
    // Until the signal is taken, the connection is kept.
    while (last.headers.connection !== 'close') last = await ask();
    expect(last.status).toBe(200);
    expect(await server.exited).toEqual([0, null]);
    agent.destroy();
  });

  it('does not wait for connections that say nothing', async () => {
    const server = await start();
    const agent = keepAlive(1);
    await get(`${server.url}/livez`, { agent });
    const sinceMs = performance.now();
    server.child.kill('SIGINT');
    expect(await server.exited).toEqual([0, null]);
    // Requests in flight would be waited for so long.
    expect(performance.now() - sinceMs).toBeLessThan(1000 * limits.finishSeconds.default - 500);
    agent.destroy();
  });

  it('on a second signal comes now', async () => {
    const server = await start('--drain-seconds', '60');
    server.child.kill('SIGTERM');
    // Two signals of a kind that come before the first is taken are one.
    await untilReady(server, 503);
    server.child.kill('SIGTERM');
    expect(await server.exited).toEqual([143, null]);
  });
});
