// Changes of products since an artifact was built: a delta is a container of them (docs/formats.md), keyed by product id.
// Values are absolute, so that a delta which is applied twice changes nothing.

import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type Gender, genders, numericFieldName, unknown32 } from '../base/products.ts';
import type { Section, SectionSource } from '../base/sections.ts';
import { encodeStrings, openStrings } from './strings.ts';

/** What is now so of one product; what is absent stays as it is. */
export interface ProductChange {
  readonly id: string;
  /** True takes it out of every answer, false brings it back. */
  readonly removed?: boolean;
  /** A product that the artifact lacks is added where its title is given. */
  readonly title?: string;
  readonly image?: string;
  /** A path such as `A/B/C`. */
  readonly category?: string;
  readonly brand?: string;
  readonly group?: string;
  readonly gender?: Gender;
  /** Minor units of the delta's currency. */
  readonly price?: number;
  readonly stock?: boolean;
  /** Days since 1970-01-01. */
  readonly released?: number;
  /** Orders are counted by a build alone. */
  readonly orders?: never;
  /** The shop's own fields by name. */
  readonly numeric?: Readonly<Record<string, number>>;
}

const deltaVersion = 1;

const manifestSchema = z.object({
  kind: z.literal('sepet-delta'),
  formatVersion: z.literal(deltaVersion),
  at: z.iso.datetime(),
  by: z.string(),
  /** Of the prices; null where nobody said. */
  currency: z.string().nullable(),
  products: z.number().int().min(1).max(limits.deltaProducts.max),
  /** Numeric fields that some product has. */
  fields: z.array(z.string().regex(numericFieldName)).max(limits.numericFields.max),
});

export type DeltaManifest = z.output<typeof manifestSchema>;

const textFields = ['title', 'image', 'category', 'brand', 'group'] as const;
/** How values stand in a column of numbers. */
const numberFields = {
  removed: Uint8Array,
  gender: Uint8Array,
  price: Uint32Array,
  stock: Uint8Array,
  released: Int32Array,
} as const;
type NumberField = keyof typeof numberFields;
const numberNames = Object.keys(numberFields) as NumberField[];

/** Bit of each field in `has`; numeric fields follow from 16 on, in the manifest's order. */
const bitOf = new Map<string, number>([...textFields, ...numberNames].map((name, bit) => [name, bit]));
const firstNumericBit = 16;

const invalid = (id: string, said: string): SepetError =>
  new SepetError('delta_invalid', `The change of product "${id}" ${said}.`);

const loneSurrogate = /\p{Surrogate}/u;
/** Days that a date can have in four digits. */
const days = { min: -719_528, max: 2_932_896 };

function checkChange(change: ProductChange): void {
  const { id, gender, price, released, numeric = {} } = change;
  const bytes = Buffer.byteLength(id);
  if (bytes === 0 || bytes > limits.idBytes.max || loneSurrogate.test(id))
    throw new SepetError(
      'delta_invalid',
      `A product id must be text of 1 to ${limits.idBytes.max} bytes, not "${id.slice(0, 40)}".`,
    );
  for (const name of textFields)
    if (change[name]?.trim() === '')
      throw invalid(id, `has an empty ${name}: leave it out to keep what is known`);
  if (gender !== undefined && !genders.includes(gender))
    throw invalid(id, `has the gender "${gender}"; known are ${genders.join(', ')}`);
  if (price !== undefined && !(Number.isInteger(price) && price > 0 && price < unknown32))
    throw invalid(id, `has the price ${price}; a price is a whole number of minor units above 0`);
  if (released !== undefined && !(Number.isInteger(released) && released >= days.min && released <= days.max))
    throw invalid(id, `was released on day ${released}, which no date has`);
  for (const [name, value] of Object.entries(numeric)) {
    if (!numericFieldName.test(name))
      throw invalid(id, `has the field "${name}", which cannot be one's name`);
    if (!Number.isFinite(Math.fround(value)))
      throw invalid(id, `has the ${name} ${value}, which is no number`);
  }
}

/** The values of a field as its column holds them, 0 where a change has none. */
function numbersOf(name: NumberField, changes: readonly ProductChange[]): Section['data'] {
  const Kind = numberFields[name];
  const column = new Kind(changes.length);
  changes.forEach((change, row) => {
    if (name === 'gender') column[row] = change.gender === undefined ? 0 : genders.indexOf(change.gender);
    else column[row] = Number(change[name] ?? 0);
  });
  return column;
}

export interface DeltaOrigin {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly by: string;
  readonly currency: string | null;
}

/**
 * Encodes changes, one a product, as the sections of a delta, the manifest first. Throws `delta_invalid` naming the
 * product whose change says something that cannot be, also where a product is there twice or there are none.
 */
