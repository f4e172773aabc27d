// Orders in, baskets out: the whole of `sepet ingest`, with an account of every line.

import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { checkLimit, limits } from '../base/limits.ts';
import { type Database, literal, withDatabase } from '../tables/duckdb.ts';
import type { DatasetManifest } from '../tables/manifest.ts';
import type { UnreadableLine } from '../tables/scan.ts';
import { openSource, type Source } from '../tables/source.ts';
import { type CatalogueReason, type Reason, reasonNames, reasonNumber, reasons } from './account.ts';
import {
  basketRows,
  contextColumns,
  createBaskets,
  createItems,
  numberBaskets,
  productRows,
  type SplitRule,
  splitTime,
} from './baskets.ts';
import type { FieldColumns, KeptColumns, NumericFields } from './fields.ts';
import { checkPatterns, createLines, insertLines, keptName, orderColumns } from './lines.ts';
import { type Mapping, type MappingInput, readMappingFile, resolveMapping } from './mapping.ts';
import { isPreset, type Preset, presets } from './presets.ts';
import {
  catalogueCurrency,
  createCatalogue,
  createProducts,
  insertCatalogue,
  productColumns,
} from './products.ts';
import { sizedHash, writeDataFolder } from './write.ts';

export interface IngestOptions {
  /** Files of order lines. */
  readonly files: readonly string[];
  /** The data folder to write. */
  readonly out: string;
  readonly preset?: string | undefined;
  readonly mapFile?: string | undefined;
  /** What single options say, over the preset and the mapping file. */
  readonly mapping?: MappingInput | undefined;
  /** A product table. */
  readonly products?: string | undefined;
  readonly maxBasket?: number | undefined;
  /** The product table has the deltas of a store up to this revision in it. */
  readonly deltas?: number | undefined;
  readonly testShare?: number | undefined;
  readonly testDays?: number | undefined;
  /** Stop at the first unreadable line. */
  readonly strict?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told what begins: step `done` of `total`. */
  readonly onStep?: (name: string, done: number, total: number) => void;
}

export interface IngestResult {
  readonly manifest: DatasetManifest;
  /** The first few unreadable lines of each file. */
  readonly unreadable: readonly UnreadableLine[];
}

/** One job's decisions, shared by its steps. */
interface Job {
  readonly database: Database;
  readonly mapping: Mapping;
  readonly options: IngestOptions;
  readonly unreadable: UnreadableLine[];
  readonly step: (name: string) => void;
}

interface ReadResult {
  readonly columns: FieldColumns<string>;
  readonly lines: number;
  readonly dropped: number;
}

async function readSource(
  job: Job,
  path: string,
  table: string,
  load: (source: Source) => { sql: string; columns: FieldColumns<string> },
): Promise<ReadResult> {
  const { database, mapping, options } = job;
  job.step(`reading ${basename(path)}`);
  const source = await openSource(database, path, { delimiter: mapping.delimiter, signal: options.signal });
  try {
    const [first] = source.shown;
    const { sql, columns } = load(source);
    if (options.strict && first !== undefined)
      throw new SepetError('line_unreadable', `${path}, line ${first.line}: ${first.why}: ${first.text}`);
    job.unreadable.push(...source.shown);
    const count = async () => (await database.row<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)).n;
    const before = await count();
    await database.run(sql);
    if ((await count()) - before !== source.lines - source.unreadable)
      throw new Error(`${path}: the lines read and the lines counted differ`);
    return { columns, lines: source.lines, dropped: source.unreadable };
  } finally {
    await source.close();
  }
}

type CatalogueCounts = NonNullable<DatasetManifest['counts']['catalogue']>;

async function readCatalogue(
  job: Job,
  path: string | undefined,
): Promise<{ counts: CatalogueCounts | null; columns: FieldColumns<string> }> {
  const { fields } = job.mapping;
  await job.database.run(createCatalogue(fields));
  if (path === undefined) return { counts: null, columns: {} };
  const read = await readSource(job, path, 'catalogue_line', (source) => {
    const columns = productColumns(source, job.mapping);
    return { columns, sql: insertCatalogue(source, columns, job.mapping) };
  });
  const { kept, nameless } = await job.database.row<{ kept: number; nameless: number }>(
    'SELECT count(DISTINCT id) AS kept, count(*) FILTER (id IS NULL) AS nameless FROM catalogue_line',
  );
  const dropped: Record<CatalogueReason, number> = {
    unreadable: read.dropped,
    id_missing: nameless,
    repeat: read.lines - read.dropped - nameless - kept,
  };
  return { counts: { lines: read.lines, kept, dropped }, columns: read.columns };
}

interface Account {
  readonly lines: number;
  readonly kept: number;
  readonly dropped: Record<Reason, number>;
}

