import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import { conditionsSchema, policyLabel, policySchema } from '../../src/policy/document.ts';
import { diversitySchema, rankSchema } from '../../src/policy/document-rank.ts';
import { ruleSchema } from '../../src/policy/document-rules.ts';
import { checkPolicy, inspectPolicy, parsePolicy, readPolicy } from '../../src/policy/parse.ts';

const whole = `
name: pdp
revision: 7
limit: 12
candidates: { count: 100, max: 800, source: [cooccurrence, embedding] }
gamma: 0.75
efSearch: 120
placement: [product-page, cart]
timeZone: Europe/Istanbul
filters:
  - { name: stock, keep: { inStock: true } }
  - { name: gender, when: { category: "Clothing/**" }, keep: { gender: same-or-unisex }, unknown: drop }
  - { name: price, keep: { priceRatio: { max: 1.5 }, price: { min: 100 }, priceBand: { within: 1 } } }
  - { name: rivals, drop: { brand: [Acme, Bolt], category: same-leaf } }
blocks: [P1, "2"]
fallback: [popular]
sort: price
`;

/** The message that a mistake gets; fails where there is none. */
function complaint(text: string): string {
  try {
    parsePolicy(text, 'p.yaml');
  } catch (error) {
    expect(error).toMatchObject({ code: 'policy_invalid' });
    return (error as Error).message;
  }
  throw new Error(`no complaint about ${text}`);
}

