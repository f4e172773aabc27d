// `sepet policy` as people use it, in this process.

import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SepetError } from '../../src/base/errors.ts';
import { register } from '../../src/cli/policy.ts';
import { temporaryFolder, writeShop } from '../recommend/shop.ts';

const folder = temporaryFolder();
const artifact = folder.path('shop.sepet');
const file = (name: string, text: string): string => {
  writeFileSync(folder.path(name), text);
  return folder.path(name);
};

/** Runs `sepet policy …`; the message of the error that it ends with, if any. */
async function sepetPolicy(...args: string[]): Promise<{ stdout: string; error?: string }> {
  let stdout = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    stdout += String(chunk);
    return true;
  });
  const program = new Command().exitOverride();
  register(program);
  try {
    await program.parseAsync(['policy', ...args], { from: 'user' });
    return { stdout };
  } catch (error) {
    if (!(error instanceof SepetError)) throw error;
    return { stdout, error: error.message };
  } finally {
    write.mockRestore();
  }
}

beforeAll(() => writeShop(artifact, { seed: 5, products: 200 }));
afterAll(folder.remove);

describe('sepet policy check', () => {
  it('names every mistake with its line, those against an artifact too', async () => {
    const right = file('right.yaml', 'name: right\nfilters:\n  - { name: s, keep: { brand: Acme } }');
    const wrong = file(
      'wrong.yaml',
      'name: wrong\nsort: prise\nfilters:\n  - { name: s, kep: { inStock: true } }',
    );
    const stranger = file(
      'stranger.yaml',
      'name: stranger\nfilters:\n  - { name: s, keep: { brand: Acne } }\n  - { name: t, drop: { category: Home/Lamp/** } }',
    );
    expect(await sepetPolicy('check', right, '--artifact', artifact)).toEqual({
      stdout: `${right}: right. right@1, 1 filter, 0 rank rules, all its names are in ${artifact}\n`,
    });
    const { stdout, error } = await sepetPolicy('check', right, wrong, stranger, '--artifact', artifact);
    expect(error).toBe('4 mistakes in 2 of 3 policies.');
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain('wrong.yaml, line 2: sort must be one of');
    expect(lines[2]).toContain('wrong.yaml, line 4: filters.0.kep is no key here. Did you mean "keep"?');
    expect(lines[3]).toContain('line 3: filters.0.keep.brand names the brand "Acne"');
    expect(lines[4]).toMatch(/line 4: .*"Home\/Lamp\/\*\*".*Did you mean "Home\/Lamps"\?/);
    expect(await sepetPolicy('check', stranger)).not.toHaveProperty('error');
  });

  it('prints one JSON object, with a hash for each policy', async () => {
    const one = file('one.yaml', 'name: one');
    const twin = file('twin.yaml', 'name: one\nplacement: cart');
    const { stdout, error } = await sepetPolicy('check', one, twin, '--json');
    expect(error).toContain('1 mistake in 1 of 2');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      policies: [
        { file: one, ok: true, policy: 'one@1', hash: expect.stringMatching(/^sha256:/), mistakes: [] },
        { file: twin, ok: false, mistakes: [{ said: expect.stringContaining('The name "one" is') }] },
      ],
    });
  });
});

describe('sepet policy show', () => {
  const pdp = `name: pdp
placement: product-page
limit: 4
candidates: { source: [cooccurrence, embedding], blend: { embedding: 1 } }
gamma: 1
timeZone: Europe/Istanbul
filters:
  - { name: gender, when: { category: "Tech/**" }, keep: { gender: same-or-unisex, inStock: true }, unknown: drop }
  - { name: price, drop: { priceRatio: { min: 1.5 } }, mandatory: true }
  - { name: rivals, drop: { pair: [ { brand: [Acme, Delta] }, { brand: Bolt } ] } }
  - { name: cheap, keep: { price: { max: 100000000 } } }
rank:
  - { name: summer, between: [2026-05-01, 2026-08-31], match: { category: Home }, boost: 1.2 }
  - { name: own, when: { brand: Acme }, boost: 2 }
  - { name: dear, field: price, weight: 0.1 }
  - { name: fresh, share: 0.1, newerThanDays: 30 }
  - { name: lot, share: 0.05, seed: request }
diversity: { noAdjacentSame: category, max: { brand: 2 }, mmr: 0.3 }
pins: [P1, { id: P2, position: 3 }]
blocks: [P3]
sort: price`;

  it('says every part in words', async () => {
    const { stdout } = await sepetPolicy('show', file('pdp.yaml', pdp), '--artifact', artifact);
    const words = stdout.replace(/ +/g, ' ');
    for (const said of [
      'pdp@1 sha256:',
      'placement product-page',
      'items 4, unless',
      'candidates cooccurrence, then embedding: 200 at first, up to 3200',
      'blend embedding 100 %',
      'popularity weighs 1',
      'time zone Europe/Istanbul',
      'blocks never P3 mandatory passes 199 of 200',
      'gender where the query product is in Tech, keeps only what is in stock and of the same gender or unisex; what is not known is dropped',
      "price drops what is priced at least 1.5 times the query product's price mandatory",
      'rivals drops what is of brand Acme or Delta with a query product of brand Bolt, or the reverse',
      'passes 200 of 200',
      'summer from 2026-05-01 to 2026-08-31, multiplies the odds of products that are in Home by 1.2',
      'own where the query product is of brand Acme, multiplies the odds of products that are of brand Acme too by 2',
      'dear adds 0.1 for each standard deviation of price above its mean',
      'fresh keeps 10 % of the slots for products released less than 30 days ago',
      'lot gives 5 % of the slots by lot, anew each day',
      'no two neighbours of one category; at most 2 of one brand; likeness to what already stands weighs 30 %',
      'pins P1, P2 at position 3',
      'sort cheapest first',
    ])
      expect(words).toContain(said);
  });

  it('refuses what the artifact lacks', async () => {
    const text = 'name: p\nfilters:\n  - { name: s, when: { category: Cable }, keep: { inStock: true } }';
    const { error } = await sepetPolicy('show', file('lacks.yaml', text), '--artifact', artifact);
    expect(error).toContain('line 3: filters.0.when.category names the category "Cable"');
    expect(error).toContain('Did you mean "Tech/Audio/Cables"?');
  });

  it('prints the document with its defaults as JSON', async () => {
    const { stdout } = await sepetPolicy('show', file('short.yaml', 'name: short'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      policy: 'short@1',
      hash: expect.stringMatching(/^sha256:/),
      document: { name: 'short', limit: 10, timeZone: 'UTC', filters: [], rank: [] },
    });
  });
});
