// POST /v1/events on a real server: what is answered, what stands in the folder, and that what was acknowledged is never lost.

import { mkdirSync, rmSync } from 'node:fs';
import { pack } from 'msgpackr';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventsFolder, eventsIn, filesIn, removeFolder } from '../events/folder.ts';
import { smallArtifact } from '../shops.ts';
import { send } from './sending.ts';
import { get, json, keepAlive, type Serving, serve } from './serving.ts';

let file: string;
let folder: string;
let server: Serving;

const start = async (...flags: string[]): Promise<void> => {
  server = await serve(file, '--events', folder, ...flags);
};
const post = (body: unknown, options = {}) => send('POST', `${server.url}/v1/events`, body, options);
const metric = async (name: string): Promise<number> => {
  const text = (await get(`${server.url}/metrics`)).body.toString();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
};
const click = (id?: string) => ({ type: 'click', items: ['P1'], ...(id && { id }) });

beforeAll(() => {
  file = smallArtifact();
});

beforeEach(() => {
  folder = eventsFolder();
});

afterEach(() => {
  server.child.kill('SIGKILL');
  removeFolder(folder);
});

describe('a server without --events', () => {
  it('says so', async () => {
    server = await serve(file);
    const got = await post({ events: [click()] });
    expect([got.status, json(got).code]).toEqual([404, 'events_off']);
    expect(json(got).detail).toContain('--events');
  });
});

describe('events', () => {
  it('are kept before they are acknowledged, good ones beside bad ones', async () => {
    await start();
    const events = [
      { type: 'impression', items: ['P1', 'P2'], placement: 'pdp', recommendation: 'r_1' },
      { type: 'clik', items: ['P1'] },
      click('a'),
      click('a'),
    ];
    const got = await post({ events });
    expect([got.status, json(got)]).toEqual([
      202,
      {
        accepted: 2,
        duplicates: 1,
        refused: [{ index: 1, code: 'event_invalid', detail: expect.stringContaining('"click"') }],
      },
    ]);
    expect(eventsIn(folder).map(({ type, id }) => [type, id])).toEqual([
      ['impression', undefined],
      ['click', 'a'],
    ]);
    expect(json(await post({ events: [click('a')] }))).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await metric('sepet_events_total{type="impression",result="accepted"}')).toBe(1);
    expect(await metric('sepet_events_total{type="click",result="duplicate"}')).toBe(2);
    expect(await metric('sepet_events_total{type="unknown",result="refused"}')).toBe(1);
    expect(await metric('sepet_events_pending_bytes')).toBe(0);
    expect(await metric('sepet_events_write_seconds_count')).toBe(1);
  });

  it('come as JSON, as MessagePack, and as the plain text of a page that is being left', async () => {
    await start();
    const body = { events: [click()] };
    expect((await post(body)).status).toBe(202);
    const packed = pack(body);
    const types = { headers: { 'Content-Type': 'application/msgpack' } };
    expect((await post(packed, types)).status).toBe(202);
    const plain = { headers: { 'Content-Type': 'text/plain;charset=UTF-8' } };
    expect((await post(JSON.stringify(body), plain)).status).toBe(202);
    expect(
      (await post('a=1', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })).status,
    ).toBe(415);
    expect(eventsIn(folder)).toHaveLength(3);
  });

  it('in a call that is wrong are refused', async () => {
    await start();
    for (const [body, code, words] of [
      [{ events: [] }, 'event_invalid', '1 to 500'],
      [{ events: Array(501).fill(click()) }, 'event_invalid', 'not 501'],
      [[click()], 'event_invalid', '{"events"'],
      [{ event: [click()] }, 'event_invalid', 'Did you mean "events"?'],
      [{ events: 'none' }, 'event_invalid', 'list'],
      [{ events: [{ type: 'click' }, 7] }, 'event_invalid', 'None of the 2'],
      ['{"events":', 'body_invalid', 'JSON'],
    ] as const) {
      const got = await post(body);
      expect([got.status, json(got).code]).toEqual([400, code]);
      expect(json(got).detail).toContain(words);
    }
    expect(eventsIn(folder)).toEqual([]);
  });

  it('that are all wrong are named one by one in the problem', async () => {
    await start();
    const got = await post({ events: [7, { type: 'cart', items: [] }] });
    expect(got.headers['content-type']).toBe('application/problem+json');
    expect(json(got).refused).toMatchObject([
      { index: 0 },
      { index: 1, detail: 'items must name a product.' },
    ]);
  });

  it('that cannot be kept are refused until they can', async () => {
    await start();
    expect((await post({ events: [click('a')] })).status).toBe(202);
    rmSync(folder, { recursive: true });
    for (let i = 0; i < 3; i++) {
      const got = await post({ events: [click('b')] });
      expect([got.status, json(got).code, got.headers['retry-after']]).toEqual([
        503,
        'events_unavailable',
        '1',
      ]);
    }
    expect((await get(`${server.url}/v1/products/${server.product}/bought-together`)).status).toBe(200);
    expect(await metric('sepet_events_unavailable_total')).toBe(3);
    mkdirSync(folder);
    expect(json(await post({ events: [click('b')] }))).toMatchObject({ accepted: 1 });
    expect(eventsIn(folder).map(({ id }) => id)).toEqual(['b']);
  });

  it('need a folder', async () => {
    await start();
    const other = folder;
    folder = file;
    await expect(start()).rejects.toThrow(/\[events_unavailable\]/);
    folder = other;
  });
});

