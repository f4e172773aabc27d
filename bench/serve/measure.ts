// The parts of a run. Every figure is of several rounds, in which the servers that are compared are asked in turn; each is
// warmed up by a turn that does not count.

import { type Draw, drawPaths, type Mix, type RateResult, type Saturation } from './drivers.ts';
import type { Field } from './field.ts';
import { type Figure, figureOf, inTurn, ratioOf } from './figures.ts';
import { type Memory, memoryOf } from './memory.ts';
import type { Running } from './servers.ts';

export interface Speed {
  readonly requestsPerSecond: Figure;
  /** Waiting for a turn, mostly: the connections ask again at once. */
  readonly p50Ms: Figure;
  readonly p99Ms: Figure;
}

/** Who is asked for what. */
interface Entrant {
  readonly name: string;
  readonly server: Running;
  readonly mix: Mix;
}

const drawn = 150_000;

/** Other paths each round, as a cache knows those it has seen. */
function pathsFor({ options }: Field, mix: Mix, round: number, rest: Partial<Draw> = {}): string[] {
  const { products, seed } = options;
  return drawPaths({ mix, products, count: drawn, seed: 1000 * seed + round, ...rest });
}

const speedOf = (rounds: readonly Saturation[]): Speed => ({
  requestsPerSecond: figureOf(rounds.map(({ requestsPerSecond }) => requestsPerSecond)),
  p50Ms: figureOf(rounds.map(({ p50Ms }) => p50Ms)),
  p99Ms: figureOf(rounds.map(({ p99Ms }) => p99Ms)),
});

const perSecond = (rounds: readonly Saturation[] = []): number[] =>
  rounds.map(({ requestsPerSecond }) => requestsPerSecond);

function entrantsOf({ servers }: Field, wanted: readonly (readonly [string, Mix, string?])[]): Entrant[] {
  return wanted.flatMap(([id, mix, name = id]) => {
    const server = servers.get(id);
    return server === undefined ? [] : [{ name, server, mix }];
  });
}

/** All in one: what is compared is asked in the same minute. */
async function saturateAll(field: Field, entrants: readonly Entrant[]): Promise<Map<string, Saturation[]>> {
  const { options, drivers } = field;
  const byName = new Map(entrants.map((entrant) => [entrant.name, entrant]));
  const ask = (name: string, round: number, seconds: number): Promise<Saturation> => {
    const { server, mix } = byName.get(name) as Entrant;
    return drivers.saturate(server.url, pathsFor(field, mix, round), { ...options, seconds });
  };
  const names = [...byName.keys()];
  if (!options.quick)
    for (const name of names) await ask(name, -1, Math.max(1, Math.ceil(options.seconds / 2)));
  return inTurn(names, options.rounds, (name, round) => ask(name, round, options.seconds));
}

/** By then nearly all that is asked for was asked for before. */
const fillingSeconds = 60;

/** Lets a server keep what it will be asked for. */
async function fill(field: Field, id: string): Promise<void> {
  const { options, drivers, servers } = field;
  const server = servers.get(id);
  const startedMs = performance.now();
  for (let turn = 50; server && !options.quick; turn++) {
    await drivers.saturate(server.url, pathsFor(field, 'zipf', turn), options);
    if (performance.now() - startedMs > fillingSeconds * 1000) break;
  }
}

/** By themselves, so that what is kept does not grow old while others are asked. */
async function saturateCache(field: Field): Promise<Map<string, Saturation[]>> {
  if (!field.options.parts.includes('cache')) return new Map();
  for (const id of ['default', 'instancesDefault']) await fill(field, id);
  return saturateAll(
    field,
    entrantsOf(field, [
      ['default', 'zipf', 'cached'],
      ['instancesDefault', 'zipf', 'instancesCached'],
      ['constant', 'zipf'],
    ]),
  );
}