export function encodeChanges(list: Iterable<ProductChange>, { at, by, currency }: DeltaOrigin): Section[] {
  const changes = [...list];
  const { max } = limits.deltaProducts;
  if (changes.length === 0) throw new SepetError('delta_invalid', 'A delta needs at least one product.');
  if (changes.length > max)
    throw new SepetError('delta_invalid', `A delta holds at most ${max} products, not ${changes.length}.`);
  for (const change of changes) checkChange(change);
  checkOnce(changes);
  const fields = [...new Set(changes.flatMap(({ numeric = {} }) => Object.keys(numeric)))].sort();
  if (fields.length > limits.numericFields.max)
    throw new SepetError(
      'delta_invalid',
      `A delta holds at most ${limits.numericFields.max} numeric fields, not ${fields.length}.`,
    );
  const has = Uint32Array.from(changes, (change) => {
    let bits = 0;
    for (const [name, bit] of bitOf) if (change[name as keyof ProductChange] !== undefined) bits |= 1 << bit;
    fields.forEach((name, i) => {
      if (change.numeric?.[name] !== undefined) bits |= 1 << (firstNumericBit + i);
    });
    return bits >>> 0;
  });
  const isUsed = (name: string): boolean => has.some((bits) => (bits >>> (bitOf.get(name) as number)) & 1);
  const manifest: DeltaManifest = {
    ...{ kind: 'sepet-delta', formatVersion: deltaVersion, at, by, currency },
    ...{ products: changes.length, fields },
  };
  return [
    { name: 'manifest', data: new TextEncoder().encode(JSON.stringify(manifest)) },
    ...encodeStrings(
      'id',
      changes.map(({ id }) => id),
    ),
    { name: 'has', data: has },
    ...textFields.filter(isUsed).flatMap((name) =>
      encodeStrings(
        name,
        changes.map((change) => change[name] ?? ''),
      ),
    ),
    ...numberNames.filter(isUsed).map((name) => ({ name, data: numbersOf(name, changes) })),
    ...fields.map((name) => ({
      name: `num.${name}`,
      data: Float32Array.from(changes, ({ numeric }) => numeric?.[name] ?? 0),
    })),
  ];
}

function checkOnce(changes: readonly ProductChange[]): void {
  const seen = new Set<string>();
  for (const { id } of changes) {
    if (seen.has(id)) throw invalid(id, 'is there twice');
    seen.add(id);
  }
}

function readManifest(source: SectionSource): DeltaManifest {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder().decode(source.u8('manifest')));
  } catch (cause) {
    if (cause instanceof SepetError) throw cause;
    throw new SepetError('manifest_invalid', "The delta's manifest is not JSON.", { cause });
  }
  const parsed = manifestSchema.safeParse(found);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SepetError(
    'manifest_invalid',
    `This is no delta of this version (${issue?.path.join('.')}: ${issue?.message}).`,
  );
}

/**
 * Reads a delta. Throws `manifest_invalid`, `section_missing`, `file_damaged` where sections disagree, and
 * `delta_invalid` naming a product whose change cannot be; so what comes back is right in every part.
 */
export function decodeChanges(source: SectionSource): { manifest: DeltaManifest; changes: ProductChange[] } {
  const manifest = readManifest(source);
  const { products, fields } = manifest;
  const sized = <A extends { readonly length: number }>(name: string, column: A): A => {
    if (column.length === products) return column;
    throw new SepetError('file_damaged', `${name} has ${column.length} values for ${products} products.`);
  };
  const has = sized('has', source.u32('has'));
  const used = has.reduce((all, bits) => all | bits, 0);
  const isUsed = (name: string): boolean => ((used >>> (bitOf.get(name) as number)) & 1) === 1;
  if (used >>> 0 >= 2 ** (firstNumericBit + fields.length) || (used & 0xffff) >>> bitOf.size !== 0)
    throw new SepetError('file_damaged', 'The section has names fields that a delta of this version lacks.');
  const ids = openStrings(source, 'id', products);
  const texts = textFields
    .filter(isUsed)
    .map((name) => ({ name, table: openStrings(source, name, products) }));
  const numbers = numberNames.filter(isUsed).map((name) => {
    const kind = numberFields[name];
    const column =
      kind === Uint8Array ? source.u8(name) : kind === Int32Array ? source.i32(name) : source.u32(name);
    return { name, column: sized(name, column) };
  });
  const numeric = fields.map((name) => ({ name, column: sized(`num.${name}`, source.f32(`num.${name}`)) }));
  const isGiven = (row: number, bit: number): boolean => (((has[row] as number) >>> bit) & 1) === 1;
  const changes = Array.from({ length: products }, (_, row): ProductChange => {
    const own: Record<string, unknown> = { id: ids.at(row) };
    for (const { name, table } of texts)
      if (isGiven(row, bitOf.get(name) as number)) own[name] = table.at(row);
    for (const { name, column } of numbers)
      if (isGiven(row, bitOf.get(name) as number)) own[name] = inWords(name, column[row] as number);
    const given = numeric.filter((_, i) => isGiven(row, firstNumericBit + i));
    if (given.length > 0)
      own.numeric = Object.fromEntries(given.map(({ name, column }) => [name, column[row] as number]));
    const change = own as unknown as ProductChange;
    checkChange(change);
    return change;
  });
  checkOnce(changes);
  return { manifest, changes };
}

/** A value of a column as a change has it; one that none can be stays as it is, for `checkChange` to name. */
function inWords(name: NumberField, value: number): unknown {
  if (name === 'gender') return genders[value] ?? `number ${value}`;
  if (name !== 'removed' && name !== 'stock') return value;
  if (value > 1) throw new SepetError('file_damaged', `${name} holds ${value}, which is neither yes nor no.`);
  return value === 1;
}

/**
 * Puts later changes over earlier ones, field by field. A removed product comes back where a later change says so or
 * offers it anew by its title, as it would if the removal had been folded into a build in between.
 */
export function mergeChanges(into: Map<string, ProductChange>, next: Iterable<ProductChange>): void {
  for (const change of next) {
    const before = into.get(change.id);
    if (before === undefined) {
      into.set(change.id, change);
      continue;
    }
    const isBack = before.removed === true && change.removed === undefined && change.title !== undefined;
    into.set(change.id, {
      ...before,
      ...change,
      ...(isBack && { removed: false }),
      ...((before.numeric ?? change.numeric) && { numeric: { ...before.numeric, ...change.numeric } }),
    });
  }
}
