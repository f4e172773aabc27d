// Data folders made by the built command (`npm test` builds it first), once for a build: a folder's name holds
// the hash of what makes it.

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sepet } from '../http/shop.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const retailOrders = fromRoot('../shared/data/online-retail/online-retail-2010-2011.csv.gz');

/** The folder called `name`, made by `make` where it is not there yet; in a place of its own first, then renamed. */
function folder(name: string, make: (folder: string) => void): string {
  const hash = createHash('sha256');
  for (const file of ['dist/.tsbuildinfo', 'build/Release/sepet.node'])
    hash.update(readFileSync(fromRoot(file)));
  const path = join(tmpdir(), `sepet-test-${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(path)) return path;
  const made = mkdtempSync(`${path}-`);
  make(made);
  try {
    renameSync(made, path);
  } catch {
    rmSync(made, { recursive: true });
  }
  return path;
}

/** A demo shop of 6,000 products, too many to be scanned, with its artifact. */
export function demoFolder(): string {
  return folder('demo', (made) => {
    sepet('demo', '--products', '6000', '--orders', '40000', '--seed', '1', '--out', made);
    const orders = join(made, 'orders.csv');
    sepet('ingest', '--preset', 'demo', orders, '--products', join(made, 'products.csv'), '--out', made);
    sepet('train', made, '--seed', '1', '--epochs', '20');
    sepet('build', made);
  });
}

/** Online Retail with its artifact, trained for a third of the usual time. */
export function retailFolder(): string {
  return folder('retail', (made) => {
    sepet('ingest', '--preset', 'online-retail', retailOrders, '--out', made);
    sepet('train', made, '--seed', '1', '--epochs', '20');
    sepet('build', made);
  });
}