export interface Throughput {
  readonly speeds: Readonly<Record<string, Speed>>;
  readonly requestsPerSecond?: number;
  readonly ratioPlain?: number;
  readonly ratioPlainFitted?: number;
  readonly shareOfConstant?: number;
  readonly ratios: Readonly<Record<string, Figure>>;
}

/** As fast as each can: the ways to serve, the plain server, the cache against a constant body. */
export async function measureThroughput(field: Field): Promise<Throughput> {
  const { parts } = field.options;
  const results = await saturateAll(
    field,
    entrantsOf(field, [
      ...(parts.includes('throughput') || parts.includes('plain') ? ([['workers', 'uniform']] as const) : []),
      ...(parts.includes('throughput')
        ? ([
            ['inline', 'uniform'],
            ['bare', 'uniform'],
            ['listeners', 'uniform'],
            ['instances', 'uniform'],
            ['workers', 'zipf', 'workersZipf'],
          ] as const)
        : []),
      ...(parts.includes('plain')
        ? ([
            ['plain', 'uniform'],
            ['plainFitted', 'uniform'],
          ] as const)
        : []),
    ]),
  );
  for (const [name, rounds] of await saturateCache(field)) results.set(name, rounds);
  const ours = results.get('workers');
  const ratio = (above: string, below: string): Record<string, Figure> => {
    const [a, b] = [results.get(above), results.get(below)];
    return a && b ? { [`${above}/${below}`]: ratioOf(perSecond(a), perSecond(b)) } : {};
  };
  const ratios = {
    ...ratio('inline', 'workers'),
    ...ratio('listeners', 'bare'),
    ...ratio('instances', 'workers'),
    ...ratio('workers', 'plain'),
    ...ratio('workers', 'plainFitted'),
    ...ratio('cached', 'constant'),
    ...ratio('instancesCached', 'cached'),
  };
  const { 'workers/plain': plain, 'workers/plainFitted': fitted, 'cached/constant': constant } = ratios;
  return {
    speeds: Object.fromEntries([...results].map(([name, rounds]) => [name, speedOf(rounds)])),
    ...(ours && { requestsPerSecond: figureOf(perSecond(ours)).median }),
    ...(plain && { ratioPlain: plain.median }),
    ...(fitted && { ratioPlainFitted: fitted.median }),
    ...(constant && { shareOfConstant: constant.median }),
    ratios,
  };
}

export interface AtRate {
  readonly p50Ms: Figure;
  readonly p99Ms: Figure;
  readonly p999Ms: Figure;
  /** Of the driver, where a connection was free. */
  readonly lateP99Ms: Figure;
}

/** At the constant rate: by the default settings, without the cache, and the constant body as the floor of the driver. */
export async function measureRate(field: Field): Promise<Record<string, AtRate>> {
  const { options, drivers } = field;
  const entrants = entrantsOf(field, [
    ['default', 'zipf'],
    ['workers', 'uniform', 'withoutCache'],
    ['constant', 'zipf'],
  ]);
  const byName = new Map(entrants.map((entrant) => [entrant.name, entrant]));
  const results = await inTurn([...byName.keys()], options.rounds, (name, round) => {
    const { server, mix } = byName.get(name) as Entrant;
    const { rate, connections, seconds } = options;
    return drivers.atRate(server.url, pathsFor(field, mix, round), {
      ...{ rate, connections, warmup: options.quick ? 0.2 : 1 },
      seconds: options.quick ? seconds : 2 * seconds,
    });
  });
  const latencies = (rounds: readonly RateResult[]): AtRate => ({
    p50Ms: figureOf(rounds.map(({ answered }) => answered.p50)),
    p99Ms: figureOf(rounds.map(({ answered }) => answered.p99)),
    p999Ms: figureOf(rounds.map(({ answered }) => answered.p999)),
    lateP99Ms: figureOf(rounds.map(({ late }) => late.p99)),
  });
  return Object.fromEntries([...results].map(([name, rounds]) => [name, latencies(rounds)]));
}

