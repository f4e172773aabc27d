// What the tests of releases share: a store in a folder, small artifacts of every kind, policies.

import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArtifactManifest, encodeManifest } from '../../src/artifact/manifest.ts';
import { writeFile } from '../../src/native/index.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { type PublishOptions, publish } from '../../src/releases/publish.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { composeArtifact } from '../../src/training/build/build.ts';
import { buildIndex, type IndexCall } from '../../src/training/build/index-sections.ts';
import { makeInputs, makeLists } from '../recommend/shop.ts';

export interface World {
  readonly store: Store;
  readonly address: string;
  /** A path in a folder that goes with the world; the store is in it. */
  path(name: string): string;
  /** Makes everything in the store look as old as this. */
  age(minutes: number): void;
  remove(): void;
}

/** The first world of a file, which goes last, has the cache of commands. */
let hasCache = false;

/** An empty store in a folder; in memory where the system has such a place, as tests write thousands of small files. */
export function makeWorld(): World {
  const inMemory = statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() === true;
  const folder = mkdtempSync(join(inMemory ? '/dev/shm' : tmpdir(), 'sepet-releases-'));
  const address = join(folder, 'store');
  if (!hasCache) process.env.XDG_CACHE_HOME = join(folder, 'cache');
  hasCache = true;
  return {
    store: openStore(address),
    address,
    path: (name) => join(folder, name),
    age: (minutes) => ageFolder(address, minutes),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function ageFolder(folder: string, minutes: number): void {
  const then = new Date(Date.now() - minutes * 60_000);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), then, then);
}

export interface ArtifactOptions {
  readonly seed?: number;
  readonly products?: number;
  /** Hit rate@10 of its offline metrics; null for an artifact without metrics. */
  readonly hitRate?: number | null;
  readonly name?: string;
  /** What else its manifest says. */
  readonly manifest?: Partial<ArtifactManifest>;
  /** What the graph is built from instead of the vectors. */
  readonly graphOf?: (call: IndexCall) => IndexCall;
}

/** Writes a small artifact. */
export async function writeArtifact(file: string, options: ArtifactOptions = {}): Promise<string> {
  const { seed = 1, products = 60, hitRate = 0.3, name = 'shop', graphOf = (call) => call } = options;
  const metrics = hitRate === null ? {} : { metrics: metricsOf(hitRate) };
  const { sections, manifest } = await composeArtifact(
    { ...makeInputs({ seed, products }), ...metrics },
    makeLists(products),
    {
      ...{ M: 8, efConstruction: 64, codeBits: 'auto', threads: 1, seed: 1 },
      ...{ popularityScale: 0.5, listLength: 3, name, builtBy: 'test' },
    },
    { buildIndex: async (call) => buildIndex(graphOf(call)) },
  );
  writeFile(file, [encodeManifest({ ...manifest, ...options.manifest }), ...sections]);
  return file;
}

const metricsOf = (hitRate: number) => ({
  methods: {
    word2vec: {
      fbt: { hitRateAt10: hitRate, ndcgAt10: hitRate / 2, coverage: 0.5 },
      leaveOneOut: { hitRateAt10: hitRate / 3 },
    },
  },
});

/** A policy that keeps one brand. */
export const policyOf = (name: string, brand = 'Acme', revision = 1): PolicyDocument =>
  checkPolicy({ name, revision, filters: [{ name: 'brand', keep: { brand } }] });

/** Writes such a policy as YAML. */
export function writePolicy(file: string, name: string, brand = 'Acme'): string {
  writeFileSync(file, `name: ${name}\nfilters:\n  - { name: brand, keep: { brand: ${brand} } }\n`);
  return file;
}

/** Publishes to a label, for the reason that it is a test. */
export const put = (store: Store, label: string, options: Partial<PublishOptions>) =>
  publish(store, { label, why: 'a test', ...options });

/** The code of the error that a call fails with; undefined where it succeeds. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
