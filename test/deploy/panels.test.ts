// Every panel of the dashboard has something to show: a real Prometheus reads a real server under a little load.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { get, json, keepAlive, type Serving } from '../http/serving.ts';
import { freePort } from '../ports.ts';
import { Following } from '../releases/following.ts';
import { dashboard, experimentIn, filled, hasTool, queriesOf, unlessMissing } from './tools.ts';

const tool = 'prometheus';
/** Panels of what does not happen in a quiet test. */
const quiet = ['Refused to administer', 'Writing events'];

describe.skipIf(!hasTool(tool))(`the dashboard's panels${unlessMissing(tool)}`, () => {
  let folder: string;
  let following: Following;
  let server: Serving;
  let prometheus: ChildProcess;
  let source: string;
  let isOver = false;
  let loaded: Promise<void> | undefined;

  async function startPrometheus(): Promise<void> {
    const port = await freePort();
    source = `http://127.0.0.1:${port}`;
    const config = join(folder, 'prometheus.yml');
    const job = { job_name: 'sepet', static_configs: [{ targets: [new URL(server.url).host] }] };
    const global = { scrape_interval: '1s', scrape_timeout: '1s' };
    writeFileSync(config, stringify({ global, scrape_configs: [job] }));
    const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`];
    const where = `--web.listen-address=127.0.0.1:${port}`;
    prometheus = spawn(tool, [...flags, where], { stdio: 'ignore' });
    await vi.waitFor(async () => expect((await get(`${source}/-/ready`)).status).toBe(200), {
      timeout: 60_000,
    });
  }

  /** Some of everything, as long as somebody looks at the panels: they show what the last seconds brought. */
  async function load(): Promise<void> {
    const agent = keepAlive(4);
    const listed = json(await get(`${server.url}/v1/products?limit=50`)) as { products: { id: string }[] };
    for (let i = 0; !isOver; i++) {
      const id = listed.products[i % 50]?.id ?? '';
      const asked = [
        `/v1/products/${id}/bought-together`,
        `/v1/products/${id}/bought-together?seed=${i}&visitor=v${i % 9}`,
      ];
      for (const path of [...asked, '/v1/products/nothing/bought-together', '/v1/artifact'])
        await get(server.url + path, { agent });
      await sleep(50);
    }
    agent.destroy();
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sepet-panels-'));
    following = new Following();
    await following.publish(1);
    const tried = ['--events', join(folder, 'events'), ...experimentIn(folder)];
    server = await following.begin(...tried, '--access-log', '0.5', '--recall-share', '1');
    await startPrometheus();
    loaded = load();
  });

  afterAll(async () => {
    isOver = true;
    await loaded;
    prometheus?.kill('SIGKILL');
    following?.remove();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  it.each(panels.map((panel) => [panel.title, panel] as const))('%s', async (title, panel) => {
    const isShown = async (expr: string): Promise<boolean> => {
      const query = encodeURIComponent(filled(expr, '5s'));
      const got = json(await get(`${source}/api/v1/query?query=${query}`));
      expect(got.status, `${expr}: ${got.error}`).toBe('success');
      const { result } = got.data as { result: { value: [number, string] }[] };
      return result.some(({ value: [, text] }) => text !== 'NaN');
    };
    for (const expr of queriesOf(panel)) {
      if (quiet.includes(title)) await isShown(expr);
      else await expect.poll(() => isShown(expr), { message: expr, timeout: 60_000 }).toBe(true);
    }
  });

  it('show what the server did', async () => {
    const ask = async (query: string): Promise<number> => {
      const got = json(await get(`${source}/api/v1/query?query=${encodeURIComponent(query)}`));
      return Number((got.data as { result: { value: [number, string] }[] }).result[0]?.value[1]);
    };
    await expect
      .poll(() => ask('sum(sepet_live_recall_sum) / sum(sepet_live_recall_count)'), { timeout: 60_000 })
      .toBeGreaterThan(0.9);
    await expect
      .poll(() => ask('sum(sepet_http_request_duration_seconds_count{status="404"})'), { timeout: 60_000 })
      .toBeGreaterThan(100);
    await expect.poll(() => ask('up{job="sepet"}')).toBe(1);
  });
});
