// How a file's columns become Sepet's fields: a preset, then a mapping file, then single options, each over the former.

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { checkLimit, limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import { numericFieldName } from '../base/products.ts';
import {
  type FieldColumns,
  type KeptColumns,
  type NumericFields,
  type OrderField,
  orderFields,
  type ProductField,
  productFields,
  severalColumns,
} from './fields.ts';
import { isPreset, type Preset, presets } from './presets.ts';

/** What a preset, a mapping file or the options may say. */
export interface MappingInput {
  readonly orders?: FieldColumns<OrderField> | undefined;
  readonly products?: FieldColumns<ProductField> | undefined;
  readonly fields?: NumericFields | undefined;
  readonly keep?: KeptColumns | undefined;
  /** A regular expression (RE2): orders whose id matches are cancelled. */
  readonly cancelled?: string | undefined;
  /** A regular expression: codes that do not match are no products. */
  readonly productCode?: string | undefined;
  /** Writes product codes in capitals. */
  readonly upperCase?: boolean | undefined;
  /** Drops lines without a positive price; otherwise they are kept with an unknown price. */
  readonly requirePrice?: boolean | undefined;
  /** `category`, `category:LEVEL`, `gender` or columns of the orders, comma-separated. */
  readonly context?: string | undefined;
  /** ISO 4217 code of the prices in the orders. */
  readonly currency?: string | undefined;
  readonly delimiter?: string | undefined;
  /** Numbers are written 1.234,50. */
  readonly decimalComma?: boolean | undefined;
  /** A strptime format, e.g. %d.%m.%Y %H:%M. */
  readonly timeFormat?: string | undefined;
}

/** What separates the baskets of one order. */
export type ContextPart =
  | { readonly kind: 'category'; readonly level: number | null }
  | { readonly kind: 'gender' }
  | { readonly kind: 'column'; readonly column: string };

/** Everything decided about reading: the result of merging the inputs. */
export interface Mapping {
  readonly orders: FieldColumns<OrderField>;
  readonly products: FieldColumns<ProductField>;
  readonly fields: NumericFields;
  readonly keep: KeptColumns;
  readonly cancelled: string | null;
  readonly productCode: string | null;
  readonly upperCase: boolean;
  readonly requirePrice: boolean;
  readonly context: readonly ContextPart[];
  readonly currency: string | null;
  readonly delimiter: string | null;
  readonly decimalComma: boolean;
  readonly timeFormat: string | null;
}

const columns = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const fieldsSchema = <F extends string>(fields: Readonly<Record<F, string>>) =>
  z.strictObject(Object.fromEntries(Object.keys(fields).map((name) => [name, columns.optional()])));

const shape = {
  preset: z.string().optional(),
  orders: fieldsSchema(orderFields).optional(),
  products: fieldsSchema(productFields).optional(),
  fields: z.union([z.array(z.string().min(1)), z.record(z.string(), z.string().min(1))]).optional(),
  keep: z.union([z.array(z.string().min(1)), z.record(z.string(), z.string().min(1))]).optional(),
  cancelled: z.string().optional(),
  productCode: z.string().optional(),
  upperCase: z.boolean().optional(),
  requirePrice: z.boolean().optional(),
  context: z.string().optional(),
  currency: z.string().optional(),
  delimiter: z.string().optional(),
  decimalComma: z.boolean().optional(),
  timeFormat: z.string().optional(),
};
const fileSchema = z.strictObject(shape);

function asColumns<F extends string>(fields: Record<string, unknown> | undefined): FieldColumns<F> {
  const entries = Object.entries(fields ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
  ) as FieldColumns<F>;
}

const sameNames = (names: readonly string[]): NumericFields =>
  Object.fromEntries(names.map((name) => [name, name]));

/** Reads a mapping file (YAML or JSON). Throws `input_missing`, `input_unreadable`, `option_unknown`, `option_invalid`. */
export async function readMappingFile(path: string): Promise<MappingInput & { preset?: string | undefined }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `${path} does not exist.`, { cause });
  }
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new SepetError('input_unreadable', `${path} is not YAML: ${why}`, { cause });
  }
  const result = fileSchema.safeParse(document ?? {});
  if (result.success) {
    const { orders, products, fields, keep, ...rest } = result.data;
    return {
      ...rest,
      orders: asColumns<OrderField>(orders),
      products: asColumns<ProductField>(products),
      ...(fields && { fields: Array.isArray(fields) ? sameNames(fields) : fields }),
      ...(keep && { keep: Array.isArray(keep) ? sameNames(keep) : keep }),
    };
  }
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const [part] = issue.path;
    const known = part === 'orders' ? orderFields : part === 'products' ? productFields : shape;
    const where = part === undefined ? '' : ` under ${String(part)}`;
    throw new SepetError(
      'option_unknown',
      `${path}: there is no "${key}"${where}.${suggestion(key, Object.keys(known))}`,
    );
  }
  throw new SepetError('option_invalid', `${path}: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Parses `category:1,gender,channel`. Throws `option_invalid`. */
function parseContext(text: string): ContextPart[] {
  const names = text.split(',').map((name) => name.trim());
  return names
    .filter((name) => name !== '' && name !== 'none')
    .map((name) => {
      if (name === 'gender') return { kind: 'gender' };
      if (name === 'category') return { kind: 'category', level: null };
      const level = /^category:(.*)$/.exec(name)?.[1];
      if (level !== undefined)
        return {
          kind: 'category',
          level: checkLimit('categoryLevel', level === '' ? Number.NaN : Number(level)),
        };
      return { kind: 'column', column: name };
    });
}

/** `category:1`: a context part the way it was asked for. */
export function contextName(part: ContextPart): string {
  if (part.kind === 'column') return part.column;
  return part.kind === 'category' && part.level !== null ? `category:${part.level}` : part.kind;
}

function checkedPreset(name: string): Preset {
  if (isPreset(name)) return presets[name];
  const known = Object.keys(presets);
  throw new SepetError(
    'option_invalid',
    `There is no preset "${name}".${suggestion(name, known) || ` Known: ${known.join(', ')}.`}`,
  );
}

function checkSeveral(fields: FieldColumns<string>): void {
  for (const [field, names] of Object.entries(fields))
    if ((names?.length ?? 0) > 1 && !severalColumns.has(field))
      throw new SepetError('option_invalid', `${field} takes one column, not ${names?.join(', ')}.`);
}

/** Checks names that columns get: of numeric fields, or of kept columns. */
function checkNames(what: 'numeric field' | 'kept column', names: readonly string[], max: number): void {
  if (names.length > max)
    throw new SepetError(
      'option_invalid',
      `There are ${names.length} ${what}s; at most ${max} are possible.`,
    );
  const bad = names.find((name) => !numericFieldName.test(name));
  if (bad !== undefined)
    throw new SepetError(
      'option_invalid',
      `A ${what}'s name is up to 16 letters, digits and _ from a small letter on, not "${bad}"; name its column as NAME=COLUMN.`,
    );
  const lower = names.map((name) => name.toLowerCase());
  const twin = names.find((_, i) => lower.indexOf(lower[i] as string) < i);
  if (twin !== undefined)
    throw new SepetError('option_invalid', `Another ${what} is called like "${twin}", but for capitals.`);
}

