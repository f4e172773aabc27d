// A small shop's artifact for tests that serve the real thing. It is made by the built command (`npm test` builds
// dist first), once for a build: the folder's name holds the hash of what makes it.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const sepetCommand = fromRoot('bin/sepet.js');

/** Runs `sepet` and returns its stdout. Throws with its stderr where it fails. */
export function sepet(...args: string[]): string {
  return execFileSync(process.execPath, [sepetCommand, ...args], { encoding: 'utf8', stdio: 'pipe' });
}

/** Enough for the graph to be searched: fewer are scanned. */
export const smallShopProducts = 9000;

/** The path of the artifact of a demo shop. */
export function smallArtifact(): string {
  const hash = createHash('sha256');
  for (const file of ['dist/.tsbuildinfo', 'build/Release/sepet.node'])
    hash.update(readFileSync(fromRoot(file)));
  const folder = join(tmpdir(), `${prefix}${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(folder)) makeShop(folder);
  return join(folder, 'artifact.sepet');
}

const prefix = 'sepet-test-shop-';
const keptMs = 24 * 60 * 60 * 1000;

/** Made beside its place and renamed: two test files may want it at the same time. Those of old builds go. */
function makeShop(folder: string): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const old = join(tmpdir(), name);
    if (Date.now() - statSync(old).mtimeMs > keptMs) rmSync(old, { recursive: true, force: true });
  }
  const made = mkdtempSync(`${folder}-`);
  const catalogue = join(made, 'products.csv');
  const size = ['--products', String(smallShopProducts), '--orders', '30000'];
  sepet('demo', ...size, '--seed', '1', '--out', made);
  sepet('ingest', '--preset', 'demo', join(made, 'orders.csv'), '--products', catalogue, '--out', made);
  sepet('train', made, '--epochs', '10', '--seed', '1');
  sepet('build', made, '--out', join(made, 'artifact.sepet'), '--seed', '1');
  try {
    renameSync(made, folder);
  } catch {
    rmSync(made, { recursive: true });
  }
}