describe('a policy document', () => {
  it('is read with what it leaves out filled in', () => {
    const policy = parsePolicy(whole, 'pdp.yaml');
    expect(policyLabel(policy)).toBe('pdp@7');
    expect(policy.filters.map(({ name, unknown }) => [name, unknown])).toEqual([
      ['stock', 'keep'],
      ['gender', 'drop'],
      ['price', 'keep'],
      ['rivals', 'keep'],
    ]);
    expect(policy.blocks).toEqual(['P1', '2']);
    expect(parsePolicy('name: short', 'p.yaml')).toMatchObject({
      revision: 1,
      limit: 10,
      candidates: { count: 200, max: 3200, source: ['embedding', 'cooccurrence'] },
      filters: [],
      fallback: ['category-popular', 'gender-popular', 'popular'],
      sort: 'score',
    });
  });

  it('may be JSON, and may be sent to another thread', () => {
    expect(parsePolicy('{"name": "j", "limit": 3}', 'p.json').limit).toBe(3);
    const policy = parsePolicy(whole, 'pdp.yaml');
    expect(structuredClone(policy)).toEqual(policy);
  });

  it.each([
    ['name: x\nfiltrs: []', 'p.yaml, line 2: filtrs is no key here. Did you mean "filters"?'],
    [
      'name: x\nfilters:\n  - name: a\n    kep: { inStock: true }',
      'line 4: filters.0.kep is no key here. Did you mean "keep"?',
    ],
    [
      'name: x\nfilters:\n  - name: a\n    keep:\n      inStok: true',
      'line 5: filters.0.keep.inStok is no key here. Did you mean "inStock"?',
    ],
    ['name: x\ncandidates: { cuont: 3 }', 'candidates.cuont is no key here. Did you mean "count"?'],
    [
      'name: x\nfilters:\n  - { name: a, drop: { pair: [ { brand: A }, { brnd: B } ] } }',
      'line 3: filters.0.drop.pair.1.brnd is no key here. Did you mean "brand"?',
    ],
    ['name: x\nfilters:\n  - { name: a, drop: { pair: [ { brand: A } ] } }', 'filters.0.drop.pair'],
    [
      'name: x\nfilters:\n  - { name: a, when: {}, keep: { inStock: true } }',
      'needs a category, a brand or a gender',
    ],
    ['name: x\nfilters:\n  - { name: a, keep: { field: { name: margin } } }', 'needs min or max'],
    ['name: x\nfilters:\n  - { name: a, keep: { newerThanDays: 0 } }', 'filters.0.keep.newerThanDays'],
    [
      'name: x\nfilters:\n  - { name: a, drop: { group: other } }',
      'filters.0.drop.group must be one of same',
    ],
    ['name: x\nrank:\n  - { name: a, bost: 2 }', 'line 3: rank.0.bost is no key here. Did you mean "boost"?'],
    ['name: x\nrank:\n  - { name: a }', 'rank.0 needs exactly one of boost, field and share'],
    ['name: x\nrank:\n  - { name: a, boost: 2, share: 0.1 }', 'needs exactly one of'],
    ['name: x\nrank:\n  - { name: a, boost: 2 }', 'needs match (which candidates are boosted) or when'],
    ['name: x\nrank:\n  - { name: a, boost: 0, match: { inStock: true } }', 'rank.0.boost'],
    ['name: x\nrank:\n  - { name: a, field: margin }', 'needs field and weight together'],
    ['name: x\nrank:\n  - { name: a, share: 0.1 }', 'needs newerThanDays or match'],
    ['name: x\nrank:\n  - { name: a, share: 0.1, newerThanDays: 3, seed: 1 }', 'not both'],
    ['name: x\nrank:\n  - { name: a, field: margin, weight: 1, seed: 1 }', 'without a share'],
    [
      'name: x\nrank:\n  - { name: a, share: 0.1, seed: 1 }\n  - { name: b, share: 0.1, seed: 2 }',
      'must not explore twice',
    ],
    [
      'name: x\nrank:\n  - { name: a, share: 0.6, newerThanDays: 1 }\n  - { name: b, share: 0.6, seed: 2 }',
      'shares above 1',
    ],
    [
      'name: x\nrank:\n  - { name: a, boost: 2, match: { inStock: true }, between: [2026-05-01, 2026-13-01] }',
      'rank.0.between.1 must be a date such as 2026-05-01',
    ],
    [
      'name: x\nrank:\n  - { name: a, boost: 2, match: { inStock: true }, between: [2026-05-02, 2026-05-01] }',
      'ends before it begins',
    ],
    ['name: x\ntimeZone: Europe/Istambul', 'is no time zone. Did you mean "Europe/Istanbul"?'],
    ['name: x\nplacement: [a, a]', 'must not repeat a placement'],
    ['name: x\npins: [{ id: A, position: 1 }, { id: B, position: 1 }]', 'must not use a position twice'],
    ['name: x\npins: [A, { id: A, position: 1 }]', 'must not pin a product twice'],
    ['name: x\npins: [7]', 'must be a product id, or { id, position }'],
    ['name: x\npins: [A]\nblocks: [B, A]', 'line 2: pins must not both be pinned and blocked'],
    ['name: x\ndiversity: { mmr: 2 }', 'diversity.mmr'],
    ['name: x\ndiversity: { max: { colour: 2 } }', 'diversity.max.colour is no key here.'],
    ['name: x\ncandidates: { blend: { embedding: 0.5 } }', 'must have weights that sum to 1'],
    ['name: x\ncandidates: { blend: { fm: 1 } }', 'has a blend of a source that it does not ask'],
    [
      'name: x\ncandidates:\n  blend: fited',
      'line 3: candidates.blend must be one of fitted, if-fitted, not "fited". Did you mean "fitted"?',
    ],
    [
      'name: x\ncandidates: { blend: { embeding: 1 } }',
      'candidates.blend.embeding is no key here. Did you mean "embedding"? Known: embedding, cooccurrence, fm, similar.',
    ],
    ['name: x\ncandidates: { blend: { embedding: 2 } }', 'candidates.blend.embedding Too big'],
    ['name: x\ncandidates: { blend: 7 }', 'candidates.blend Invalid input'],
    [
      'name: x\nsort: prise',
      'line 2: sort must be one of score, price, popularity, newest, not "prise". Did you mean "price"?',
    ],
    [
      'name: x\nfallback:\n  - popular\n  - category-poplar',
      'line 4: fallback.1 must be one of category-popular',
    ],
    ['name: x\nfilters:\n  - { name: g, keep: { gender: sam } }', 'filters.0.keep.gender must be one of'],
    ['name: x\nfilters:\n  - { name: g }', 'line 3: filters.0 needs either keep or drop.'],
    [
      'name: x\nfilters:\n  - { name: g, keep: { inStock: true }, drop: { inStock: true } }',
      'needs either keep or drop',
    ],
    ['name: x\nfilters:\n  - { name: g, keep: {} }', 'needs at least one condition'],
    [
      'name: x\nfilters:\n  - { name: g, keep: { brand: 7 } }',
      'must be a name or a list of names (quote what looks like a number)',
    ],
    [
      'name: x\nfilters:\n  - { name: g, keep: { priceRatio: { min: 2, max: 1 } } }',
      'has a min above its max',
    ],
    [
      'name: x\nfilters:\n  - { name: g, keep: { inStock: true } }\n  - { name: g, keep: { inStock: true } }',
      'must not use a name twice',
    ],
    ['name: x\nfilters:\n  - { name: blocks, keep: { inStock: true } }', 'must not be "blocks"'],
    ['name: x\nlimit: 1000', 'line 2: limit'],
    ['name: x\ncandidates: { count: 500, max: 100 }', 'has a count above its max'],
    ['limit: 3', 'name'],
    ['', 'policy'],
    ['name: [', 'p.yaml is not YAML'],
    ['name: x\nname: y', 'p.yaml is not YAML: Map keys must be unique'],
  ])('with a mistake says which and where: %j', (text, said) => {
    expect(complaint(text)).toContain(said);
  });

  it('with several mistakes is told all of them, each with its line', () => {
    const read = inspectPolicy(
      'name: x\nfiltrs: []\nsort: prise\nfilters:\n  - { name: g, keep: { inStok: true, brnad: A } }',
      'p.yaml',
    );
    expect('mistakes' in read && read.mistakes.map(({ line, place }) => [line, place])).toEqual([
      [2, 'filtrs'],
      [3, 'sort'],
      [5, 'filters.0.keep.inStok'],
      [5, 'filters.0.keep.brnad'],
    ]);
    expect(complaint('name: x\nsort: prise\nlimt: 3')).toContain('(1 more: sepet policy check lists them)');
  });

  it('says its placements as a list', () => {
    expect(parsePolicy('name: x\nplacement: cart', 'p.yaml').placement).toEqual(['cart']);
    expect(parsePolicy(whole, 'p.yaml').placement).toEqual(['product-page', 'cart']);
  });

  it('that is too long or not there is refused', () => {
    expect(complaint(`name: ${'x'.repeat(300_000)}`)).toContain('longer than 262144 bytes');
    expect(() => readPolicy('/no/such.yaml')).toThrow(expect.objectContaining({ code: 'input_missing' }));
  });

  it('that is built in passes its own check', () => {
    expect(checkPolicy(defaultPolicy)).toEqual(defaultPolicy);
    expect(policyLabel(defaultPolicy)).toBe('default@1');
  });
});

