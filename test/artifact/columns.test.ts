import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeManifest } from '../../src/artifact/manifest.ts';
import { unknown32 } from '../../src/base/products.ts';
import type { Section } from '../../src/base/sections.ts';
import { writeFile } from '../../src/native/index.ts';
import { openArtifact } from '../../src/recommend/artifact.ts';
import { verifyArtifact } from '../../src/recommend/verify.ts';
import { makeInputs, shopSections, temporaryFolder } from '../recommend/shop.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

it('groups and numeric fields stay with their products through the reordering of the build', async () => {
  const options = { seed: 7, products: 120, untrained: 0.3 };
  const file = folder.path('shop.sepet');
  writeFile(file, await shopSections(options));
  const artifact = openArtifact(file);
  verifyArtifact(artifact);
  const { catalog } = artifact;
  const { products } = makeInputs(options);
  const margin = catalog.columns.numeric.get('margin');
  expect([...catalog.columns.numeric.keys()]).toEqual(['margin']);
  let moved = 0;
  products.ids.forEach((id, old) => {
    const row = catalog.ids.row(id);
    if (row !== old) moved++;
    const group = catalog.columns.group[row];
    expect(group === unknown32 ? null : catalog.groups.at(group as number)).toBe(products.groups[old]);
    expect(margin?.[row]).toBe(products.numeric.get('margin')?.[old]);
  });
  expect(moved).toBeGreaterThan(10);
});

it('a group that no name stands for is found by the thorough check', async () => {
  const [head, ...sections] = (await shopSections({ seed: 7, products: 20 })) as [Section, ...Section[]];
  const group = sections.find(({ name }) => name === 'col.group')?.data as Uint32Array;
  group[3] = 9999;
  const manifest = JSON.parse(new TextDecoder().decode(head.data as Uint8Array));
  const bytes = new Uint8Array(group.buffer, group.byteOffset, group.byteLength);
  manifest.digests['col.group'] = createHash('sha256').update(bytes).digest('hex');
  const file = folder.path('bad.sepet');
  writeFile(file, [encodeManifest(manifest), ...sections]);
  expect(() => verifyArtifact(openArtifact(file))).toThrow('col.group holds 9999 at 3');
});