/** Counts every line under its reason and makes sure that they add up. */
async function account(database: Database, lines: number, unreadable: number): Promise<Account> {
  const dropped = Object.fromEntries(reasonNames.map((name) => [name, 0])) as Record<Reason, number>;
  dropped.unreadable = unreadable;
  const byReason = await database.rows<{ reason: number; n: number }>(
    'SELECT reason, count(*) AS n FROM line GROUP BY reason',
  );
  for (const name of reasonNames)
    dropped[name] += byReason.find(({ reason }) => reason === reasonNumber(name))?.n ?? 0;
  const typed = byReason.find(({ reason }) => reason === 0)?.n ?? 0;
  const found = await database.row<{ items: number; alone: number; long: number; kept: number }>(
    `SELECT (SELECT count(*) FROM item) AS items,
      (SELECT count(*) FROM basket_all WHERE len(items) = 1) AS alone,
      (SELECT coalesce(sum(len(items)), 0) FROM basket_all WHERE len(items) > ${limits.storedBasket.max}) AS long,
      (SELECT coalesce(sum(len(items)), 0) FROM basket) AS kept`,
  );
  dropped.repeat = typed - found.items;
  dropped.alone = found.alone;
  dropped.basket_too_long = found.long;
  const sum = Object.values(dropped).reduce((a, b) => a + b, found.kept);
  if (sum !== lines) throw new Error(`the account does not add up: ${sum} of ${lines} lines`);
  return { lines, kept: found.kept, dropped };
}

function requireBaskets({ lines, kept, dropped }: Account): void {
  if (kept > 0) return;
  const [worst] = reasonNames.toSorted((a, b) => dropped[b] - dropped[a]);
  const why = lines === 0 || worst === undefined ? '' : `; most were dropped as ${worst} (${reasons[worst]})`;
  const hint = worst === 'time_unreadable' ? ' State the format with --time-format.' : '';
  throw new SepetError('data_empty', `No basket of two products is left of ${lines} lines${why}.${hint}`);
}

function splitRule(options: IngestOptions): SplitRule {
  if (options.testShare !== undefined && options.testDays !== undefined)
    throw new SepetError('option_invalid', 'Give testShare or testDays, not both.');
  if (options.testDays !== undefined) return { days: checkLimit('testDays', options.testDays) };
  return { share: checkLimit('testShare', options.testShare ?? limits.testShare.default, false) };
}

/** The product table asked for, else the preset's where it lies beside the first file. */
async function productsPath(
  options: IngestOptions,
  presetName: string | undefined,
): Promise<string | undefined> {
  if (options.products !== undefined) return options.products;
  const preset: Preset | undefined =
    presetName !== undefined && isPreset(presetName) ? presets[presetName] : undefined;
  const [first] = options.files;
  if (preset?.productsFile === undefined || first === undefined) return undefined;
  const path = join(dirname(first), preset.productsFile);
  return access(path).then(
    () => path,
    () => undefined,
  );
}

async function basketFigures(database: Database, split: string | null, maxBasket: number) {
  const cut = split === null ? 'NULL' : `TIMESTAMP ${literal(split)}`;
  return database.row<{
    orders: number;
    customers: number;
    baskets: number;
    trainBaskets: number;
    longBaskets: number;
    products: number;
    pricesUnknown: number;
    first: string;
    last: string;
    split: string | null;
  }>(
    `SELECT (SELECT count(*) FROM placed_order) AS orders,
      (SELECT count(DISTINCT customer) FROM line WHERE reason = 0) AS customers, count(*) AS baskets,
      count(*) FILTER (${cut} IS NULL OR time < ${cut}) AS trainBaskets,
      count(*) FILTER (len(items) > ${maxBasket}) AS longBaskets, (SELECT count(*) FROM product) AS products,
      (SELECT count(*) FROM line WHERE priceless) + (SELECT count(*) FROM catalogue_line WHERE priceless) AS pricesUnknown,
      strftime(min(time), '%Y-%m-%dT%H:%M:%SZ') AS first, strftime(max(time), '%Y-%m-%dT%H:%M:%SZ') AS last,
      strftime(${cut}, '%Y-%m-%dT%H:%M:%SZ') AS split FROM basket`,
  );
}

/** Products with a known value, by numeric field. */
async function knownValues(database: Database, fields: NumericFields): Promise<Record<string, number>> {
  const names = Object.keys(fields).sort();
  if (names.length === 0) return {};
  const counts = names.map((name) => `count(num_${name}) AS num_${name}`).join(', ');
  const row = await database.row<Record<string, number>>(`SELECT ${counts} FROM product`);
  return Object.fromEntries(names.map((name) => [name, row[`num_${name}`] as number]));
}

/** Different values among the baskets, by kept column. */
async function keptValues(database: Database, keep: KeptColumns): Promise<Record<string, number>> {
  const names = Object.keys(keep).sort();
  if (names.length === 0) return {};
  const counts = names.map((name) => `count(DISTINCT ${keptName(name)}) AS ${keptName(name)}`).join(', ');
  const row = await database.row<Record<string, number>>(`SELECT ${counts} FROM basket`);
  return Object.fromEntries(names.map((name) => [name, row[keptName(name)] as number]));
}

const sources = (paths: readonly string[]) =>
  Promise.all(paths.map(async (file) => ({ file: basename(file), ...(await sizedHash(file)) })));

