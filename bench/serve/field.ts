// The servers of a run, all up at once and asked in turns: an idle one takes no time.

import { compileHnswlibNode } from '../ann/programs.ts';
import { bodiesOf, fullOf, idsOf, meanBytes, mustEqual, recallOf, type Truth, truthOf } from './check.ts';
import type { Drivers } from './drivers.ts';
import type { ServeBenchOptions } from './options.ts';
import {
  type Running,
  serveFlags,
  startConstant,
  startListeners,
  startPlain,
  startSepet,
} from './servers.ts';
import type { Shop } from './shop.ts';

export interface Missing {
  readonly id: string;
  readonly reason: string;
}

/** The plain server over the vectors as they lie, and over vectors that suit it. */
export const plainServers = ['plain', 'plainFitted'] as const;

/** The plain server at our recall. */
interface Matched {
  readonly ef: number;
  readonly recallAt10: number;
  readonly full: number;
  readonly bodyBytes: number;
}

export interface Checked {
  readonly recallAt10: number;
  /** Of the answers that were compared, those with ten items. */
  readonly full: number;
  readonly compared: number;
  readonly bodyBytes: number;
  /** Share of the exact scan's answers that a plain loop gives too. */
  readonly exactAgainstPlain: number;
  readonly plain?: Matched;
  readonly plainFitted?: Matched;
}

export interface Field {
  readonly options: ServeBenchOptions;
  readonly shop: Shop;
  readonly drivers: Drivers;
  readonly servers: ReadonlyMap<string, Running>;
  readonly missing: readonly Missing[];
  readonly checked: Checked;
  stop(): Promise<void>;
}

/** Ours, by what they are started with; an option that this build lacks is why one is missing. */
const ways: Readonly<Record<string, readonly string[]>> = {
  workers: ['--result-cache-mb', '0'],
  inline: ['--result-cache-mb', '0', '--workers', '0'],
  instances: ['--result-cache-mb', '0', '--workers', '0', '--instances', '2'],
  default: [],
  instancesDefault: ['--workers', '0', '--instances', '2'],
};

const threads = 2;
/** What the plain server may be asked with: the least that gives our recall is taken. */
const widths = [
  20, 25, 30, 35, 40, 45, 50, 55, 60, 70, 80, 100, 120, 160, 200, 240, 300, 400, 600, 800, 1200, 1600,
];

type Say = (line: string) => void;

class Servers {
  readonly running = new Map<string, Running>();
  readonly missing: Missing[] = [];

  async add(id: string, start: () => Promise<Running>): Promise<void> {
    try {
      this.running.set(id, await start());
    } catch (error) {
      this.missing.push({ id, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  stop = async (): Promise<void> => {
    await Promise.all([...this.running.values()].map((server) => server.stop()));
  };
}

async function startOurs(servers: Servers, shop: Shop, say: Say): Promise<void> {
  const known = serveFlags();
  for (const [id, flags] of Object.entries(ways)) {
    // A build without a result cache needs none switched off.
    const given = known.has('--result-cache-mb') || flags[0] !== '--result-cache-mb' ? flags : flags.slice(2);
    const unknown = given.find((flag) => flag.startsWith('--') && !known.has(flag));
    if (unknown === undefined) await servers.add(id, () => startSepet(id, shop, given));
    else servers.missing.push({ id, reason: `sepet serve has no ${unknown}` });
  }
  await servers.add('bare', () => startListeners('bare', shop, 0));
  await servers.add('listeners', () => startListeners('listeners', shop, threads));
  for (const { id, reason } of servers.missing) say(`${id}: missing, ${reason}`);
}

/** Finds the plain server's width: the least that has our recall, or the widest. */
async function matchPlain({ url }: Running, { rows, best }: Truth, wanted: number): Promise<Matched> {
  for (const [i, ef] of widths.entries()) {
    await fetch(`${url}/ef/${ef}`, { method: 'POST' });
    const bodies = await bodiesOf(url, rows);
    const recallAt10 = recallOf(idsOf(bodies), best);
    if (recallAt10 >= wanted || i === widths.length - 1)
      return { ef, recallAt10, full: fullOf(bodies), bodyBytes: meanBytes(bodies) };
  }
  throw new Error('There are no widths.');
}

async function check(servers: Servers, shop: Shop, options: ServeBenchOptions): Promise<Checked> {
  const truth = truthOf(shop, options.width, options.checked);
  const { rows, best, agreed } = truth;
  const first = servers.running.get('workers') ?? servers.running.get('default');
  if (first === undefined) throw new Error(`No server started: ${JSON.stringify(servers.missing)}`);
  const bodies = await bodiesOf(first.url, rows);
  // Each twice: the second time a cache may answer.
  for (const { id, url } of servers.running.values())
    for (let i = 0; i < 2; i++) mustEqual(id, await bodiesOf(url, rows), bodies);
  const recallAt10 = recallOf(idsOf(bodies), best);
  const checked = {
    recallAt10: Number(recallAt10.toFixed(4)),
    full: fullOf(bodies),
    compared: rows.length,
    bodyBytes: meanBytes(bodies),
    exactAgainstPlain: Number(agreed.toFixed(4)),
  };
  if (options.parts.includes('cache') || options.parts.includes('rate'))
    await servers.add('constant', () => startConstant(checked.bodyBytes));
  if (!options.parts.includes('plain')) return checked;
  const lacking = compileHnswlibNode();
  const matched: Partial<Record<(typeof plainServers)[number], Matched>> = {};
  for (const id of plainServers) {
    if (lacking === undefined) await servers.add(id, () => startPlain(id, shop, options));
    else servers.missing.push({ id, reason: lacking });
    const server = servers.running.get(id);
    if (server !== undefined) matched[id] = await matchPlain(server, truth, checked.recallAt10);
  }
  return { ...checked, ...matched };
}

/** Starts every server that there is, and checks what they answer. Throws where answers differ. */
export async function openField(
  options: ServeBenchOptions,
  shop: Shop,
  drivers: Drivers,
  say: Say,
): Promise<Field> {
  const servers = new Servers();
  const { running, missing, stop } = servers;
  try {
    await startOurs(servers, shop, say);
    const checked = await check(servers, shop, options);
    if (drivers.wrk === undefined) missing.push({ id: 'wrk', reason: 'not installed: apt-get install wrk' });
    if (drivers.rateMissing !== undefined) missing.push({ id: 'rate', reason: drivers.rateMissing });
    return { options, shop, drivers, servers: running, missing, checked, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
