// Verdicts over HTTP: a real server that keeps them, and what is left of them however it ends.

import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { end } from '../releases/following.ts';
import { writeArtifact } from '../releases/world.ts';
import { send } from './sending.ts';
import { type Got, json, type Serving, serve } from './serving.ts';

let base: string;
let file: string;
let folder: string;
const servers: Serving[] = [];

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'sepet-http-verdicts-'));
  file = await writeArtifact(join(base, 'shop.sepet'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(base, 'verdicts-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map(end));
});

async function begin(...flags: string[]): Promise<Serving> {
  const server = await serve(file, '--workers', '0', '--verdicts', folder, ...flags);
  servers.push(server);
  return server;
}

const comparison = { before: { label: 'production' }, after: { label: 'test', overrides: { limit: 3 } } };
const give = ({ url }: Serving, product: string, verdict: unknown = 'better', more: object = {}) =>
  send('POST', `${url}/admin/verdicts`, { comparison, product, verdict, by: 'Ayşe', ...more });
const read = ({ url }: Serving, query = ''): Promise<Got> => send('GET', `${url}/admin/verdicts${query}`);
const codeOf = (got: Got) => [got.status, json(got).code];
const idOf = (got: Got): string => String(json(got).comparison);
const linesIn = (): string[] =>
  readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1));

