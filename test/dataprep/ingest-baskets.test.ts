import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ingest } from '../../src/dataprep/ingest.ts';
import { type Folder, makeFolder, type SeenBasket, seenBaskets, seenProducts } from './ingest-folder.ts';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

const catalogue = `id,category,gender
keyboard,Electronics/Computers/Keyboards,
mouse,Electronics/Computers/Mice,unisex
tv,Electronics/Television,
shoes,Fashion/Shoes,female
socks,Fashion/Socks,unisex
tie,Fashion/Ties,male
`;

async function baskets(orders: string, context: string, more: object = {}): Promise<SeenBasket[]> {
  const products = folder.file('products.csv', catalogue);
  const file = folder.file('orders.csv', `order_id,product_id,time,channel\n${orders}`);
  await ingest({ files: [file], products, out: folder.out, testShare: 0, mapping: { context }, ...more });
  return seenBaskets(folder.out);
}

const order = (id: string, products: string, time = '2024-05-01', channel = 'web'): string =>
  products
    .split(' ')
    .map((product) => `${id},${product},${time},${channel}\n`)
    .join('');

const named = (seen: SeenBasket[]) => seen.map(({ context, items }) => `${context}: ${items.join(' ')}`);

describe('context', () => {
  it('makes two baskets of keyboard and mouse, shoes and socks', async () => {
    const one = order('1', 'keyboard shoes mouse socks');
    expect(named(await baskets(one, ''))).toEqual([': keyboard mouse shoes socks']);
    expect(named(await baskets(one, 'category:1'))).toEqual([
      'Electronics: keyboard mouse',
      'Fashion: shoes socks',
    ]);
    expect(named(await baskets(one, 'category:1,gender'))).toEqual([
      'Electronics|: keyboard mouse',
      'Fashion|female: shoes socks',
    ]);
    expect(named(await baskets(order('1', 'keyboard mouse tv'), 'category:2'))).toEqual([
      'Electronics/Computers: keyboard mouse',
    ]);
  });

  it('puts what is for everyone to the one gender of its basket, and by itself where there are two', async () => {
    const two =
      order('1', 'shoes tie socks mouse keyboard') +
      order('2', 'shoes socks') +
      order('3', 'tie socks mouse');
    expect(named(await baskets(two, 'gender'))).toEqual([
      ': keyboard mouse socks',
      'female: shoes socks',
      'male: mouse socks tie',
    ]);
  });

  it('separates by columns of the orders', async () => {
    const orders =
      order('1', 'keyboard mouse', '2024-05-01', 'app') +
      order('1', 'mouse tv') +
      order('1', 'tie', '2024-05-01', '');
    expect(named(await baskets(orders, 'channel,category:1'))).toEqual([
      'app|Electronics: keyboard mouse',
      'web|Electronics: mouse tv',
    ]);
  });

  it('accounts for products that the context leaves alone', async () => {
    await baskets(order('1', 'keyboard mouse socks'), 'category:1');
    const { manifest } = await ingest({
      files: [`${folder.dir}/orders.csv`],
      products: `${folder.dir}/products.csv`,
      out: folder.out,
      mapping: { context: 'category:1' },
    });
    expect(manifest.counts).toMatchObject({ lines: 3, kept: 2, orders: 1, baskets: 1 });
    expect(manifest.counts.dropped.alone).toBe(1);
    expect(manifest.parameters.contextColumns).toEqual(['category:1']);
  });
});

