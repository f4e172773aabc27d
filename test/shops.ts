// Data folders with their artifacts for tests that use the real thing. They are made by the built command (`npm test`
// builds dist first), once for a build: a folder's name holds the hash of what makes it.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const sepetCommand = fromRoot('bin/sepet.js');

/** Absent outside a checkout that has the shared data beside it: tests that want it skip. */
export const retailOrders = fromRoot('../shared/data/online-retail/online-retail-2010-2011.csv.gz');

/** Runs `sepet` and returns its stdout. Throws with its stderr where it fails. */
export function sepet(...args: string[]): string {
  return execFileSync(process.execPath, [sepetCommand, ...args], { encoding: 'utf8', stdio: 'pipe' });
}

const prefix = 'sepet-test-made-';
/** Since it was last wanted: every change of a maker makes new ones, of which a busy day would leave gigabytes. */
const keptMs = 3 * 60 * 60 * 1000;

function removeOld(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const old = join(tmpdir(), name);
    // Another test file may have removed it meanwhile.
    const made = statSync(old, { throwIfNoEntry: false });
    if (made !== undefined && Date.now() - made.mtimeMs > keptMs)
      rmSync(old, { recursive: true, force: true });
  }
}

/** What decides the bytes of a shop; changing anything else need not make one anew. */
const makers = (): string[] =>
  [
    'base',
    'dataprep',
    'training',
    'features',
    'artifact',
    'catalog',
    'policy',
    'native',
    'tables',
    'releases',
    'store',
  ]
    .flatMap((part) =>
      readdirSync(fromRoot(`dist/src/${part}`), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js'))
        .map((file) => `dist/src/${part}/${file}`),
    )
    .sort();

/**
 * The folder called `name`, made by `make` where it is not there yet. It is made in a place of its own and renamed,
 * as two test files may want it at the same time.
 */
export function madeFolder(name: string, make: (folder: string) => void): string {
  const hash = createHash('sha256');
  for (const file of [...makers(), 'build/Release/sepet.node']) hash.update(readFileSync(fromRoot(file)));
  const folder = join(tmpdir(), `${prefix}${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) {
    const now = new Date();
    utimesSync(folder, now, now);
    return folder;
  }
  removeOld();
  const making = mkdtempSync(`${folder}-`);
  make(making);
  try {
    renameSync(making, folder);
  } catch {
    rmSync(making, { recursive: true });
  }
  return folder;
}

function demoShop(size: { name: string; products: number; orders: number; epochs: number }): string {
  const { name, products, orders, epochs } = size;
  return madeFolder(name, (folder) => {
    const counts = ['--products', String(products), '--orders', String(orders)];
    sepet('demo', ...counts, '--seed', '1', '--out', folder);
    sepet('ingest', '--preset', 'demo', join(folder, 'orders.csv'), '--out', folder);
    sepet('train', folder, '--seed', '1', '--epochs', String(epochs));
    sepet('build', folder, '--seed', '1');
  });
}

/** Enough for the graph to be searched: fewer are scanned. */
export const smallShopProducts = 9000;

/** The path of the artifact of a demo shop, trained just enough to answer. */
export function smallArtifact(): string {
  const folder = demoShop({ name: 'small', products: smallShopProducts, orders: 30_000, epochs: 10 });
  return join(folder, 'artifact.sepet');
}

/** A demo shop of 6,000 products, too many to be scanned, with its artifact. */
export const demoFolder = (): string =>
  demoShop({ name: 'demo', products: 6000, orders: 40_000, epochs: 20 });

/** Online Retail with its artifact, trained for a third of the usual time. */
export function retailFolder(): string {
  return madeFolder('retail', (folder) => {
    sepet('ingest', '--preset', 'online-retail', retailOrders, '--out', folder);
    sepet('train', folder, '--seed', '1', '--epochs', '20');
    sepet('build', folder);
  });
}
