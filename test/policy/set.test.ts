import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import { policyHash } from '../../src/policy/hash.ts';
import { checkPolicy, parsePolicy } from '../../src/policy/parse.ts';
import { policySet } from '../../src/policy/set.ts';

const make = (name: string, placement: string[] = []) => checkPolicy({ name, placement });

describe('a set of policies', () => {
  it('finds them by name and placement, and has a default', () => {
    const [pdp, cart, own] = [make('pdp', ['product']), make('cart', ['cart', 'mini-cart']), make('default')];
    const two = policySet([pdp, cart]);
    expect(two.default).toBe(pdp);
    expect(two.byName('cart')).toBe(cart);
    expect(two.byName('none')).toBeUndefined();
    expect(two.forPlacement('mini-cart')).toBe(cart);
    expect(two.forPlacement('footer')).toBe(pdp);
    expect(policySet([pdp, own]).default).toBe(own);
    expect(policySet([]).documents).toEqual([defaultPolicy]);
  });

  it('refuses two of one name or placement', () => {
    const wrong = (said: string) =>
      expect.objectContaining({ code: 'policy_invalid', message: expect.stringContaining(said) });
    expect(() => policySet([make('a'), make('a')])).toThrow(wrong('name "a"'));
    expect(() => policySet([make('a', ['cart']), make('b', ['cart'])])).toThrow(wrong('placement "cart"'));
  });
});

describe('the hash of a policy', () => {
  it('is of what it says, not of how it is written', () => {
    const yaml = parsePolicy(
      'name: a\nsort: price\nfilters:\n  - { name: s, keep: { inStock: true } }',
      'a.yaml',
    );
    const json = parsePolicy(
      '{"filters":[{"keep":{"inStock":true},"name":"s","unknown":"keep"}],"limit":10,"name":"a","sort":"price"}',
      'b.json',
    );
    expect(policyHash(yaml)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(policyHash(json)).toBe(policyHash(yaml));
    expect(policyHash({ ...yaml, sort: 'score' })).not.toBe(policyHash(yaml));
    expect(policyHash({ ...yaml, revision: 2 })).not.toBe(policyHash(yaml));
  });
});
