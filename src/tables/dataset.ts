// Readers of a data folder (docs/ingest.md): its baskets and products as columns, for training, evaluation and building.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { numericFieldName, unknown8, unknown32, unknownDay } from '../base/products.ts';
import { type Database, withDatabase } from './duckdb.ts';
import { basketsFile, productsFile } from './manifest.ts';

export { type DatasetManifest, readManifest } from './manifest.ts';

export type Split = 'train' | 'test';

/** Baskets by time; basket b holds the product rows items[offsets[b]] up to items[offsets[b + 1]] (excluded). */
export interface Baskets {
  readonly baskets: number;
  readonly items: Uint32Array;
  readonly offsets: Uint32Array;
  /** Seconds since 1970, UTC. */
  readonly timeSeconds: Float64Array;
}

/** The products by row; unknown text is null, unknown numbers are those of src/base/products.ts. */
export interface ProductTable {
  readonly products: number;
  readonly ids: readonly string[];
  readonly titles: readonly (string | null)[];
  /** Paths such as `Electronics/Computers/Mice`. */
  readonly categories: readonly (string | null)[];
  readonly brands: readonly (string | null)[];
  /** 'female', 'male', 'unisex', 'kids' or null. */
  readonly genders: readonly (string | null)[];
  /** Minor units of the currency, e.g. cents. */
  readonly prices: Uint32Array;
  readonly currencies: readonly (string | null)[];
  /** 1 in stock, 0 not. */
  readonly stock: Uint8Array;
  /** Days since 1970. */
  readonly released: Int32Array;
  readonly images: readonly (string | null)[];
  /** The model of which a product is a variant. */
  readonly groups: readonly (string | null)[];
  /** The shop's own fields by name; NaN unknown. */
  readonly numeric: ReadonlyMap<string, Float32Array>;
  /** Cleaned orders that hold the product: of all time, and of the training time. */
  readonly orders: Uint32Array;
  readonly ordersTrain: Uint32Array;
}

async function readFrom<T>(
  dir: string,
  file: string,
  read: (database: Database, path: string) => Promise<T>,
): Promise<T> {
  const path = join(dir, file);
  try {
    await access(path);
  } catch (cause) {
    throw new SepetError('input_missing', `${dir} holds no ${file}: make it with sepet ingest.`, { cause });
  }
  try {
    return await withDatabase((database) => read(database, path));
  } catch (cause) {
    if (cause instanceof SepetError) throw cause;
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new SepetError('input_unreadable', `${path} cannot be read (${why}): run sepet ingest again.`, {
      cause,
    });
  }
}

/** Asks a data folder's baskets. Throws `input_missing`, `input_unreadable`. */
export const basketsFrom = <T>(
  dir: string,
  read: (database: Database, path: string) => Promise<T>,
): Promise<T> => readFrom(dir, basketsFile, read);

/** Reads all baskets, or one side of the time split, oldest first. Throws `input_missing`, `input_unreadable`. */
export function readBaskets(dir: string, options: { readonly split?: Split } = {}): Promise<Baskets> {
  return readFrom(dir, basketsFile, async (database, path) => {
    const { items, time } = await database.columns(
      `SELECT items, epoch(time) AS time FROM read_parquet($path)
        WHERE $split = '' OR split = $split ORDER BY basket`,
      { items: 'u32List', time: 'f64' },
      { path, split: options.split ?? '' },
    );
    return { baskets: time.length, items: items.values, offsets: items.offsets, timeSeconds: time };
  });
}

/** The columns of a product table: earlier versions wrote no groups, and numeric fields are the shop's own. */
async function productColumns(
  database: Database,
  path: string,
): Promise<{ hasGroups: boolean; fields: string[] }> {
  const described = await database.rows<{ column_name: string }>(
    'DESCRIBE SELECT * FROM read_parquet($path)',
    { path },
  );
  const names = described.map(({ column_name: name }) => name);
  const fields = names.flatMap((name) => (name.startsWith('num_') ? [name.slice('num_'.length)] : []));
  return { hasGroups: names.includes('group'), fields: fields.filter((name) => numericFieldName.test(name)) };
}

/** Reads all products by row. Throws `input_missing`, `input_unreadable`. */
export function readProducts(dir: string): Promise<ProductTable> {
  return readFrom(dir, productsFile, async (database, path) => {
    const { hasGroups, fields } = await productColumns(database, path);
    const numeric = fields.map((name) => `, coalesce(num_${name}, 'nan'::DOUBLE) AS num_${name}`);
    const table = await database.columns(
      `SELECT id, title, category, brand, gender, coalesce(price_minor, ${unknown32}) AS price, currency,
              coalesce(in_stock::UTINYINT, ${unknown8}) AS stock,
              coalesce(datediff('day', DATE '1970-01-01', released), ${unknownDay}) AS released,
              image, ${hasGroups ? '"group"' : 'NULL::VARCHAR AS "group"'}, orders, orders_train${numeric.join('')}
         FROM read_parquet($path) ORDER BY row`,
      {
        id: 'text',
        title: 'text',
        category: 'text',
        brand: 'text',
        gender: 'text',
        price: 'u32',
        currency: 'text',
        stock: 'u8',
        released: 'i32',
        image: 'text',
        group: 'text',
        orders: 'u32',
        orders_train: 'u32',
        ...Object.fromEntries(fields.map((name) => [`num_${name}`, 'f32'] as const)),
      },
      { path },
    );
    return {
      products: table.id.length,
      ids: table.id as string[],
      titles: table.title,
      categories: table.category,
      brands: table.brand,
      genders: table.gender,
      prices: table.price,
      currencies: table.currency,
      stock: table.stock,
      released: table.released,
      images: table.image,
      groups: table.group,
      numeric: new Map(
        fields.map((name) => [name, (table as Record<string, unknown>)[`num_${name}`] as Float32Array]),
      ),
      orders: table.orders,
      ordersTrain: table.orders_train,
    };
  });
}
