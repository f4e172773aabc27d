// The shop that the pages are tested on: a store with three releases in it, of which `production` serves the second and
// `test` the third, and a picture of every product.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { madeFolder, sepet } from '../shops.ts';

const size = ['--products', '3000', '--orders', '45000', '--seed', '1'];
/** The first release knows nothing from this day on. */
const cutDay = '2025-09-01';

const pdp = (revision: number, rules: string): string => `name: pdp
revision: ${revision}
placement: [product-page]
limit: 8
filters:
  - { name: stock, keep: { inStock: true } }
  - { name: gender, when: { category: "Fashion/**" }, keep: { gender: same-or-unisex } }
  - { name: variants, drop: { group: same } }
${rules}`;

const firstRules = '  - { name: price, keep: { priceRatio: { max: 3 } } }\n';
const productionRules = `  - { name: price, keep: { priceRatio: { max: 2 } } }
  - { name: same-kind, drop: { category: same-leaf } }
diversity: { max: { brand: 3, category: 3 } }
`;
const testRules = `  - { name: price, keep: { priceRatio: { max: 1.5 } } }
  - { name: same-kind, drop: { category: same-leaf } }
  - { name: worth-it, keep: { field: { name: margin, min: 0.1 } } }
rank:
  - { name: margin, field: margin, weight: 0.2 }
diversity: { max: { brand: 2, category: 2 } }
`;

const cart = `name: cart
revision: 1
placement: [cart]
limit: 6
filters:
  - { name: stock, keep: { inStock: true } }
  - { name: same-kind, drop: { category: same-leaf } }
sort: price
`;

/** Copies the head of a table and the lines whose field `column` is a day before the cut. */
function copyBefore(from: string, to: string, column: RegExp): void {
  const [head = '', ...lines] = readFileSync(from, 'utf8').split('\n');
  const dayOf = (line: string): string => column.exec(line)?.[1] ?? '';
  writeFileSync(to, [head, ...lines.filter((line) => dayOf(line) < cutDay), ''].join('\n'));
}

function train(folder: string, artifact: string, epochs: number): void {
  sepet('train', folder, '--seed', '1', '--epochs', String(epochs));
  sepet('evaluate', folder, '--max-baskets', '1000', '--ease-products', '0');
  sepet('build', folder, '--seed', '1', '--name', basename(artifact, '.sepet'), '--out', artifact);
}

/**
 * A folder with `store/`, `shop/images/*.svg`, the artifacts `week-35.sepet`, `week-39.sepet` and `week-40.sepet`, and
 * `pdp.yaml` and `cart.yaml` as production has them. Copy the store before labels are moved.
 */
export function uiShop(): string {
  return madeFolder('ui', (folder) => {
    const [shop, older] = [join(folder, 'shop'), join(folder, 'older')];
    sepet('demo', ...size, '--out', shop);
    mkdirSync(older);
    copyBefore(join(shop, 'orders.csv'), join(older, 'orders.csv'), /^[^,]+,(\d{4}-\d\d-\d\d)/);
    copyBefore(join(shop, 'products.csv'), join(older, 'products.csv'), /,(\d{4}-\d\d-\d\d),images\//);
    for (const data of [older, shop])
      sepet('ingest', '--preset', 'demo', join(data, 'orders.csv'), '--out', data);
    const artifact = (name: string): string => join(folder, `${name}.sepet`);
    const [first, second, third] = [artifact('week-35'), artifact('week-39'), artifact('week-40')];
    train(older, first, 8);
    train(shop, second, 10);
    train(shop, third, 20);
    publishAll(folder, [first, second, third]);
  });
}

function publishAll(folder: string, [first, second, third]: readonly [string, string, string]): void {
  const path = (name: string): string => join(folder, name);
  const [policy, cartFile] = [path('pdp.yaml'), path('cart.yaml')];
  const to = (label: string, why: string): string[] => [
    ...['--store', path('store'), '--label', label, '--why', why],
    ...['--force', 'a small shop for tests'],
  ];
  const promote = (why: string): string =>
    sepet('promote', 'test', 'production', '--store', path('store'), '--why', why);
  writeFileSync(cartFile, cart);
  writeFileSync(policy, pdp(1, firstRules));
  sepet('publish', first, policy, ...to('test', 'first release'));
  promote('first release goes live');
  writeFileSync(policy, pdp(2, productionRules));
  sepet('publish', second, policy, cartFile, ...to('test', 'September orders, nothing of the same kind'));
  promote('looked good for a week');
  const tried = path('pdp-test.yaml');
  writeFileSync(tried, pdp(3, testRules));
  sepet('publish', third, tried, cartFile, ...to('test', 'longer training, prefers margin'));
}
