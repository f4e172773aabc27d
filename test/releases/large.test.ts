// A gigabyte is published, downloaded and served in the memory that a megabyte takes. What lies in files does not count:
// the system keeps it and gives it back; only Linux tells the two apart.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArtifactManifest, encodeManifest } from '../../src/artifact/manifest.ts';
import { Random } from '../../src/base/random.ts';
import { mapFile, writeFile } from '../../src/native/index.ts';
import { openStore } from '../../src/store/open.ts';
import { sepetCommand } from '../shops.ts';
import { writeArtifact } from './world.ts';

const mebibyte = 1 << 20;
const folder = mkdtempSync(join(tmpdir(), 'sepet-large-'));
const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };

/** The artifact with one more section, which nothing reads but what checks the file. */
function padded(artifact: string, to: string, bytes: number): string {
  const file = mapFile(artifact);
  const manifest = JSON.parse(new TextDecoder().decode(file.u8('manifest'))) as ArtifactManifest;
  const pad = new Uint8Array(bytes);
  const digests = { ...manifest.digests, pad: createHash('sha256').update(pad).digest('hex') };
  const sections = file.sections
    .filter(({ name }) => name !== 'manifest')
    .map(({ name, type }) => ({ name, data: file[type](name) }));
  writeFile(to, [encodeManifest({ ...manifest, digests }), ...sections, { name: 'pad', data: pad }]);
  return to;
}

/** Peak of a process's anonymous memory, in bytes, until it has ended or printed a line that matches. */
async function peakOf(args: readonly string[], until?: RegExp): Promise<{ peak: number; said: string }> {
  const child = spawn(process.execPath, [sepetCommand, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // It has just ended.
    }
  }, 5);
  const ended = once(child, 'exit');
  try {
    for await (const line of createInterface(child.stdout))
      if (until?.test(line)) return { peak, said: line };
    const [code] = await ended;
    expect(code).toBe(0);
    return { peak, said: '' };
  } finally {
    child.kill('SIGINT');
    await ended;
    clearInterval(timer);
  }
}

describe.runIf(process.platform === 'linux')('a gigabyte', () => {
  let small: string;
  let large: string;

  beforeAll(async () => {
    small = await writeArtifact(join(folder, 'small.sepet'), { products: 500 });
    large = padded(small, join(folder, 'large.sepet'), 1024 * mebibyte);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const storeOf = (file: string): string => `${file}.store`;
  const publish = (file: string) =>
    peakOf(['publish', file, '--store', storeOf(file), '--label', 'test', '--json']);
  const serve = (file: string) =>
    peakOf(['serve', '--store', storeOf(file), '--label', 'test', '--port', '0', '--json'], /"url"/);

  it('is published in the memory of a little', async () => {
    const [few, many] = [await publish(small), await publish(large)];
    expect(few.peak).toBeGreaterThan(4 * mebibyte);
    expect(many.peak - few.peak).toBeLessThan(64 * mebibyte);
  });

  it('is downloaded, verified and served in it', async () => {
    const [few, many] = [await serve(small), await serve(large)];
    expect(JSON.parse(many.said)).toMatchObject({ products: 500 });
    expect(many.peak - few.peak).toBeLessThan(64 * mebibyte);
  });

  it('with a byte changed anywhere is not taken, nor served', async () => {
    const hex = createHash('sha256').update(readFileSync(small)).digest('hex');
    const key = `artifacts/${hex}.sepet`;
    const store = openStore(storeOf(small));
    const { length: bytes } = readFileSync(small);
    const object = openSync(join(storeOf(small), key), 'r+');
    const random = new Random(7);
    const change = (place: number): void => {
      const byte = Buffer.alloc(1);
      readSync(object, byte, 0, 1, place);
      writeSync(object, Buffer.of((byte[0] as number) ^ (1 << random.below(8))), 0, 1, place);
    };
    const places = [0, 8, 70, bytes - 1, ...Array.from({ length: 40 }, () => random.below(bytes))];
    for (const place of places) {
      const was = readFileSync(join(storeOf(small), key));
      change(place);
      const taken = store.download(key, join(folder, 'taken.sepet'), { sha256: hex, bytes });
      await expect(taken, `byte ${place}`).rejects.toMatchObject({ code: 'file_damaged' });
      expect(existsSync(join(folder, 'taken.sepet'))).toBe(false);
      writeSync(object, was, 0, bytes, 0);
    }
    change(20_000);
    closeSync(object);
    rmSync(join(folder, 'cache'), { recursive: true });
    const child = spawn(
      process.execPath,
      [sepetCommand, 'serve', '--store', storeOf(small), '--label', 'test', '--port', '0'],
      { env, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(complaints).toMatch(/\[file_damaged\]/);
  });
});