/** The code in capitals. Throws `option_invalid`. */
export function checkedCurrency(currency: string): string {
  const code = currency.toUpperCase();
  if (/^[A-Z]{3}$/.test(code)) return code;
  throw new SepetError(
    'option_invalid',
    `The currency must be a code of three letters such as EUR, not "${currency}".`,
  );
}

/** Merges preset, mapping file and options, and checks what can be checked without the data. */
export function resolveMapping(presetName: string | undefined, inputs: readonly MappingInput[]): Mapping {
  const preset: Preset | undefined = presetName === undefined ? undefined : checkedPreset(presetName);
  const all: MappingInput[] = [...(preset === undefined ? [] : [preset]), ...inputs];
  const last = <K extends keyof MappingInput>(key: K) =>
    all.findLast((input) => input[key] !== undefined)?.[key];
  const orders: FieldColumns<OrderField> = Object.assign({}, ...all.map((input) => input.orders));
  const products: FieldColumns<ProductField> = Object.assign({}, ...all.map((input) => input.products));
  checkSeveral(orders);
  checkSeveral(products);
  const fields: NumericFields = Object.assign({}, ...all.map((input) => input.fields));
  checkNames('numeric field', Object.keys(fields), limits.numericFields.max);
  const keep: KeptColumns = Object.assign({}, ...all.map((input) => input.keep));
  checkNames('kept column', Object.keys(keep), limits.keptColumns.max);
  if ('context' in keep)
    throw new SepetError(
      'option_invalid',
      'A basket has a "context" already: keep the column by another name.',
    );
  if (orders.price !== undefined && orders.total !== undefined)
    throw new SepetError('option_invalid', 'Map price (of a piece) or total (of the line), not both.');
  const delimiter = last('delimiter') ?? null;
  if (delimiter !== null && (delimiter.length !== 1 || /["\r\n]|[^\0-\x7f]/.test(delimiter)))
    throw new SepetError('option_invalid', `The delimiter must be one ASCII character, not "${delimiter}".`);
  const currency = last('currency');
  return {
    orders,
    products,
    fields,
    keep,
    cancelled: last('cancelled') ?? null,
    productCode: last('productCode') ?? null,
    upperCase: last('upperCase') ?? false,
    requirePrice: last('requirePrice') ?? false,
    context: parseContext(last('context') ?? ''),
    currency: currency === undefined ? null : checkedCurrency(currency),
    delimiter,
    decimalComma: last('decimalComma') ?? false,
    timeFormat: last('timeFormat') ?? null,
  };
}
