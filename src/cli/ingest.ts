// `sepet ingest`: orders in, a folder of baskets out, and an account of every line.

import { type Command, InvalidArgumentError } from 'commander';
import type {
  FieldColumns,
  KeptColumns,
  NumericFields,
  OrderField,
  ProductField,
} from '../dataprep/fields.ts';
import type { IngestResult } from '../dataprep/ingest.ts';
import { bounded, helpFor } from './common.ts';
import { startProgress } from './progress.ts';

type Flags = { [field in OrderField]?: readonly string[] } & {
  store?: string;
  out: string;
  preset?: string;
  map?: string;
  products?: string;
  productColumns?: FieldColumns<ProductField>;
  fields?: NumericFields;
  keep?: KeptColumns;
  cancelled?: string;
  productCode?: string;
  upperCase?: true;
  requirePrice?: true;
  context?: string;
  currency?: string;
  delimiter?: string;
  decimalComma?: true;
  timeFormat?: string;
  maxLength?: number;
  testShare?: number;
  testDays?: number;
  strict?: true;
  json?: true;
};

const examples = `
Presets: online-retail, complete-journey (data sets that are known by these names) and demo (sepet demo).
Without one, the columns order_id, product_id, time, quantity, price, title, category, brand, gender and customer_id
are taken where they exist; name others by the options above or in a mapping file (docs/ingest.md).

Examples:
  sepet ingest orders.csv.gz --out data/shop
  sepet ingest 2024.csv 2025.csv --order OrderNo --product Sku --time Date --quantity Qty --out data/shop
  sepet ingest orders.parquet --products products.jsonl --product-columns id=sku,title=name --fields margin,rating=Stars --out data/shop
  sepet ingest orders.csv --context category:1,gender --out data/shop
  sepet ingest orders.csv --keep country=Country --out data/shop   for feature specs of sepet train fm
  sepet ingest --preset online-retail online-retail-2010-2011.csv.gz --out data/or
  sepet ingest orders.csv --map mapping.yaml --test-days 3 --strict --json --out data/shop
  sepet ingest orders.csv --products products.csv --store ./store --out data/shop   the table has all deltas so far in it
`;

const columnOptions: readonly [OrderField, string][] = [
  ['order', 'Column of the order id; without one, an order is what a customer bought on one day'],
  ['product', 'Column of the product code'],
  ['time', 'Column of the time: ISO 8601, or seconds or milliseconds since 1970'],
  ['quantity', 'Column of the pieces; lines that are not positive are dropped'],
  ['price', 'Column of the price of one piece'],
  ['total', 'Column of the price of the whole line, in place of --price'],
  ['title', 'Column of the product title'],
  ['category', 'Column of the category path (A/B/C), or several, comma-separated, from the top level down'],
  ['brand', 'Column of the brand'],
  ['gender', 'Column of the gender a product is for'],
  ['customer', 'Column of the customer id'],
];

const severalNames = (text: string): string[] => text.split(',').map((name) => name.trim());

/** `id=sku,category=dept+type` as columns by field. */
function productColumns(text: string): FieldColumns<ProductField> {
  const pairs = text.split(',').map((pair) => {
    const [, field, columns] = /^\s*(\w+)\s*=(.+)$/.exec(pair) ?? [];
    if (field === undefined || columns === undefined)
      throw new InvalidArgumentError('Write FIELD=COLUMN,FIELD=COLUMN+COLUMN.');
    return [field, columns.split('+').map((name) => name.trim())] as const;
  });
  return Object.fromEntries(pairs) as FieldColumns<ProductField>;
}

/** `margin,rating=Stars` as columns by field. */
export const numericFields = (text: string): NumericFields =>
  Object.fromEntries(
    text.split(',').map((pair) => {
      const [, name = '', column = name] = /^\s*([^=]*?)\s*(?:=\s*(.+?)\s*)?$/.exec(pair) ?? [];
      if (name === '') throw new InvalidArgumentError('Write NAME,NAME=COLUMN.');
      return [name, column] as const;
    }),
  );

