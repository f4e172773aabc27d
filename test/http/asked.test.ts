// Users and contexts, the whole way: columns kept by ingest, learned by the machine, asked for in bodies and in the terminal.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { sepet } from '../shops.ts';
import { askedFolder, askedSpec } from '../training/asked-world.ts';
import type { DataFolder } from '../training/train-world.ts';
import { send } from './sending.ts';
import { get, json, type Serving, serve } from './serving.ts';

let folder: DataFolder;
let artifact: string;
let policy: string;
let server: Serving;

const ask = (body: object) => send('POST', `${server.url}/v1/bought-together`, body);
const idsOf = (answer: unknown): string[] =>
  (answer as { items: { id: string }[] }).items.map(({ id }) => id);

beforeAll(async () => {
  folder = await askedFolder(1600, 3);
  const path = (name: string): string => join(folder.dir, name);
  [artifact, policy] = [path('artifact.sepet'), path('fm.yaml')];
  writeFileSync(path('spec.yaml'), JSON.stringify(askedSpec));
  writeFileSync(policy, 'name: fm\ncandidates: { source: [fm] }\n');
  sepet('train', folder.dir, '--epochs', '1', '--dims', '8', '--learning-rate', '0.02');
  const flags = ['--deterministic', '--factors', '16', '--epochs', '12', '--learning-rate', '0.2'];
  sepet('train', 'fm', folder.dir, '--features', path('spec.yaml'), ...flags);
  sepet('build', folder.dir);
  server = await serve(artifact, '--policy', policy, '--workers', '1');
});

afterAll(async () => {
  await server?.stop();
  folder?.remove();
});

describe('a request with a user and a context', () => {
  it('is answered by what such customers take, and by nobody else’s answer', async () => {
    const path = `${server.url}/v1/products/thing3/bought-together?limit=3`;
    const plain = json(await get(path));
    for (const country of ['north', 'south', 'north']) {
      const answer = await ask({ product: 'thing3', limit: 1, user: { country } });
      expect(idsOf(json(answer))).toEqual([`${country}3`]);
      expect(answer.headers['cache-control']).toBe('private, no-store');
      expect(answer.headers.etag).toBeUndefined();
    }
    const hours = { 9: 'coffee', 21: 'wine' };
    for (const [hour, drink] of Object.entries(hours)) {
      const context = { 'time.hour': Number(hour) };
      const ids = idsOf(json(await ask({ product: 'thing3', limit: 37, context })));
      const other = drink === 'wine' ? 'coffee' : 'wine';
      expect(ids.indexOf(drink)).toBeLessThan(ids.indexOf(other));
    }
    expect(json(await get(path))).toEqual(plain);
    expect(json(await ask({ product: 'thing3', limit: 3 }))).toEqual(plain);
    expect(json(await ask({ product: 'thing3', limit: 3, user: {} }))).toEqual(plain);
  });

  it('is one of many in a batch, and by a label', async () => {
    const requests = ['north', 'south'].map((country) => ({
      ...{ product: 'thing5', limit: 1 },
      user: { country },
    }));
    for (const place of ['', '/labels/served']) {
      const answer = await send('POST', `${server.url}/v1${place}/bought-together/batch`, { requests });
      expect(answer.headers['cache-control']).toBe('private, no-store');
      expect((json(answer).answers as unknown[]).map(idsOf)).toEqual([['north5'], ['south5']]);
    }
    const client = createClient({ url: server.url, timeoutMs: 30_000 });
    expect(idsOf(await client.boughtTogether('thing5', { limit: 1, user: { country: 'south' } }))).toEqual([
      'south5',
    ]);
  });

  it('may name only columns that the machine has, and only in a body', async () => {
    const refused = async (body: object) => json(await ask({ product: 'thing1', ...body }));
    expect(await refused({ user: { contry: 'north' } })).toMatchObject({
      ...{ status: 400, code: 'option_unknown' },
      detail: expect.stringContaining('Did you mean "country"?'),
    });
    expect(await refused({ context: { country: 'north' } })).toMatchObject({ code: 'option_unknown' });
    expect(await refused({ user: 'north' })).toMatchObject({ code: 'option_invalid' });
    const got = await get(`${server.url}/v1/products/thing1/bought-together?user=%7B%7D`);
    expect([got.status, json(got).code]).toEqual([400, 'option_unknown']);
    const { manifest } = json(await get(`${server.url}/v1/artifact`)) as {
      manifest: { fm: { columns: object } };
    };
    expect(manifest.fm.columns).toEqual({ user: ['country'], context: ['time.hour', 'time.weekday'] });
  });

  it('is asked in the terminal too', () => {
    const query = (...flags: string[]): string[] =>
      idsOf(JSON.parse(sepet('query', artifact, 'thing7', '--policy', policy, '--json', ...flags)));
    expect(query('--limit', '1', '--user', 'country=south', '--context', 'time.hour=9')).toEqual(['south7']);
    expect(() => query('--user', 'country')).toThrow(/COLUMN=VALUE.*\[option_invalid\]/);
  });
});
