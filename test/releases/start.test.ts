// `sepet start`: from nothing to two labels side by side, and once more without doing anything again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { send } from '../http/sending.ts';
import { get, json } from '../http/serving.ts';
import { sepet, sepetCommand } from '../shops.ts';
import { until } from './following.ts';

const folder = mkdtempSync(join(tmpdir(), 'sepet-start-'));
const out = join(folder, 'shop');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Started {
  readonly url: string;
  readonly said: () => string;
  readonly stop: () => Promise<void>;
}

async function start(...flags: string[]): Promise<Started> {
  const size = ['--products', '400', '--orders', '4000', '--out', out];
  const child = spawn(process.execPath, [sepetCommand, 'start', ...size, '--port', '0', ...flags], {
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'xdg') },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const exited = once(child, 'exit');
  const url = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+(?=\/ui\/)/.exec(said)?.[0];
  await until(() => url() !== undefined || child.exitCode !== null, 160_000);
  const found = url();
  if (found === undefined) throw new Error(`It did not start: ${said}`);
  return {
    url: found,
    said: () => said,
    stop: async () => {
      child.kill('SIGINT');
      await exited;
    },
  };
}

const labels = async (url: string) =>
  json(await get(`${url}/v1/labels`)).labels as {
    label: string;
    artifact?: string;
    policies?: string[];
    release?: { revision: number };
  }[];

describe('sepet start', () => {
  it('serves two labels of a store, each with its policies, pictures and pages', async () => {
    const { url, said, stop } = await start();
    await until(async () => (await labels(url)).every(({ artifact }) => artifact !== undefined));
    const [own, beside] = await labels(url);
    expect(own).toMatchObject({
      label: 'production',
      policies: ['default@1', 'pdp@1'],
      release: { revision: 1 },
    });
    expect(beside).toMatchObject({
      label: 'test',
      policies: ['default@2', 'pdp@2'],
      release: { revision: 1 },
    });
    expect(beside?.artifact).not.toBe(own?.artifact);
    // The page is what is named first.
    expect(said().indexOf('/ui/')).toBeLessThan(said().indexOf('/v1/'));
    const [{ id: product }] = json(await get(`${url}/v1/products?limit=1`)).products as [{ id: string }];
    for (const label of ['production', 'test'])
      for (const policy of ['default', 'pdp']) {
        const asked = { product, policy, explain: true };
        const got = await send('POST', `${url}/v1/labels/${label}/bought-together`, asked);
        expect([got.status, json(got).filled]).toEqual([200, expect.objectContaining({ missing: 0 })]);
      }
    const { image } = json(await get(`${url}/v1/products/${product}`)) as { image: string };
    expect((await get(`${url}/ui/media/${image}`)).headers['content-type']).toContain('image/svg');
    expect(json(await get(`${url}/ui/config.json`))).toMatchObject({ events: true, verdicts: true });
    expect(existsSync(join(out, 'leaner.sepet'))).toBe(false);
    // Every kind of rule is there to be played with.
    const pdp = readFileSync(join(out, 'pdp.yaml'), 'utf8');
    for (const word of [
      'inStock',
      'gender',
      'priceRatio',
      'priceBand',
      'same-leaf',
      'group',
      'weight',
      'share',
      'mmr',
    ])
      expect(pdp).toContain(word);
    await stop();
  });

  it('does nothing again, and keeps what was published meanwhile', async () => {
    const own = join(folder, 'mine.yaml');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(own, 'name: default\nrevision: 5\nlimit: 4\n');
    sepet('publish', own, '--store', `file:${join(out, 'store')}`, '--label', 'production', '--why', 'mine');
    const { url, said, stop } = await start();
    await until(async () => (await labels(url)).every(({ artifact }) => artifact !== undefined));
    expect(said()).not.toContain('$ sepet');
    expect((await labels(url)).map(({ policies, release }) => [policies, release?.revision])).toEqual([
      [['default@5'], 2],
      [['default@2', 'pdp@2'], 1],
    ]);
    await stop();
  });
});
