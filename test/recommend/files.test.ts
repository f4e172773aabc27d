// An artifact that is not right is refused by name, on every way of going wrong.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeManifest } from '../../src/artifact/manifest.ts';
import { Random } from '../../src/base/random.ts';
import type { Section } from '../../src/base/sections.ts';
import { writeFile } from '../../src/native/index.ts';
import { openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender, openRecommender } from '../../src/recommend/open.ts';
import type { RecommendAnswer } from '../../src/recommend/recommender.ts';
import { verifyArtifact } from '../../src/recommend/verify.ts';
import { composeArtifact } from '../../src/training/build/build.ts';
import { buildIndex, type IndexCall } from '../../src/training/build/index-sections.ts';
import { makeMachine } from './machine.ts';
import { makeInputs, makeLists, type ShopOptions, shopSections, temporaryFolder } from './shop.ts';

const shop: ShopOptions = {
  ...{ seed: 3, products: 60, parts: { cold: true, similarLength: 3 } },
  fold: (inputs) => ({ ...inputs, machine: makeMachine(inputs.products, { seed: 3 }) }),
};
const folder = temporaryFolder();
let sections: Section[] = [];
let whole: Uint8Array;

beforeAll(async () => {
  sections = await shopSections(shop);
  writeFile(folder.path('whole.sepet'), sections);
  whole = readFileSync(folder.path('whole.sepet'));
});
afterAll(folder.remove);

let files = 0;
const write = (bytes: Uint8Array): string => {
  const file = folder.path(`${files++}.sepet`);
  writeFileSync(file, bytes);
  return file;
};

const replaced = (name: string, change: (data: Section['data']) => Section['data']): string => {
  const file = folder.path(`${files++}.sepet`);
  const changed = sections.map((section) =>
    section.name === name ? { name, data: change(section.data) } : section,
  );
  writeFile(file, changed);
  return file;
};

/** The file with another section, of which its manifest holds the sha256. */
function exchanged(name: string, change: (data: Section['data']) => Section['data']): string {
  const others = sections
    .slice(1)
    .map((section) => (section.name === name ? { name, data: change(section.data.slice()) } : section));
  const digests = Object.fromEntries(
    others.map(({ name: of, data }) => [
      of,
      createHash('sha256')
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest('hex'),
    ]),
  );
  const { manifest } = openArtifact(folder.path('whole.sepet'));
  const file = folder.path(`${files++}.sepet`);
  writeFile(file, [encodeManifest({ ...manifest, digests }), ...others]);
  return file;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'none';
}