async function run(job: Job, rule: SplitRule, products: string | undefined, preset: string | undefined) {
  const { database, mapping, options } = job;
  const maxBasket = checkLimit('maxBasket', options.maxBasket ?? limits.maxBasket.default);
  await checkPatterns(database, mapping);
  const catalogue = await readCatalogue(job, products);
  const currency = mapping.currency ?? (await catalogueCurrency(database));
  await database.run(createLines(mapping.keep));
  let lines = 0;
  let unreadable = 0;
  let orders: FieldColumns<string> = {};
  for (const file of options.files) {
    const read = await readSource(job, file, 'line', (source) => {
      const columns = orderColumns(source, mapping);
      return { columns, sql: insertLines(source, columns, mapping, currency) };
    });
    lines += read.lines;
    unreadable += read.dropped;
    orders = read.columns;
  }
  job.step('finding products');
  await database.run(createItems);
  await createProducts(database, currency, mapping.fields);
  job.step('making baskets');
  await database.run(createBaskets(mapping.context));
  await database.run(numberBaskets(mapping.keep));
  const counted = await account(database, lines, unreadable);
  requireBaskets(counted);
  const split = await splitTime(database, rule);
  const figures = await basketFigures(database, split, maxBasket);
  const known = await knownValues(database, mapping.fields);
  const keptCounts = await keptValues(database, mapping.keep);
  const source = {
    preset: preset ?? null,
    orders: await sources(options.files),
    products: await sources(products === undefined ? [] : [products]),
  };
  job.step('writing');
  const cut = split === null ? 'NULL::TIMESTAMP' : `TIMESTAMP ${literal(split)}`;
  return writeDataFolder(database, {
    out: options.out,
    baskets: basketRows(cut, mapping.keep),
    products: productRows(cut),
    manifest: (hashes): DatasetManifest => ({
      kind: 'sepet-baskets',
      version: 1,
      source,
      parameters: {
        maxBasket,
        contextColumns: contextColumns(mapping.context),
        testShare: 'share' in rule ? rule.share : null,
        testDays: 'days' in rule ? rule.days : null,
        columns: {
          orders: named(orders),
          products: named(catalogue.columns),
          fields: mapping.fields,
          keep: mapping.keep,
        },
      },
      counts: {
        ...counted,
        orders: figures.orders,
        customers: orders.customer === undefined ? null : figures.customers,
        baskets: figures.baskets,
        trainBaskets: figures.trainBaskets,
        testBaskets: figures.baskets - figures.trainBaskets,
        longBaskets: figures.longBaskets,
        products: figures.products,
        tokens: counted.kept,
        pricesUnknown: figures.pricesUnknown,
        fields: known,
        keep: keptCounts,
        catalogue: catalogue.counts,
      },
      time: { first: figures.first, last: figures.last, split: figures.split },
      hashes,
      currency,
      ...(options.deltas !== undefined && { deltas: { revision: options.deltas } }),
      createdAt: new Date().toISOString(),
    }),
  });
}

const named = (fields: FieldColumns<string>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(fields).map(([field, columns]) => [field, [...(columns ?? [])]]));

/** Numeric fields stand in a product table. Without one, a preset's are left out and others an error. */
function withoutFields(
  mapping: Mapping,
  inputs: readonly MappingInput[],
  products: string | undefined,
): Mapping {
  if (products !== undefined) return mapping;
  const [asked] = inputs.flatMap(({ fields }) => Object.keys(fields ?? {}));
  if (asked === undefined) return { ...mapping, fields: {} };
  throw new SepetError(
    'option_invalid',
    `The field "${asked}" is read from a product table: name the table with --products.`,
  );
}

/**
 * Reads order lines, cleans them into baskets and writes a data folder (docs/ingest.md). Throws `input_missing`,
 * `input_unreadable`, `column_missing`, `line_unreadable` (strict), `data_empty`, `option_unknown`, `option_invalid`,
 * `file_io`, and `cancelled` on abort, after which nothing half-written is left.
 */
export async function ingest(options: IngestOptions): Promise<IngestResult> {
  if (options.files.length === 0) throw new SepetError('option_invalid', 'Name at least one file of orders.');
  const { preset: filePreset, ...fileMapping } =
    options.mapFile === undefined ? {} : await readMappingFile(options.mapFile);
  const preset = options.preset ?? filePreset;
  const inputs = [fileMapping, options.mapping ?? {}];
  const rule = splitRule(options);
  const products = await productsPath(options, preset);
  if (options.deltas !== undefined && products === undefined)
    throw new SepetError(
      'option_invalid',
      'The deltas of a store can only be in a product table: name the table with --products, or leave --store out.',
    );
  const mapping = withoutFields(resolveMapping(preset, inputs), inputs, products);
  const total = options.files.length + (products === undefined ? 0 : 1) + 3;
  const unreadable: UnreadableLine[] = [];
  let done = 0;
  const step = (name: string) => options.onStep?.(name, done++, total);
  const manifest = await withDatabase(
    (database) => run({ database, mapping, options, unreadable, step }, rule, products, preset),
    options.signal === undefined ? {} : { signal: options.signal },
  );
  return { manifest, unreadable };
}