describe('verdicts', () => {
  it('are kept, counted, listed and taken back', async () => {
    const server = await begin();
    const first = await give(server, 'P1', 'better', { note: 'cheaper' });
    expect(first.status).toBe(201);
    expect(json(first)).toMatchObject({ summary: { better: 1, products: 1, pValue: 1 } });
    for (let i = 2; i <= 6; i++) await give(server, `P${i}`, 'better');
    const last = await give(server, 'P7', 'same', { by: 'Ali' });
    const summary = { better: 6, same: 1, worse: 0, products: 7, pValue: 0.03125 };
    expect(json(last).summary).toEqual(summary);
    const page = json(await read(server, `?comparison=${idOf(first)}`));
    expect(page).toMatchObject({ comparison: { id: idOf(first), ...comparison }, summary });
    const verdicts = page.verdicts as object[];
    expect(verdicts).toHaveLength(7);
    expect(verdicts[0]).toEqual({ product: 'P7', verdict: 'same', by: 'Ali', at: json(last).at });
    expect(verdicts[6]).toMatchObject({ product: 'P1', note: 'cheaper' });
    expect(json(await read(server))).toEqual({
      comparisons: [{ id: idOf(first), ...comparison, summary, lastAt: json(last).at }],
    });
    expect(json(await give(server, 'P1', null)).summary).toMatchObject({ better: 5, products: 6 });
    expect(linesIn()).toHaveLength(8);
  });

  it('that are wrong are refused, with what is wrong', async () => {
    const server = await begin();
    const refused = async (more: object, words: RegExp) => {
      const got = await give(server, 'P1', 'better', more);
      expect([...codeOf(got), json(got).detail]).toEqual([
        400,
        expect.stringMatching(/^option_(invalid|unknown)$/),
        expect.stringMatching(words),
      ]);
    };
    await refused({ verdict: 'bad' }, /"better", "same", "worse", or null/);
    await refused({ by: '' }, /by/);
    await refused({ by: 'a\nb' }, /by: must be a line/);
    await refused({ by: 'a'.repeat(101) }, /1 to 100/);
    await refused({ note: 'a'.repeat(1001) }, /1 to 1000/);
    await refused({ note: '\u0007' }, /note/);
    await refused({ product: '' }, /product id/);
    await refused({ product: 'ü'.repeat(129) }, /256 bytes/);
    await refused({ nott: 'x' }, /Did you mean "note"/);
    await refused({ comparison: { before: {}, after: {} } }, /the same/);
    await refused({ comparison: { before: { labl: 'x' }, after: {} } }, /labl/);
    await refused({ comparison: { before: { artifact: 'x' }, after: {} } }, /sha256:/);
    const many = { overrides: { ids: 'x'.repeat(20_000) } };
    await refused({ comparison: { before: {}, after: many } }, /16384 bytes/);
    await refused({ comparison: { before: {} } }, /after/);
    expect(codeOf(await read(server, '?comparison=c_0'))).toEqual([404, 'comparison_unknown']);
    expect(codeOf(await read(server, '?comparisn=c_0'))).toEqual([400, 'option_unknown']);
    expect(linesIn()).toEqual([]);
  });

  it('are nobody’s business without a token, and off without a folder', async () => {
    const off = await serve(file, '--workers', '0');
    servers.push(off);
    expect(codeOf(await read(off))).toEqual([404, 'verdicts_off']);
    expect(codeOf(await give(off, 'P1'))).toEqual([404, 'verdicts_off']);
    process.env.SEPET_ADMIN_TOKEN = 'a-token-of-sixteen-or-more';
    const server = await begin();
    delete process.env.SEPET_ADMIN_TOKEN;
    expect(codeOf(await read(server))).toEqual([401, 'token_missing']);
    expect(codeOf(await give(server, 'P1'))).toEqual([401, 'token_missing']);
  });

  it('that were acknowledged outlive a server that is killed while it writes', async () => {
    const acknowledged = new Map<string, unknown>();
    for (const round of [1, 2, 3]) {
      const server = await begin();
      let isOver = false;
      let given = 0;
      const giving = Array.from({ length: 6 }, async (_, person) => {
        for (let i = 0; !isOver; i++) {
          const verdict = (['better', 'same', 'worse'] as const)[(i + person) % 3];
          const product = `P${round}-${i % 40}`;
          try {
            const got = await give(server, product, verdict, { by: `person ${person}` });
            expect(got.status).toBe(201);
            acknowledged.set(`${product} person ${person}`, verdict);
            given++;
          } catch {
            // Whether this one is kept nobody knows.
            acknowledged.delete(`${product} person ${person}`);
            return;
          }
        }
      });
      // In the middle of the next ones.
      await expect.poll(() => given, { interval: 1 }).toBeGreaterThan(60 * round);
      server.child.kill('SIGKILL');
      await server.exited;
      isOver = true;
      await Promise.all(giving);
      // What the system may leave of a last line.
      const [name = ''] = readdirSync(folder).slice(-1);
      appendFileSync(join(folder, name), '{"id":"v_00000000000000ff","at":"2026-05-01T00');
    }
    const server = await begin();
    const [one] = json(await read(server)).comparisons as { id: string }[];
    const page = json(await read(server, `?comparison=${one?.id}`));
    const verdicts = page.verdicts as { product: string; by: string; verdict: string }[];
    const kept = new Map(verdicts.map(({ product, by, verdict }) => [`${product} ${by}`, verdict]));
    expect(acknowledged.size).toBeGreaterThan(30);
    expect([...acknowledged].filter(([key, verdict]) => kept.get(key) !== verdict)).toEqual([]);
    await server.said(/half a line was cut off/);
    for (const text of linesIn()) JSON.parse(text);
  });

  it('of several servers of one folder come together', async () => {
    const [one, other] = await Promise.all([begin(), begin()]);
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        give(i % 2 === 0 ? one : other, `P${i}`, i < 24 ? 'better' : 'worse'),
      ),
    );
    const [a, b] = await Promise.all([read(one), read(other)]);
    expect(json(a)).toEqual(json(b));
    const [listed] = json(a).comparisons as { summary: object }[];
    expect(listed?.summary).toMatchObject({ better: 24, worse: 6, products: 30 });
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('of a server of several processes do too', async () => {
    const server = await begin('--instances', '2');
    for (let i = 0; i < 20; i++) {
      const got = json(await give(server, `P${i}`));
      expect(got.summary).toMatchObject({ better: i + 1 });
    }
  });
});
