// Writes a demo shop: orders.csv, products.csv, truth.json and images/. Each is written beside its
// place and renamed when whole; a cancelled run leaves nothing behind.

import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SepetError } from '../../base/errors.ts';
import { checkLimit } from '../../base/limits.ts';
import { Random } from '../../base/random.ts';
import { firstDay, isoDate, shopDays } from './calendar.ts';
import { drawProduct } from './draw.ts';
import { drawFields, type ProductFields } from './fields.ts';
import { OrderBook } from './orders.ts';
import { type Leaf, readLeaves } from './parse.ts';
import { plantRelations, type Relations } from './relations.ts';
import { imageName, makeShop, type Product, type Shop } from './shop.ts';

export interface DemoOptions {
  readonly products: number;
  readonly orders: number;
  readonly seed: number;
  /** Folder to write to; made where it is missing. */
  readonly out: string;
  readonly signal?: AbortSignal;
  /** Called with the days written so far and all days. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface DemoSummary {
  readonly out: string;
  readonly seed: number;
  readonly products: number;
  readonly categories: number;
  readonly customers: number;
  readonly orders: number;
  readonly lines: number;
  readonly returnedLines: number;
  readonly images: number;
  /** First and last day of orders, as dates. */
  readonly from: string;
  readonly to: string;
}

const currency = 'TRY';
const orderColumns = 'order_id,time,product_id,quantity,price,customer_id\n';
const productColumns =
  'id,title,category,brand,gender,price,currency,stock,released,image,group,margin,rating\n';

/** Generates the shop. Throws `option_invalid` for numbers out of range, `cancelled` after `signal`. */
export async function generateDemo(options: DemoOptions): Promise<DemoSummary> {
  checkLimit('demoProducts', options.products);
  checkLimit('demoOrders', options.orders);
  checkLimit('seed', options.seed);
  const part = (number: number): Random => new Random(options.seed + number * 2 ** 32);
  const shop = makeShop(part(1), readLeaves(), options.products);
  const relations = plantRelations(part(2), shop);
  const book = new OrderBook(part(3), shop, relations, options.orders);
  const fields = drawFields(part(4), shop.products);

  await mkdir(options.out, { recursive: true });
  await replaceFile(options.out, 'products.csv', (file) => file.writeFile(productsCsv(shop, fields)));
  await replaceFile(options.out, 'truth.json', (file) => file.writeFile(truthJson(options, shop, relations)));
  const images = await writeImages(options.out, shop.products, shop.leaves);
  let lines = 0;
  let returnedLines = 0;
  await replaceFile(options.out, 'orders.csv', async (file) => {
    let written = 0;
    await file.writeFile(orderColumns);
    for (const day of book.days()) {
      if (options.signal?.aborted) throw new SepetError('cancelled', 'Stopped; no orders were written.');
      await file.writeFile(day.csv);
      lines += day.lines;
      returnedLines += day.returns;
      options.onProgress?.(++written, shopDays);
    }
  });
  return {
    out: options.out,
    seed: options.seed,
    products: shop.products.length,
    categories: shop.rowsOfLeaf.filter((rows) => rows.length > 0).length,
    customers: book.customers,
    orders: options.orders,
    lines,
    returnedLines,
    images,
    from: isoDate(firstDay),
    to: isoDate(firstDay + shopDays - 1),
  };
}

async function replaceFile(
  folder: string,
  name: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = join(folder, `${name}.${process.pid}.tmp`);
  const file = await open(temporary, 'w');
  try {
    await write(file);
    await file.sync();
    await file.close();
    await rename(temporary, join(folder, name));
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function productsCsv({ products, leaves }: Shop, fields: readonly ProductFields[]): string {
  const rows = products.map((product, row) =>
    [
      product.id,
      quoted(product.title),
      quoted((leaves[product.leaf] as Leaf).category),
      quoted(product.brand),
      product.gender ?? '',
      (product.priceMinor / 100).toFixed(2),
      currency,
      product.stock,
      isoDate(product.released),
      `images/${product.image}`,
      product.group,
      fields[row]?.margin?.toFixed(2) ?? '',
      fields[row]?.rating?.toFixed(1) ?? '',
    ].join(','),
  );
  return `${productColumns}${rows.join('\n')}\n`;
}

/** What was planted: complement categories with strengths, and every product's preferred complements. */
function truthJson({ seed, orders }: DemoOptions, shop: Shop, { offsets, rows }: Relations): string {
  const { leaves, products } = shop;
  const categories = leaves.map(({ category, complements }) => [
    category,
    complements.map(({ leaf, strength }) => ({ category: leaves[leaf]?.category, strength })),
  ]);
  const complements = products.map(({ id }, row) => [
    id,
    Array.from(rows.subarray(offsets[row], offsets[row + 1]), (complement) => products[complement]?.id),
  ]);
  const truth = {
    kind: 'sepet-demo-truth',
    version: 1,
    seed,
    orders,
    products: products.length,
    categories: Object.fromEntries(categories),
    complements: Object.fromEntries(complements),
  };
  return `${JSON.stringify(truth)}\n`;
}

async function writeImages(
  out: string,
  products: readonly Product[],
  leaves: readonly Leaf[],
): Promise<number> {
  const used = new Set(products.map((product) => product.image));
  const files = new Map<string, string>();
  for (const { drawing, colours } of leaves) {
    for (const { name, hex } of colours) {
      const file = imageName(drawing, name);
      const svg = used.has(file) ? drawProduct(drawing, hex) : undefined;
      if (svg !== undefined) files.set(file, svg);
    }
  }
  const temporary = join(out, `images.${process.pid}.tmp`);
  await mkdir(temporary, { recursive: true });
  await Promise.all([...files].map(([name, svg]) => writeFile(join(temporary, name), svg)));
  await rm(join(out, 'images'), { recursive: true, force: true });
  await rename(temporary, join(out, 'images'));
  return files.size;
}