describe('docs/policy.md', () => {
  const text = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
  const examples = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, yaml]) => yaml as string);

  it('shows policies that are right, and the built-in one as it is', () => {
    const parsed = examples.map((example) => parsePolicy(example, 'policy.md'));
    expect(parsed).toHaveLength(2);
    expect(parsed[1]).toMatchObject(defaultPolicy);
  });

  it('says the defaults', () => {
    const { limit, candidates, efSearch, fallback, sort } = parsePolicy('name: x', 'x');
    const shown = parsePolicy(examples[0] as string, 'policy.md');
    expect(shown).toMatchObject({ limit, candidates, efSearch, fallback, sort });
  });

  it('names every condition and every key', () => {
    const schemas = [conditionsSchema, policySchema, rankSchema, ruleSchema, diversitySchema];
    for (const key of schemas.flatMap(({ shape }) => Object.keys(shape))) expect(text).toContain(`${key}:`);
  });
});

describe('docs/policy.schema.json', () => {
  it('says what each key is', () => {
    const schemas = [conditionsSchema, policySchema, rankSchema, ruleSchema, diversitySchema];
    const silent = schemas.flatMap(({ shape }) =>
      Object.entries(shape).filter(([, part]) => (part as z.ZodType).description === undefined),
    );
    expect(silent.map(([key]) => key)).toEqual([]);
  });

  it('is the schema', async () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'A policy of Sepet',
      ...z.toJSONSchema(policySchema, { io: 'input' }),
    };
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../docs/policy.schema.json');
  });
});