describe('an artifact', () => {
  it('that is whole opens and verifies', () => {
    const artifact = openArtifact(folder.path('whole.sepet'));
    expect(() => verifyArtifact(artifact)).not.toThrow();
  });

  it('that is cut anywhere is file_truncated', () => {
    for (const length of [whole.length - 1, whole.length >> 1, 4096, 200, 70])
      expect(
        codeOf(() => openRecommender(write(whole.subarray(0, length)))),
        `${length} bytes`,
      ).toBe('file_truncated');
  });

  it('with a changed byte anywhere is refused (seed 8)', () => {
    const random = new Random(8);
    const { sections: table } = openArtifact(folder.path('whole.sepet')).file;
    for (let i = 0; i < 60; i++) {
      const { name, offset, bytes } = table[i % table.length] as (typeof table)[number];
      if (bytes === 0) continue;
      const changed = Uint8Array.from(whole);
      const at = offset + random.below(bytes);
      changed[at] = (changed[at] as number) ^ (1 << random.below(8));
      expect(
        codeOf(() => openRecommender(write(changed), { verify: true })),
        `${name} at ${at}`,
      ).toBe('file_damaged');
    }
  });

  it('that is another file, or none, is named', () => {
    expect(codeOf(() => openRecommender(write(new TextEncoder().encode('id,title\n'.repeat(50)))))).toBe(
      'file_foreign',
    );
    expect(codeOf(() => openRecommender(folder.path('none.sepet')))).toBe('file_not_found');
  });

  it.each([
    ...['col.price', 'id.hash', 'vec.out', 'pop.all', 'cooc.scores', 'graph'],
    ...['fm.in', 'fm.out', 'fm.graph', 'fm.asked.factors', 'similar.rows', 'similar.scores'],
  ])('whose %s has another length is refused, and the file named', (name) => {
    const file = replaced(name, (data) => data.slice(0, -1));
    expect(() => openRecommender(file)).toThrow(
      expect.objectContaining({ code: 'file_damaged', message: expect.stringContaining(file) }),
    );
  });

  it('that holds a NaN among its OUT vectors is vector_not_finite', () => {
    const file = replaced(
      'vec.out',
      (data) => data.map((value, i) => (i === 40 ? Number.NaN : value)) as Float32Array,
    );
    expect(codeOf(() => openRecommender(file, { verify: true }))).toBe('vector_not_finite');
  });

  it('of an earlier version, with a graph and nothing else that is new, opens and answers', () => {
    const manifest = JSON.parse(new TextDecoder().decode(sections[0]?.data as Uint8Array));
    const isNew = (name: string): boolean => /^(codes|int8|upper|cells|fm\..*|similar\..*)$/.test(name);
    for (const name of ['codeBits', 'similarLength', 'cold', 'fm']) delete manifest.parameters.build[name];
    for (const name of ['fm', 'similar']) delete manifest[name];
    for (const name of Object.keys(manifest.digests).filter(isNew)) delete manifest.digests[name];
    const older = sections.slice(1).filter(({ name }) => !isNew(name));
    const file = folder.path(`${files++}.sepet`);
    writeFile(file, [encodeManifest(manifest), ...older]);
    const artifact = openArtifact(file, { verify: true });
    verifyArtifact(artifact);
    expect(artifact.index.stats()).toMatchObject({ codeBits: 0, codesBytes: 0, int8Bytes: 0 });
    expect([artifact.fm, artifact.similar, artifact.blend]).toEqual([undefined, undefined, undefined]);
    const request = { product: 'P1', efSearch: 10 };
    const [answer] = createRecommender(artifact, []).recommend([request]);
    const [now] = openRecommender(folder.path('whole.sepet')).recommend([request]);
    expect((answer as RecommendAnswer).items).toEqual((now as RecommendAnswer).items);
  });

  it('whose graph covers other rows than those with vectors is refused', async () => {
    const other = await shopSections({ ...shop, products: 50 });
    const parts = other.filter(({ name }) => ['graph', 'codes', 'int8'].includes(name));
    const file = folder.path(`${files++}.sepet`);
    writeFile(
      file,
      sections.map((section) => parts.find(({ name }) => name === section.name) ?? section),
    );
    for (const verify of [false, true])
      expect(() => openArtifact(file, { verify })).toThrow(
        expect.objectContaining({
          code: 'file_damaged',
          message: expect.stringMatching(/covers \d+ of \d+/),
        }),
      );
  });

  it('without a section is section_missing', () => {
    const file = folder.path(`${files++}.sepet`);
    writeFile(
      file,
      sections.filter(({ name }) => name !== 'vec.in'),
    );
    expect(codeOf(() => openRecommender(file))).toBe('section_missing');
  });

  it.each(['pop.all', 'cooc.rows', 'col.category', 'col.brand', 'fm.bias', 'similar.rows'])(
    'whose %s was exchanged for another is found by verification',
    (name) => {
      const file = replaced(name, (data) => data.map(() => 3) as Section['data']);
      expect(() => verifyArtifact(openArtifact(file))).toThrow(`The section ${name} is not the one`);
    },
  );

  it.each([
    ['similar.rows', 'The similar lists holds 4000000000', (data) => data.fill(4_000_000_000, 2, 3)],
    ['similar.offsets', 'The offsets of the similar lists goes back', (data) => data.fill(9, 1, 2)],
    ['fm.asked.linear', 'fm.asked.linear holds what is no number', (data) => data.fill(Number.NaN, 1, 2)],
    ['fm.in', 'row 1 holds NaN, infinity', (data) => data.fill(Number.POSITIVE_INFINITY, 7, 8)],
  ] as [string, string, (data: Section['data']) => Section['data']][])(
    'whose %s is what the manifest says, but wrong, is found by verification',
    (name, said, spoil) => {
      expect(() => verifyArtifact(openArtifact(exchanged(name, spoil)))).toThrow(said);
    },
  );

  it.each([-1, 0.5, 1e9, 4_294_967_295])(
    'whose machine has columns at feature %d answers or says so, and is found by verification',
    (first) => {
      const file = exchanged('fm.features', (data) => {
        const found = JSON.parse(new TextDecoder().decode(data as Uint8Array));
        found.fitted.user[0].first = first;
        return new TextEncoder().encode(JSON.stringify(found));
      });
      const artifact = openArtifact(file);
      const [outcome] = createRecommender(artifact, []).recommend([
        { product: 'P1', user: { country: 'north' } },
      ]);
      if (outcome !== undefined && 'error' in outcome) expect(outcome.error.code).toBe('argument_invalid');
      expect(() => verifyArtifact(artifact)).toThrow('features that the machine does not have');
    },
  );
});

describe('building', () => {
  const parameters = {
    M: 8,
    efConstruction: 64,
    codeBits: 'auto' as const,
    threads: 1,
    seed: 1,
    popularityScale: 0.5,
    listLength: 3,
    builtBy: 't',
  };
  const hooks = { buildIndex: async (call: IndexCall) => buildIndex(call) };

  it('refuses a vector that is not finite, naming the product', async () => {
    const inputs = makeInputs(shop);
    inputs.in[5 * inputs.dims + 2] = Number.NaN;
    await expect(composeArtifact(inputs, makeLists(60), parameters, hooks)).rejects.toMatchObject({
      code: 'vector_not_finite',
      message: expect.stringContaining('product "P5"'),
    });
  });

  it('refuses ids that are there twice, and a model without vectors', async () => {
    const twice = makeInputs(shop);
    const products = { ...twice.products, ids: twice.products.ids.map((id) => (id === 'P9' ? 'P8' : id)) };
    await expect(
      composeArtifact({ ...twice, products }, makeLists(60), parameters, hooks),
    ).rejects.toMatchObject({
      code: 'argument_invalid',
      message: expect.stringContaining('"P8" is there twice'),
    });
    const blank = makeInputs(shop);
    blank.in.fill(0);
    await expect(composeArtifact(blank, makeLists(60), parameters, hooks)).rejects.toMatchObject({
      code: 'data_empty',
    });
  });

  it('gives the same sections for the same input', async () => {
    const again = await shopSections(shop);
    expect(again.slice(1)).toEqual(sections.slice(1));
  });
});
