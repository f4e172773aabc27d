// The access log: which requests have a line, what stands in it, what does not, and that none is lost at the end.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessEntry, AccessLog, type AccessLogOptions, shownQuery } from '../../src/http/access-log.ts';
import { smallArtifact } from '../shops.ts';
import { get, type Serving, serve } from './serving.ts';

type Line = Record<string, unknown>;
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

const entry: AccessEntry = {
  ...{ method: 'GET', route: '/v1/products/{id}', path: '/v1/products/a', query: '' },
  ...{ status: 200, seconds: 0.001, bytes: 10 },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sepet-access-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a log of its own writes of these. */
async function written(options: Omit<AccessLogOptions, 'fd'>, entries: readonly AccessEntry[]) {
  const file = join(folder, 'log');
  const fd = openSync(file, 'w');
  const log = new AccessLog({ ...options, fd });
  for (const one of entries) log.add(one);
  await log.close();
  closeSync(fd);
  return { lines: linesOf(readFileSync(file, 'utf8')), counts: log.counts };
}

describe('which requests have a line', () => {
  it('a share of those without a trace, by lot', async () => {
    const { lines } = await written({ share: 0.2 }, Array(5000).fill(entry));
    expect(lines.length / 5000).toBeGreaterThan(0.16);
    expect(lines.length / 5000).toBeLessThan(0.24);
    expect(lines.every(({ kept, level }) => kept === 'share' && level === 'info')).toBe(true);
  });

  it('those of a trace all, or none', async () => {
    const spans = Array.from({ length: 200 }, (_, i) => ({
      traceId: `${'1'.repeat(16)}${(i * 0x01_47_ae_14).toString(16).padStart(8, '0')}${'0'.repeat(8)}`,
      ...{ parentId: '1'.repeat(16), spanId: '2'.repeat(16), flags: '01' },
    }));
    const entries = spans.flatMap((span) => [1, 2, 3].map(() => ({ ...entry, span })));
    const { lines } = await written({ share: 0.3 }, entries);
    const byTrace = new Map<unknown, number>();
    for (const { trace_id: id } of lines) byTrace.set(id, (byTrace.get(id) ?? 0) + 1);
    expect([...byTrace.values()].every((count) => count === 3)).toBe(true);
    expect(byTrace.size / spans.length).toBeCloseTo(0.3, 1);
  });

  it('failed and slow ones too, up to a rate', async () => {
    const none = { share: 1e-12, slowMs: 50, keptRate: 5 };
    const many = (part: Partial<AccessEntry>): AccessEntry[] => Array(100).fill({ ...entry, ...part });
    const failed = await written(none, many({ status: 503 }));
    expect(failed.lines.map(({ kept, level }) => `${kept} ${level}`)).toEqual(Array(5).fill('error warn'));
    const slow = await written(none, many({ seconds: 0.05 }));
    expect(slow.lines.map(({ kept }) => kept)).toEqual(Array(5).fill('slow'));
    const fine = await written(none, [...many({ status: 404 }), ...many({ seconds: 0.049 })]);
    expect(fine.lines).toEqual([]);
  });
});

describe('what a line says', () => {
  it('all that is known', async () => {
    const span = { traceId: 'a'.repeat(32), parentId: 'b'.repeat(16), spanId: 'c'.repeat(16), flags: '01' };
    const whole = { ...entry, query: 'limit=5', policy: 'pdp@7', cache: 'hit', span };
    const { lines } = await written({ share: 1 }, [whole]);
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        kept: 'share',
        method: 'GET',
        route: '/v1/products/{id}',
        path: '/v1/products/a',
        query: 'limit=5',
        status: 200,
        ms: 1,
        bytes: 10,
        policy: 'pdp@7',
        cache: 'hit',
        name: 'GET /v1/products/{id}',
        trace_id: span.traceId,
        span_id: span.spanId,
        parent_span_id: span.parentId,
        trace_flags: '01',
        message: 'request',
      },
    ]);
  });

  it.each([
    ['limit=5&policy=pdp', 'limit=5&policy=pdp'],
    ['bought=A&exclude=B&limit=5', 'bought=*&exclude=*&limit=5'],
    ['q=somebody%20ill&gender=female', 'q=*&gender=*'],
    ['explain', 'explain'],
    ['user@example.com', '*'],
    ['a=b=c&&=d', 'a=*&*&=*'],
  ])('%s is shown as %s', (query, shown) => {
    expect(shownQuery(query)).toBe(shown);
  });

  it('no more than so much of a path, and nothing that breaks a line', async () => {
    const { lines } = await written({ share: 1 }, [{ ...entry, path: `/\n"${'x'.repeat(9000)}` }]);
    expect(lines).toHaveLength(1);
    expect(String(lines[0]?.path)).toHaveLength(512);
  });
});

