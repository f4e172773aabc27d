import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import { conditionsSchema, policyLabel, policySchema } from '../../src/policy/document.ts';
import { checkPolicy, parsePolicy, readPolicy } from '../../src/policy/parse.ts';

const whole = `
name: pdp
revision: 7
limit: 12
candidates: { count: 100, max: 800, source: [cooccurrence, embedding] }
gamma: 0.75
efSearch: 120
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
    for (const key of [...Object.keys(conditionsSchema.shape), ...Object.keys(policySchema.shape)])
      expect(text).toContain(`${key}:`);
  });
});
