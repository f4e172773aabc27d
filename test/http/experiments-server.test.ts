// Servers with a file of experiments: their start, their reload, and what has no part in experiments.

import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { smallArtifact } from '../shops.ts';
import {
  answer,
  ask,
  experiments,
  experimentsFile,
  file,
  flags,
  inA,
  inB,
  policies,
  removeFiles,
  shop,
} from './experimenting.ts';
import { postJson } from './posting.ts';
import { send } from './sending.ts';
import { get, json, serve } from './serving.ts';

afterAll(removeFiles);

describe('a server', () => {
  it('may keep nothing', async () => {
    const other = await serve(
      smallArtifact(),
      ...flags,
      '--experiments',
      experimentsFile,
      '--result-cache-mb',
      '0',
      '--workers',
      '0',
    );
    const [a, b] = [
      await answer(other, { ...shop, visitor: inA }),
      await answer(other, { ...shop, visitor: inB }),
    ];
    expect([a.experiment, b.experiment]).toEqual(['fresh:A', 'fresh:B']);
    expect([a.policy, b.policy]).toEqual(['pdp@1', 'pricey@1']);
    await other.stop();
  });

  it('does not start with a file that is wrong', async () => {
    const wrong = file('wrong.yaml', experiments.replace('policy: pricey', 'policy: prciey'));
    await expect(serve(smallArtifact(), ...flags, '--experiments', wrong)).rejects.toThrow(
      /arms\.1\.policy names "prciey", which is not served\. Did you mean "pricey"\? \[experiments_invalid\]/,
    );
  });

  it('of several processes goes by one file, and counts as one', async () => {
    const own = file('shared.yaml', experiments);
    const other = await serve(
      smallArtifact(),
      ...flags,
      '--experiments',
      own,
      '--instances',
      '2',
      '--workers',
      '0',
    );
    const labels = async (): Promise<Set<unknown>> => {
      // Each on a connection of its own, which may meet either process.
      const all = Array.from({ length: 40 }, () =>
        ask(other, { ...shop, visitor: inB }, { connection: 'close' }),
      );
      return new Set((await Promise.all(all)).map((got) => json(got).experiment));
    };
    expect(await labels()).toEqual(new Set(['fresh:B']));
    const { body } = await get(`${other.url}/metrics`);
    expect(body.toString()).toContain('sepet_experiment_requests_total{experiment="fresh",arm="B"} 40\n');
    expect(body.toString()).toContain('sepet_experiment_active{experiment="fresh"} 1\n');
    writeFileSync(
      own,
      experiments.replace('name: B, share: 0.5, policy: pricey', 'name: C, share: 0.5, policy: pricey'),
    );
    await send('POST', `${other.url}/admin/reload`);
    expect(await labels()).toEqual(new Set(['fresh:C']));
    await other.stop();
  }, 60_000);

  it('answers by a label beside as if there were no experiment', async () => {
    const other = await serve(
      smallArtifact(),
      ...flags,
      '--experiments',
      experimentsFile,
      '--beside-file',
      `test=${smallArtifact()}`,
    );
    const body = { product: other.product, ...shop, visitor: inB };
    const of = async (label: string) =>
      json(await postJson(`${other.url}/v1/labels/${label}/bought-together`, body));
    // A label beside is there a moment after the server's own.
    await expect.poll(async () => (await of('test')).code, { timeout: 20_000 }).toBeUndefined();
    const [own, beside] = [await of('served'), await of('test')];
    expect([own.experiment, own.policy, beside.policy]).toEqual(['fresh:B', 'pricey@1', 'pdp@1']);
    expect(beside).not.toHaveProperty('experiment');
    await other.stop();
  });

  it('without a file takes a visitor and a channel, and keeps one answer for all', async () => {
    const other = await serve(smallArtifact(), ...flags);
    const [a, b] = [await ask(other, { ...shop, visitor: inA }), await ask(other, { ...shop, visitor: inB })];
    expect([a.body, a.headers.etag]).toEqual([b.body, b.headers.etag]);
    expect(a.headers['cache-control']).toMatch(/^public/);
    expect(a.body.toString()).not.toContain('experiment');
    expect(json(await get(`${other.url}/v1/experiments`))).toEqual({ assignments: [], experiments: [] });
    expect((await get(`${other.url}/metrics`)).body.toString()).not.toContain('sepet_experiment');
    await other.stop();
  });

  it('reads the file again, refuses a wrong one, and pauses what names a policy that goes', async () => {
    const own = file('own.yaml', experiments);
    const late = file('late.yaml', policies.pricey);
    const given = flags.map((flag) => (flag.endsWith('pricey.yaml') ? late : flag));
    const other = await serve(smallArtifact(), ...given, '--experiments', own);
    const reload = async (): Promise<Record<string, unknown>> =>
      json(await send('POST', `${other.url}/admin/reload`));
    const labelOf = async (visitor: string) => (await answer(other, { ...shop, visitor })).experiment;
    const mailed = async () => (await answer(other, { channel: 'mail' })).policy;
    expect([await labelOf(inB), await mailed(), await mailed()]).toEqual(['fresh:B', 'mail@1', 'mail@1']);

    writeFileSync(
      own,
      experiments.replace('name: fresh', 'name: fresher').replace('policy: mail', 'policy: cart'),
    );
    await reload();
    expect(await labelOf(inB)).toMatch(/^fresher:/);
    // What was kept for the place is not what is assigned to it now.
    expect(await mailed()).toBe('cart@1');

    writeFileSync(own, experiments.replace('share: 0.5', 'share: 0.6'));
    expect(await reload()).toMatchObject({ code: 'experiments_invalid' });
    expect(await labelOf(inB)).toMatch(/^fresher:/);

    writeFileSync(own, experiments);
    writeFileSync(late, 'name: renamed');
    expect(await reload()).toMatchObject({ code: 'experiments_invalid' });
    const page = json(await get(`${other.url}/v1/experiments`)) as {
      experiments: { name: string; active: boolean }[];
    };
    expect(page.experiments.map(({ name, active }) => [name, active])).toEqual([
      ['fresher', false],
      ['width', true],
    ]);
    expect(await labelOf(inB)).toBeUndefined();
    expect(other.log()).toContain('the experiment fresher stands still');
    const { body } = await get(`${other.url}/metrics`);
    expect(body.toString()).toContain('sepet_experiment_active{experiment="fresher"} 0');

    writeFileSync(late, policies.pricey);
    await reload();
    expect(await labelOf(inB)).toBe('fresh:B');
    await other.stop();
  }, 60_000);
});