describe('the time split', () => {
  const days = Array.from({ length: 20 }, (_, i) =>
    order(`o${i}`, 'keyboard mouse', `2024-05-${String(i + 1).padStart(2, '0')} 12:00:00`),
  ).join('');
  const sides = (seen: SeenBasket[]) => [
    seen.filter(({ split }) => split === 'train').map(({ time }) => time),
    seen.filter(({ split }) => split === 'test').map(({ time }) => time),
  ];

  it('keeps the last share or the last days for testing, and nothing earlier', async () => {
    const [train = [], test = []] = sides(await baskets(days, '', { testShare: 0.25 }));
    expect([train.length, test.length]).toEqual([15, 5]);
    expect((train.at(-1) ?? '') < (test[0] ?? '')).toBe(true);
    const [, last = []] = sides(await baskets(days, '', { testShare: undefined, testDays: 3 }));
    expect(last.map((time) => time.slice(8, 10))).toEqual(['18', '19', '20']);
  });

  it('never parts equal times nor the baskets of one order, and never tests everything', async () => {
    const orders =
      order('0', 'keyboard mouse', '2024-05-01') +
      order('1', 'keyboard mouse', '2024-05-02') +
      order('2', 'keyboard mouse', '2024-05-02') +
      order('3', 'keyboard shoes mouse socks', '2024-05-02');
    const [train, test] = sides(await baskets(orders, 'category:1', { testShare: 0.2 }));
    expect([train?.length, test?.length]).toEqual([1, 4]);
    const same = order('1', 'keyboard mouse') + order('2', 'tv mouse');
    expect(sides(await baskets(same, '', { testShare: 0.5 })).map((side) => side.length)).toEqual([2, 0]);
  });

  it('counts a product’s orders of the training time apart, singles included', async () => {
    await baskets(order('0', 'tie') + days + order('9z', 'tie', '2024-06-01'), '', { testShare: 0.25 });
    const tie = (await seenProducts(folder.out)).find(({ id }) => id === 'tie');
    expect(tie).toMatchObject({ orders: 2, orders_train: 1 });
  });
});

interface Line {
  order: string;
  product: string;
  day: number;
  quantity: string;
}

const lineArbitrary: fc.Arbitrary<Line> = fc.record({
  order: fc.constantFrom('', '1', '2', '3', '4', '5', 'C6'),
  product: fc.constantFrom('', 'keyboard', 'mouse', 'tv', 'shoes', 'socks', 'tie', 'unknown'),
  day: fc.integer({ min: 0, max: 9 }),
  quantity: fc.constantFrom('1', '2', '0', '-1', '', 'x', '1.5'),
});

/** Baskets by top category, the plain way: the twin that the SQL is held against. */
function plainBaskets(lines: readonly Line[]): string[] {
  const top: Record<string, string> = {};
  for (const row of catalogue.trim().split('\n').slice(1))
    top[row.split(',')[0] ?? ''] = row.split(',')[1]?.split('/')[0] ?? '';
  const orders = new Map<string, { day: number; products: Set<string> }>();
  for (const { order: id, product, day, quantity } of lines) {
    if (
      id === '' ||
      product === '' ||
      id.startsWith('C') ||
      !(Number(quantity) > 0) ||
      quantity === '' ||
      day === 0
    )
      continue;
    const found = orders.get(id) ?? { day, products: new Set() };
    orders.set(id, { day: Math.min(found.day, day), products: found.products.add(product) });
  }
  const result: { key: string; text: string }[] = [];
  for (const [id, { day, products }] of orders) {
    for (const context of new Set([...products].map((product) => top[product] ?? ''))) {
      const items = [...products].filter((product) => (top[product] ?? '') === context).sort();
      if (items.length > 1)
        result.push({ key: `${day}${id}${context}`, text: `day ${day} ${context}: ${items.join(' ')}` });
    }
  }
  return result.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ text }) => text);
}

describe('against the plain way', () => {
  it('makes the same baskets of random lines', async () => {
    const products = folder.file('products.csv', catalogue);
    await fc.assert(
      fc.asyncProperty(fc.array(lineArbitrary, { minLength: 1, maxLength: 60 }), async (lines) => {
        const text = lines.map(
          ({ order: id, product, day, quantity }) =>
            `${id},${product},${day === 0 ? 'never' : `2024-05-0${day}`},${quantity}`,
        );
        const file = folder.file('orders.csv', `order_id,product_id,time,quantity\n${text.join('\n')}\n`);
        const expected = plainBaskets(lines);
        const mapping = { cancelled: '^C', context: 'category:1' };
        const job = ingest({ files: [file], products, out: folder.out, mapping, testShare: 0 });
        if (expected.length === 0) {
          await expect(job).rejects.toMatchObject({ code: 'data_empty' });
          return;
        }
        const { counts } = (await job).manifest;
        const seen = await seenBaskets(folder.out);
        expect(
          seen.map(
            (basket) =>
              `day ${Number(basket.time.slice(8, 10))} ${basket.context}: ${basket.items.join(' ')}`,
          ),
        ).toEqual(expected);
        expect(counts.kept + Object.values(counts.dropped).reduce((a, b) => a + b, 0)).toBe(lines.length);
        expect(counts.tokens).toBe(seen.reduce((sum, { items }) => sum + items.length, 0));
      }),
      { numRuns: 25 },
    );
  });
});