export interface Overload {
  /** Answers a second of heavy requests, asked again as soon as answered. */
  readonly capacity: Figure;
  /** Answers with 200 a second, of three times as many requests. */
  readonly goodput: Figure;
  /** Of the same rounds. */
  readonly goodputShare: Figure;
  readonly refusedShare: Figure;
  readonly refusedP50Ms: Figure;
  readonly refusedP99Ms: Figure;
  readonly unanswered: number;
  readonly memoryGrowthBytes: number;
}

/** Requests that cost much, so that the driver takes little of the cores beside. */
const heavy = '?efSearch=2000&limit=100';
const times = 3;
/** More than may wait, so that some are refused. */
const crowd = 2000;

/** Three times more than it can. Undefined where there is no server for it. */
export async function measureOverload(field: Field): Promise<Overload | undefined> {
  const { options, drivers } = field;
  const server = field.servers.get('workers');
  if (server === undefined) return undefined;
  const { url, pid } = server;
  const { seconds } = options;
  const paths = (round: number): string[] => pathsFor(field, 'uniform', round, { query: heavy });
  await drivers.saturate(url, paths(-1), { seconds: 1, connections: options.connections });
  const before = memoryOf(pid);
  const rounds: { capacity: number; over: RateResult }[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const { connections } = options;
    const { requestsPerSecond: capacity } = await drivers.saturate(url, paths(round), {
      seconds,
      connections,
    });
    const over = await drivers.atRate(url, paths(round), {
      ...{ rate: times * capacity, connections: crowd, seconds, warmup: options.quick ? 0.5 : 1 },
    });
    rounds.push({ capacity, over });
  }
  const goodput = rounds.map(({ over }) => over.answered.count / over.seconds);
  const capacity = rounds.map((round) => round.capacity);
  return {
    capacity: figureOf(capacity),
    goodput: figureOf(goodput),
    goodputShare: ratioOf(goodput, capacity),
    refusedShare: figureOf(
      rounds.map(({ over }) => over.refused.count / (over.refused.count + over.answered.count)),
    ),
    refusedP50Ms: figureOf(rounds.map(({ over }) => over.refused.p50)),
    refusedP99Ms: figureOf(rounds.map(({ over }) => over.refused.p99)),
    unanswered: rounds.reduce((sum, { over }) => sum + over.unanswered, 0),
    memoryGrowthBytes: memoryOf(pid).rss - before.rss,
  };
}

export interface MemoryFigures {
  readonly memoryBytes: number;
  readonly memoryBound: number;
  readonly memoryGrowthBytes: number;
  /** The server by default settings before the further requests, and after. */
  readonly before: Memory;
  readonly after: Memory;
  readonly requests: number;
}

const beside = 150e6;
const timesArtifact = 1.3;

/** What the server holds after all that was measured, and after so many more requests. */
export async function measureMemory(field: Field): Promise<MemoryFigures | undefined> {
  const { options, drivers, shop } = field;
  const server = field.servers.get('default');
  if (server === undefined) return undefined;
  const { url, pid } = server;
  const ask = (round: number, seconds: number): Promise<Saturation> =>
    drivers.saturate(url, pathsFor(field, 'uniform', round), { ...options, seconds });
  // Until the cache is full and all code is compiled.
  for (let asked = 0, round = 100; asked < options.requests / 5; round++)
    asked += (await ask(round, options.seconds)).requests;
  const before = memoryOf(pid);
  let requests = 0;
  for (let round = 200; requests < options.requests; round++)
    requests += (await ask(round, options.quick ? 1 : 5)).requests;
  const after = memoryOf(pid);
  return {
    memoryBytes: Math.max(before.rss, after.rss),
    memoryBound: Math.round(timesArtifact * shop.bytes + beside),
    memoryGrowthBytes: after.rss - before.rss,
    before,
    after,
    requests,
  };
}