describe('a server', () => {
  let server: Serving;
  const start = async (...flags: string[]): Promise<void> => {
    server = await serve(smallArtifact(), '--workers', '0', ...flags);
  };
  const requestsIn = (log: string): Line[] => linesOf(log).filter(({ message }) => message === 'request');

  it('logs every request of a share of 1, up to the last before it ends', async () => {
    // Time enough for the requests after the signal, however busy the machine is.
    await start('--access-log', '1', '--drain-seconds', '6');
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    const path = `/v1/products/${server.product}/bought-together`;
    const { headers, body } = await get(`${server.url}${path}?limit=3&bought=SECRET`, {
      headers: { traceparent },
    });
    await get(`${server.url}/nowhere`, { method: 'HEAD' });
    for (let i = 0; i < 500; i++) await get(`${server.url}/livez`);
    for (let i = 0; i < 2; i++) await get(`${server.url}${path}?limit=4`);
    server.child.kill('SIGTERM');
    for (let i = 0; i < 200; i++) await get(`${server.url}/livez`);
    await server.exited;
    const log = await server.wholeLog();
    const lines = requestsIn(log);
    expect(lines).toHaveLength(704);
    expect(lines[0]).toMatchObject({
      ...{ method: 'GET', route: '/v1/products/{id}/bought-together', path, query: 'limit=3&bought=*' },
      ...{
        status: 200,
        bytes: body.length,
        policy: 'default@1',
        trace_id: 'ab'.repeat(16),
        parent_span_id: 'cd'.repeat(8),
      },
      span_id: String(headers.traceparent).split('-')[2],
    });
    expect(lines[1]).toMatchObject({ method: 'HEAD', route: 'other', status: 404, bytes: 0 });
    const asked = lines.filter(({ query }) => query === 'limit=4');
    expect(asked).toMatchObject([{ policy: 'default@1', cache: 'miss' }, { cache: 'hit' }]);
    expect(log).not.toContain('SECRET');
    expect(log).not.toContain('127.0.0.1');
  });

  it('tells of clients that left', async () => {
    await start('--access-log', '1');
    const { hostname, port } = new URL(server.url);
    const path = `/v1/products/${server.product}/bought-together`;
    let left: Line[] = [];
    for (let i = 0; i < 200 && left.length === 0; i++) {
      const socket = connect({ host: hostname, port: Number(port) });
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write(`GET ${path}?explain=1&limit=100 HTTP/1.1\r\nHost: x\r\n\r\n`);
      socket.resetAndDestroy();
      await new Promise((resolve) => setTimeout(resolve, 5));
      // The last line may have come in part.
      const whole = server.log().slice(0, server.log().lastIndexOf('\n') + 1);
      left = requestsIn(whole).filter(({ clientClosed }) => clientClosed === true);
    }
    await server.stop();
    left = requestsIn(await server.wholeLog()).filter(({ clientClosed }) => clientClosed === true);
    expect(left.length).toBeGreaterThan(0);
    for (const line of left) expect(line.status).toBeUndefined();
  });

  it('logs none without being asked to, nor with a share of 0', async () => {
    for (const flags of [[], ['--access-log', '0']]) {
      await start(...flags);
      for (let i = 0; i < 50; i++) await get(`${server.url}/livez`);
      const metrics = (await get(`${server.url}/metrics`)).body.toString();
      await server.stop();
      expect(requestsIn(await server.wholeLog())).toEqual([]);
      expect(metrics).toContain('sepet_access_log_lines_total{result="written"} 0');
    }
  });

  it('answers without the reader of its log, and counts the lines that are lost', async () => {
    await start('--access-log', '1');
    server.child.stderr?.destroy();
    const lost = async (): Promise<number> => {
      const { body } = await get(`${server.url}/metrics`);
      return Number(/lines_total\{result="dropped"\} (\d+)/.exec(body.toString())?.[1]);
    };
    for (let i = 0; i < 20; i++) expect((await get(`${server.url}/livez`)).status).toBe(200);
    const before = await lost();
    await get(`${server.url}/livez`);
    expect(before).toBeGreaterThan(0);
    expect(await lost()).toBeGreaterThan(before);
    server.child.kill('SIGKILL');
    await server.exited;
  });

  it('ends although nobody reads its log', async () => {
    await start('--access-log', '1', '--drain-seconds', '0');
    server.child.stderr?.pause();
    for (let i = 0; i < 1500; i++) await get(`${server.url}/livez`);
    server.child.kill('SIGTERM');
    const ended = await Promise.race([server.exited, new Promise((resolve) => setTimeout(resolve, 60_000))]);
    server.child.kill('SIGKILL');
    expect(ended).toEqual([0, null]);
  });
});
