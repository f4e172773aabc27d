// docs/stores.md, typed in from beginning to end; its addresses opened, its keys those that a store has.

import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { smallArtifact } from '../shops.ts';
import { type S3Server, startS3 } from '../store/s3.ts';
import { typedIn } from './page.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/stores.md', import.meta.url)), 'utf8');

/** The first cells of the table under a head, where they are code. */
function cellsBelow(head: string): string[] {
  const table = page.slice(page.indexOf(head)).split('\n\n')[0] ?? '';
  const firsts = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].map((match) => match[1] ?? '');
  return firsts.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
}

describe('docs/stores.md', () => {
  let server: S3Server;

  afterAll(() => server.stop());

  const folder = typedIn('docs/stores.md', {
    foretold: 4,
    prepare: async (place) => {
      copyFileSync(smallArtifact(), join(place, 'artifact.sepet'));
      server = await startS3();
      // The address of the page's bucket; a test has another.
      return { 's3://shop/sepet?endpoint=http://127.0.0.1:9000': server.address };
    },
  });

  it('names addresses that are some', () => {
    const addresses = cellsBelow('| address | store |');
    expect(addresses.length).toBeGreaterThan(7);
    for (const address of addresses) expect(openStore(address).url).toMatch(/^(file:\/\/\/|s3:\/\/)/);
  });

  it('names every kind of key that a store has', async () => {
    const patterns = cellsBelow('| key | holds |').map(
      (key) =>
        new RegExp(
          `^${key
            .replaceAll('.', '\\.')
            .replace('<hex>', '[0-9a-f]{64}')
            .replace('<label>', '[^/]+')
            .replace('<8 digits>', '[0-9]{8}')}$`,
        ),
    );
    for (const address of [join(folder, 'store'), server.address])
      for (const { key } of await openStore(address).list(''))
        expect(
          patterns.some((pattern) => pattern.test(key)),
          key,
        ).toBe(true);
  });
});