/** Sends events over several connections until `stop`; returns the ids that were acknowledged and what went wrong. */
function sendUntilStopped(clients: number) {
  const acknowledged: string[] = [];
  const wrong: unknown[] = [];
  let isOver = false;
  const client = async (name: number): Promise<void> => {
    const agent = keepAlive(1);
    for (let n = 0; !isOver; n++) {
      const ids = Array.from({ length: 1 + (n % 20) }, (_, i) => `c${name}-${n}-${i}`);
      try {
        const got = await post({ events: ids.map(click) }, { agent });
        if (got.status === 202) acknowledged.push(...ids);
        else wrong.push(got.status);
      } catch (error) {
        wrong.push((error as NodeJS.ErrnoException).code);
        break;
      }
    }
    agent.destroy();
  };
  const running = Promise.all(Array.from({ length: clients }, (_, i) => client(i)));
  return {
    acknowledged,
    wrong,
    /** Until so many were acknowledged: on a busy machine that takes its time. */
    until: (count: number) =>
      expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(count),
    stop: async () => {
      isOver = true;
      await running;
    },
    ended: running,
  };
}

const keptIds = (): Set<string | undefined> => new Set(eventsIn(folder).map(({ id }) => id));

describe('what was acknowledged', () => {
  it.each(['disk', 'system'])('outlives kill -9 (--events-sync %s)', async (sync) => {
    await start('--events-sync', sync);
    const sending = sendUntilStopped(8);
    await sending.until(300);
    server.child.kill('SIGKILL');
    await sending.ended;
    await server.exited;
    // The next one repairs what this one left.
    await start();
    const kept = keptIds();
    expect(sending.acknowledged.length).toBeGreaterThan(100);
    expect(sending.acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    expect(filesIn(folder).length).toBe(2);
  });

  it('outlives SIGTERM, and every call is answered', async () => {
    await start('--drain-seconds', '5');
    const sending = sendUntilStopped(8);
    await sending.until(100);
    server.child.kill('SIGTERM');
    await expect.poll(async () => (await get(`${server.url}/readyz`)).status).toBe(503);
    await sending.stop();
    expect(await server.exited).toEqual([0, null]);
    expect(sending.wrong).toEqual([]);
    const kept = keptIds();
    expect(sending.acknowledged.length).toBeGreaterThan(50);
    expect(sending.acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  });

  it('is there once, also where it was sent twice at the same time', async () => {
    await start();
    const calls = Array.from({ length: 40 }, (_, i) => post({ events: [click(`e${i % 10}`), click()] }));
    const got = await Promise.all(calls);
    expect(got.map(({ status }) => status)).toEqual(Array(40).fill(202));
    const accepted = got.reduce((sum, one) => sum + Number(json(one).accepted), 0);
    expect(accepted).toBe(50);
    expect(eventsIn(folder).filter(({ id }) => id !== undefined)).toHaveLength(10);
  });
});
