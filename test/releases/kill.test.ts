// A publish that is killed at every point at which something half done lies in the store: the label still points at
// something whole, and the same command goes through.

import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultPoint } from '../../src/base/faults.ts';
import { openArtifact } from '../../src/recommend/artifact.ts';
import { verifyArtifact } from '../../src/recommend/verify.ts';
import { artifactKey } from '../../src/releases/keys.ts';
import { labelHistory, readLabel } from '../../src/releases/label.ts';
import { readPolicySet } from '../../src/releases/policy-sets.ts';
import { readRecord } from '../../src/releases/record.ts';
import { openStore } from '../../src/store/open.ts';
import { sepetCommand } from '../shops.ts';
import { startS3 } from '../store/s3.ts';
import { makeWorld, policyOf, put, writeArtifact, writePolicy } from './world.ts';

const world = makeWorld();
const first = world.path('first.sepet');
const second = world.path('second.sepet');
const policy = writePolicy(world.path('policy.yaml'), 'second');
beforeAll(async () => {
  await writeArtifact(first, { seed: 1 });
  await writeArtifact(second, { seed: 2 });
});
afterAll(world.remove);

interface End {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** Runs `sepet …`, killed at a point where one is given. */
function sepet(args: readonly string[], fault?: FaultPoint): Promise<End> {
  const env = { ...process.env, ...(fault !== undefined && { SEPET_FAULT: fault }) };
  const child = spawn(process.execPath, [sepetCommand, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (status, signal) => resolve({ status, signal, stderr })));
}

/** What the label points at, downloaded and verified. */
async function expectWhole(address: string): Promise<string> {
  const store = openStore(address);
  try {
    const entry = (await readLabel(store, 'test'))?.entry;
    const record = await readRecord(store, entry?.artifact ?? '');
    expect(record).toBeDefined();
    const { file = '', bytes = 0 } = record ?? {};
    const copy = world.path(`copy-${file.slice(7, 20)}.sepet`);
    await store.download(artifactKey(file), copy, { sha256: file.slice(7), bytes });
    verifyArtifact(openArtifact(copy, { verify: true }));
    expect(await readPolicySet(store, entry?.policies ?? '')).toBeDefined();
    const history = await labelHistory(store, 'test', 100);
    expect(history.map(({ revision }) => revision)).toEqual(history.map((_, i) => history.length - i));
    return file;
  } finally {
    store.close();
  }
}

const uploads: FaultPoint[] = ['publish:before-upload', 'publish:during-upload', 'publish:after-upload'];
const moves: FaultPoint[] = ['publish:after-record', 'label:after-history', 'label:after-write'];

/** Publishes a first release, then has the publish of a second one killed, and lets it be repeated. */
async function expectSurvives(address: string, fault: FaultPoint): Promise<void> {
  const store = openStore(address);
  const { entry } = await put(store, 'test', { artifact: first, policies: [policyOf('first')] });
  const args = ['publish', second, policy, '--label', 'test', '--store', address];
  const killed = await sepet(args, fault);
  expect(killed, killed.stderr).toMatchObject({ signal: 'SIGKILL' });
  const moved = fault === 'label:after-write';
  const at = await expectWhole(address);
  expect(at === entry.artifact).toBe(!moved);
  const again = await sepet(args);
  expect(again, again.stderr).toMatchObject({ status: 0 });
  expect(await expectWhole(address)).not.toBe(entry.artifact);
  const revision = (await readLabel(store, 'test'))?.entry.revision;
  expect(revision).toBe(entry.revision + 1);
  store.close();
}

describe('a publish into a folder', () => {
  it.each([...uploads, ...moves])('killed at %s leaves the label whole', async (fault) => {
    await expectSurvives(world.path(fault.replace(':', '-')), fault);
  });
});

describe('a move of a label', () => {
  it.each(['label:after-history', 'label:after-write'] as const)(
    'killed at %s can be done again',
    async (fault) => {
      const address = world.path(`move-${fault.replace(':', '-')}`);
      const store = openStore(address);
      for (const artifact of [first, second])
        await put(store, 'test', { artifact, policies: [policyOf('a')] });
      await put(store, 'production', { artifact: first, policies: [policyOf('a')] });
      for (const args of [
        ['promote', 'test', 'production'],
        ['rollback', 'test', '--to', '1'],
      ]) {
        expect(await sepet([...args, '--store', address], fault)).toMatchObject({ signal: 'SIGKILL' });
        await expectWhole(address);
        expect(await sepet([...args, '--store', address])).toMatchObject({ status: 0 });
      }
      const artifactOf = async (label: string) => (await readLabel(store, label))?.entry;
      expect((await artifactOf('production'))?.revision).toBe(2);
      expect((await artifactOf('test'))?.revision).toBe(3);
      expect((await artifactOf('production'))?.artifact).not.toBe((await artifactOf('test'))?.artifact);
    },
  );
});

describe('a publish into S3', () => {
  it('killed while it uploads and before the label moves goes through the next time', async () => {
    const s3 = await startS3();
    try {
      for (const fault of ['publish:after-upload', 'label:after-history'] as const) {
        const address = s3.address.replace('/sepet?', `/sepet-${fault.replace(':', '-')}?`);
        await expectSurvives(address, fault);
      }
    } finally {
      await s3.stop();
    }
  });
});
