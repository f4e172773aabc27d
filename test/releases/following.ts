// What the tests of servers that follow a label share: a store, servers of the built command, ways to ask and to harm them.

import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { moveLabel, type Release } from '../../src/releases/label.ts';
import type { PublishOptions } from '../../src/releases/publish.ts';
import { get, json, type Serving, serveWith } from '../http/serving.ts';
import { makeWorld, put, writeArtifact } from './world.ts';

export const label = 'production';
/** What is waited for whatever must come about: on a busy machine that is longer. */
const patientMs = 60_000;

/** A store with a label, and the servers that follow it. */
export class Following {
  readonly world = makeWorld();
  readonly #servers: Serving[] = [];

  constructor() {
    // What publishing looks into goes with the world too.
    process.env.XDG_CACHE_HOME = this.world.path('cache');
  }

  /** Makes an artifact and points the label at it; returns its name in the store. */
  async publish(
    seed: number,
    { at = label, ...options }: Partial<PublishOptions> & { at?: string } = {},
  ): Promise<string> {
    const artifact = await writeArtifact(this.world.path(`shop-${seed}.sepet`), {
      seed,
      name: `shop-${seed}`,
    });
    const { entry } = await put(this.world.store, at, { artifact, ...options });
    return entry.artifact ?? '';
  }

  /** Points the label at a release, without gates. */
  pointAt(release: Release): Promise<unknown> {
    return moveLabel(this.world.store, label, () => ({ ...release, action: 'publish', why: 'a test' }));
  }

  /** Starts a server that follows the label. */
  begin(...flags: string[]): Promise<Serving> {
    return this.beginWith({}, ...flags);
  }

  async beginWith(env: NodeJS.ProcessEnv, ...flags: string[]): Promise<Serving> {
    const follows = ['--store', this.world.address, '--label', label, '--cache', this.world.path('serving')];
    const quick = ['--poll-seconds', '0.2', '--workers', '1', '--drain-seconds', '0'];
    const server = await serveWith([...follows, ...quick, ...flags], env);
    this.#servers.push(server);
    return server;
  }

  /** Serves until that is noted, so that there is a last good release. */
  async serveOnce(...flags: string[]): Promise<void> {
    const server = await this.begin(...flags);
    await until(() => existsSync(this.cached('last-good.json')));
    await end(server);
  }

  /** The folder in which servers keep what they serve. */
  cached(...path: string[]): string {
    const parent = this.world.path(join('serving', 'serve'));
    const [folder = ''] = existsSync(parent) ? readdirSync(parent) : [];
    return join(parent, folder, ...path);
  }

  takeStoreAway(): void {
    renameSync(this.world.address, this.world.path('away'));
  }

  bringStoreBack(): void {
    renameSync(this.world.path('away'), this.world.address);
  }

  remove(): void {
    for (const { child } of this.#servers) child.kill('SIGKILL');
    this.world.remove();
  }
}

/** Ends a server the short way: a kept-alive connection would make it linger. */
export async function end({ child, exited }: Serving): Promise<void> {
  child.kill('SIGKILL');
  await exited;
}

/** Artifacts that the server has in memory. */
export function mapped({ child }: Serving): number {
  const lines = readFileSync(`/proc/${child.pid}/maps`, 'utf8').split('\n');
  return new Set(lines.flatMap((line) => /\/[0-9a-f]{64}\.sepet.*$/.exec(line) ?? [])).size;
}

export interface Told {
  readonly artifact: string;
  readonly manifest: { readonly name: string };
  readonly policies: readonly string[];
  readonly release: { readonly revision: number; readonly file: string; readonly deltas: number };
}

/** What the server says that it serves. */
export const told = async ({ url }: Serving): Promise<Told> =>
  json(await get(`${url}/v1/artifact`)) as unknown as Told;

/** Resolves to how long it took until `holds` did. */
export async function until(holds: () => Promise<boolean> | boolean, withinMs = patientMs): Promise<number> {
  const startedMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedMs > withinMs)
      throw new Error(`It did not come about within ${withinMs} ms.`);
    await sleep(20);
  }
  return performance.now() - startedMs;
}

export const untilRevision = (server: Serving, revision: number): Promise<number> =>
  until(async () => (await told(server)).release.revision === revision);

/** The log comes through a pipe, later than what it tells of. */
export const untilSaid = (server: Serving, words: RegExp): Promise<number> =>
  until(() => words.test(server.log()));

export interface Answer {
  readonly artifact: string;
  readonly items: readonly { readonly id: string; readonly price?: number }[];
}

export async function answer({ url }: Serving, product = 'P1', query = ''): Promise<Answer> {
  const got = await get(`${url}/v1/products/${product}/bought-together?${query}`);
  expect(got.status).toBe(200);
  return json(got) as unknown as Answer;
}

/** What was to be served and could not. */
export async function refusals({ url }: Serving): Promise<number> {
  const text = (await get(`${url}/metrics`)).body.toString();
  return Number(/^sepet_swaps_total\{result="refused"\} (\d+)$/m.exec(text)?.[1]);
}

/** Changes one byte in the middle of a file; doing it twice repairs it. */
export function flip(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