export function register(program: Command): void {
  const command = program
    .command('ingest')
    .description('Clean orders into baskets, split them by time, and account for every line')
    .argument('<file...>', 'Files of order lines: .csv, .tsv, .jsonl (each also .gz) or .parquet')
    .requiredOption('--out <folder>', 'Folder to write to')
    .option('--preset <name>', 'A ready mapping: online-retail, complete-journey or demo')
    .option('--map <file>', 'A mapping file (YAML)');
  for (const [field, about] of columnOptions)
    command.option(
      `--${field} <column>`,
      about,
      field === 'category' || field === 'brand' ? severalNames : (text: string) => [text],
    );
  command
    .option('--products <file>', 'A product table; a preset finds its own beside the first file')
    .option(
      '--product-columns <map>',
      'Its columns: FIELD=COLUMN,… (COLUMN+COLUMN joins several)',
      productColumns,
    )
    .option(
      '--fields <names>',
      'Its numeric columns for policies, such as margin,rating=Stars (NAME=COLUMN)',
      numericFields,
    )
    .option(
      '--keep <names>',
      'Columns of the orders that baskets keep for feature specs, such as country=Country,channel (NAME=COLUMN)',
      numericFields,
    )
    .option('--cancelled <regexp>', 'Orders whose id matches are cancelled')
    .option('--product-code <regexp>', 'Codes that do not match are no products')
    .option('--upper-case', 'Write product codes in capitals')
    .option('--require-price', 'Drop lines without a positive price (else their price is unknown)')
    .option(
      '--context <parts>',
      'What separates the baskets of an order: category[:level], gender, columns; or none',
    )
    .option('--currency <code>', 'Currency of the prices, such as EUR')
    .option('--delimiter <character>', 'Between the fields of a .csv (default ",")', (text) =>
      text === '\\t' ? '\t' : text,
    )
    .option('--decimal-comma', 'Numbers are written 1.234,50')
    .option('--time-format <format>', 'Of the time column, such as "%d.%m.%Y %H:%M"')
    .option('--max-length <n>', helpFor('maxBasket'), bounded('maxBasket'))
    .option('--test-share <share>', helpFor('testShare'), bounded('testShare', false))
    .option('--test-days <n>', `${helpFor('testDays')}; in place of --test-share`, bounded('testDays'))
    .option('--strict', 'Stop at the first unreadable line')
    .option('--store <address>', 'Note that the product table has all deltas of this store so far in it')
    .option('--json', 'Print the manifest as one JSON object')
    .addHelpText('after', examples)
    .action(run);
}

/** The newest delta of a store. */
async function deltasOf(address: string): Promise<number> {
  const { openStore } = await import('../store/open.ts');
  const { readDeltaHead } = await import('../releases/deltas.ts');
  const store = openStore(address);
  try {
    return (await readDeltaHead(store))?.head.revision ?? 0;
  } finally {
    store.close();
  }
}

async function run(files: string[], flags: Flags): Promise<void> {
  const { ingest } = await import('../dataprep/ingest.ts');
  const { printResult } = await import('./ingest-report.ts');
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const started = performance.now();
  const progress = startProgress('Ingest', 'steps');
  const orders = Object.fromEntries(
    columnOptions.flatMap(([field]) => (flags[field] === undefined ? [] : [[field, flags[field]]])),
  );
  let result: IngestResult;
  try {
    // Asked before anything is read: what is published meanwhile may not be in the table, and folding it in twice is harmless.
    const deltas = flags.store === undefined ? undefined : await deltasOf(flags.store);
    result = await ingest({
      files,
      deltas,
      out: flags.out,
      preset: flags.preset,
      mapFile: flags.map,
      products: flags.products,
      mapping: {
        orders,
        products: flags.productColumns,
        fields: flags.fields,
        keep: flags.keep,
        cancelled: flags.cancelled,
        productCode: flags.productCode,
        upperCase: flags.upperCase,
        requirePrice: flags.requirePrice,
        context: flags.context,
        currency: flags.currency,
        delimiter: flags.delimiter,
        decimalComma: flags.decimalComma,
        timeFormat: flags.timeFormat,
      },
      maxBasket: flags.maxLength,
      testShare: flags.testShare,
      testDays: flags.testDays,
      strict: flags.strict,
      signal: stop.signal,
      onStep: (name, done, total) => progress.update(done, total, name),
    });
  } finally {
    progress.stop();
    process.removeListener('SIGINT', interrupt);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(result.manifest)}\n`);
  else
    process.stdout.write(
      printResult(result, { out: flags.out, seconds: (performance.now() - started) / 1000 }),
    );
}
