import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genders, unknown8, unknown32, unknownDay } from '../../src/base/products.ts';
import { Random } from '../../src/base/random.ts';
import { sourceOf } from '../../src/base/sections.ts';
import { encodeCatalog, openCatalog } from '../../src/catalog/catalog.ts';
import { compilePolicy, firstDrop } from '../../src/policy/compile.ts';
import { checkPolicy, parsePolicy } from '../../src/policy/parse.ts';
import { rule, type World } from './arbitraries.ts';
import { dropsPlainly, type PlainProduct } from './reference.ts';

const world: World = {
  categories: ['Home', 'Home/Lamps', 'Home/Lamps/LED', 'Home/Rugs', 'Tech', 'Tech/Audio', 'Toys'],
  brands: ['Acme', 'Bolt', 'Çınar'],
  ids: Array.from({ length: 40 }, (_, i) => `P${i}`),
};

function makeProducts(seed: number) {
  const random = new Random(seed);
  const some = <T>(values: readonly T[]): T | null =>
    random.chance(0.2) ? null : (values[random.below(values.length)] as T);
  return world.ids.map((id) => ({
    id,
    category: some(world.categories),
    brand: some(world.brands),
    gender: some(genders),
    price: random.chance(0.2) ? null : random.below(5) * random.below(1000),
    inStock: some([true, false]),
  }));
}

function makeCatalog(products: ReturnType<typeof makeProducts>) {
  const sections = encodeCatalog({
    ids: products.map(({ id }) => id),
    titles: products.map(() => null),
    images: products.map(() => null),
    categories: products.map(({ category }) => category),
    brands: products.map(({ brand }) => brand),
    genders: products.map(({ gender }) => gender),
    prices: Uint32Array.from(products, ({ price }) => price ?? unknown32),
    stock: Uint8Array.from(products, ({ inStock }) => (inStock === null ? unknown8 : Number(inStock))),
    released: new Int32Array(products.length).fill(unknownDay),
    orders: new Uint32Array(products.length),
  });
  return openCatalog(sourceOf(sections), products.length);
}

const seed = 11;
const products = makeProducts(seed);
const catalog = makeCatalog(products);
const plain: PlainProduct[] = products.map((product, row) => {
  const band = catalog.columns.band[row] as number;
  return { ...product, band: band === unknown8 ? null : band };
});
const nobody: PlainProduct = {
  ...{ id: '', category: null, brand: null, gender: null, price: null, band: null, inStock: null },
};

describe('compiled rules', () => {
  it(`drop what the plain reading drops, and name the first rule that does (seed ${seed})`, () => {
    const rules = fc.tuple(rule(world, 'a'), rule(world, 'b'), rule(world, 'c'));
    fc.assert(
      fc.property(rules, fc.integer({ min: -1, max: products.length - 1 }), (filters, query) => {
        const policy = compilePolicy(checkPolicy({ name: 'p', filters }), catalog);
        const active = policy.bind(query, []);
        const asked = plain[query] ?? nobody;
        plain.forEach((candidate, row) => {
          const expected = filters.find((one) => dropsPlainly(one, candidate, asked))?.name;
          expect(active[firstDrop(active, row)]?.name).toBe(expected);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('of a request come after those of the policy, and blocks before all', () => {
    const policy = compilePolicy(
      checkPolicy({
        name: 'p',
        blocks: ['P3', 'gone'],
        filters: [{ name: 'no-toys', drop: { category: 'Toys' } }],
      }),
      catalog,
    );
    const extra = policy.narrow([{ name: 'request.exclude', drop: { ids: ['P4'] }, unknown: 'keep' }]);
    expect(policy.bind(0, extra).map(({ name }) => name)).toEqual(['blocks', 'no-toys', 'request.exclude']);
    const active = policy.bind(0, extra);
    expect(active[firstDrop(active, 3)]?.name).toBe('blocks');
  });

  it('show the values that they compared', () => {
    const lamps = products.findIndex(({ category }) => category === 'Home/Lamps');
    const rugs = products.findIndex(({ category }) => category === 'Home/Rugs');
    const policy = compilePolicy(
      checkPolicy({ name: 'p', filters: [{ name: 'leaf', keep: { category: 'same-leaf' } }] }),
      catalog,
    );
    const [leaf] = policy.bind(lamps, []);
    expect(leaf?.compared(rugs)).toEqual({ candidate: 'Home/Rugs', against: 'Home/Lamps' });
  });
});

describe('names that the catalogue lacks', () => {
  const compile = (text: string) => () => compilePolicy(parsePolicy(text, 'p.yaml'), catalog);

  it.each([
    [
      'name: p\nfilters:\n  - name: a\n    drop: { category: Home/Lamp }',
      'p.yaml, line 4: filters.0.drop.category names the category "Home/Lamp", which the artifact lacks. Did you mean "Home/Lamps"?',
    ],
    ['name: p\nfilters:\n  - name: a\n    drop: { category: same-laef }', 'Did you mean "same-leaf"?'],
    [
      'name: p\nfilters:\n  - name: a\n    keep: { brand: [Acme, Blot] }',
      'line 4: filters.0.keep.brand.1 names the brand "Blot", which the artifact lacks. Did you mean "Bolt"?',
    ],
    [
      'name: p\nfilters:\n  - name: a\n    when: { category: Teck/** }\n    keep: { inStock: true }',
      'line 4: filters.0.when.category names the category "Teck/**"',
    ],
  ])('are policy_invalid with the line and the nearest: %j', (text, said) => {
    expect(compile(text)).toThrow(
      expect.objectContaining({ code: 'policy_invalid', message: expect.stringContaining(said) }),
    );
  });

  it('are option_invalid in a request', () => {
    const policy = compilePolicy(checkPolicy({ name: 'p' }), catalog);
    const narrow = () =>
      policy.narrow([{ name: 'request.brand', keep: { brand: ['Acne'] }, unknown: 'drop' }]);
    expect(narrow).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: 'The request names the brand "Acne", which the artifact lacks. Did you mean "Acme"?',
      }),
    );
  });
});
