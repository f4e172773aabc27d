// Makes an overlay: what changes say that the catalogue does not, in arrays that all threads share. Only columns that
// something touched are copied.

import { genders, unknown8, unknown32, unknownDay } from '../base/products.ts';
import type { Section, SectionArray } from '../base/sections.ts';
import type { Catalog } from './catalog.ts';
import { normalizePath } from './categories.ts';
import type { ProductChange } from './changes.ts';
import type { Columns } from './columns.ts';
import { encodeIds } from './ids.ts';
import type { Overlay } from './overlay.ts';
import { type Dictionary, encodeStrings, type StringTable } from './strings.ts';

/** What came of the changes: each product is counted once, but for `demoted`. */
export interface OverlayReport {
  /** Products of the catalogue of which something is different now. */
  readonly changed: number;
  /** Products of the catalogue that are as they were. */
  readonly same: number;
  readonly added: number;
  readonly removed: number;
  /** Changes to products that the catalogue lacks, without the title that would add them. */
  readonly ignored: number;
  /** Values that the catalogue has no place for: of a category the nearest one above is taken, numeric fields are left out. */
  readonly demoted: number;
}

type NumericColumn = Uint8Array | Uint32Array | Int32Array | Float32Array;
const unknowns: Record<Exclude<keyof Columns, 'numeric'>, number> = {
  category: unknown32,
  brand: unknown32,
  gender: unknown8,
  price: unknown32,
  band: unknown8,
  stock: unknown8,
  released: unknownDay,
  orders: 0,
  group: unknown32,
};
type PlainColumn = keyof typeof unknowns;
const plainColumns = Object.keys(unknowns) as PlainColumn[];

/** Copies of the columns that are written to, each `added` rows longer than the catalogue's. */
class TouchedColumns {
  readonly #columns: Columns;
  readonly #added: number;
  readonly #copies = new Map<string, NumericColumn>();
  readonly touchedRows = new Set<number>();

  constructor(columns: Columns, added: number) {
    this.#columns = columns;
    this.#added = added;
    if (added === 0) return;
    for (const name of plainColumns) this.#copy(`col.${name}`, columns[name], unknowns[name]);
    for (const [name, column] of columns.numeric) this.#copy(`num.${name}`, column, Number.NaN);
  }

  #copy(name: string, column: NumericColumn, unknown: number): NumericColumn {
    const Kind = column.constructor as new (buffer: SharedArrayBuffer) => NumericColumn;
    const length = column.length + this.#added;
    const copy = new Kind(new SharedArrayBuffer(length * column.BYTES_PER_ELEMENT));
    copy.set(column);
    copy.fill(unknown, column.length);
    this.#copies.set(name, copy);
    return copy;
  }

  /** Sets a value of a plain column. */
  set(name: PlainColumn, row: number, value: number): void {
    this.#set(`col.${name}`, this.#columns[name], { row, value, unknown: unknowns[name] });
  }

  /** Sets a value of a numeric field; false where the catalogue has no such field. */
  setNumeric(name: string, row: number, value: number): boolean {
    const column = this.#columns.numeric.get(name);
    if (column === undefined) return false;
    this.#set(`num.${name}`, column, { row, value: Math.fround(value), unknown: Number.NaN });
    return true;
  }

  #set(name: string, column: NumericColumn, to: { row: number; value: number; unknown: number }): void {
    const { row, value, unknown } = to;
    if (Object.is((this.#copies.get(name) ?? column)[row], value)) return;
    const copy = this.#copies.get(name) ?? this.#copy(name, column, unknown);
    copy[row] = value;
    this.touchedRows.add(row);
  }

  sections(): Section[] {
    return Array.from(this.#copies, ([name, data]) => ({ name, data }));
  }
}

/** Numbers of names, further ones for those that the dictionary lacks. */
function numbering(dictionary: Dictionary): { of(name: string): number; further: string[] } {
  const further = new Map<string, number>();
  const names: string[] = [];
  return {
    further: names,
    of(name) {
      const known = dictionary.find(name) ?? further.get(name);
      if (known !== undefined) return known;
      const number = dictionary.length + names.length;
      further.set(name, number);
      names.push(name);
      return number;
    },
  };
}

/** The category of a path, or the nearest above it that the catalogue has. */
function placeOf(path: string, { categories }: Catalog): { category: number; isExact: boolean } {
  const whole = normalizePath(path);
  for (let cut = whole.length; cut > 0; cut = whole.lastIndexOf('/', cut - 1)) {
    const category = categories.find(whole.slice(0, cut));
    if (category !== undefined) return { category, isExact: cut === whole.length };
  }
  return { category: unknown32, isExact: false };
}

interface Sorted {
  /** Changes by the rows that they are of: the catalogue's first, then added ones in the order of their ids. */
  readonly known: readonly (readonly [number, ProductChange])[];
  readonly added: readonly ProductChange[];
  /** Rows, rising. */
  readonly removed: readonly number[];
  readonly ignored: number;
}

function sortOut(catalog: Catalog, changes: Iterable<ProductChange>): Sorted {
  const known: [number, ProductChange][] = [];
  const added: ProductChange[] = [];
  const removed: number[] = [];
  let ignored = 0;
  for (const change of changes) {
    const row = catalog.ids.row(change.id);
    if (row >= 0) {
      if (change.removed === true) removed.push(row);
      else known.push([row, change]);
    } else if (change.title !== undefined && change.removed !== true) added.push(change);
    else ignored++;
  }
  return {
    known: known.sort(([a], [b]) => a - b),
    added: added.sort((a, b) => (a.id < b.id ? -1 : 1)),
    removed: removed.sort((a, b) => a - b),
    ignored,
  };
}

/** Texts that are no longer the catalogue's. */
function textSections(
  name: 'title' | 'image',
  table: StringTable,
  changes: readonly (readonly [number, ProductChange])[],
  onChanged: (row: number) => void,
): Section[] {
  const rows: number[] = [];
  const texts: string[] = [];
  for (const [row, { [name]: text }] of changes) {
    if (text === undefined || table.at(row) === text) continue;
    rows.push(row);
    texts.push(text);
    onChanged(row);
  }
  if (rows.length === 0) return [];
  return [{ name: `${name}.rows`, data: Uint32Array.from(rows) }, ...encodeStrings(name, texts)];
}

function shared(data: SectionArray): SectionArray {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const Kind = data.constructor as new (buffer: SharedArrayBuffer) => SectionArray;
  const copy = new Kind(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return copy;
}

/**
 * Makes the overlay of a catalogue that holds these changes, merged from all deltas after the artifact's own up to
 * `revision`. Takes a copy of each touched column, of all columns where products are added.
 */
export function makeOverlay(
  catalog: Catalog,
  changes: ReadonlyMap<string, ProductChange>,
  revision: number,
): { overlay: Overlay; report: OverlayReport } {
  const { known, added, removed, ignored } = sortOut(catalog, changes.values());
  const columns = new TouchedColumns(catalog.columns, added.length);
  const brands = numbering(catalog.brands);
  const groups = numbering(catalog.groups);
  let demoted = 0;
  const write = (row: number, change: ProductChange): void => {
    const { category, brand, group, gender, price, stock, released, numeric = {} } = change;
    if (category !== undefined) {
      const place = placeOf(category, catalog);
      columns.set('category', row, place.category);
      if (!place.isExact) demoted++;
    }
    if (brand !== undefined) columns.set('brand', row, brands.of(brand));
    if (group !== undefined) columns.set('group', row, groups.of(group));
    if (gender !== undefined) columns.set('gender', row, genders.indexOf(gender));
    if (price !== undefined) columns.set('price', row, price);
    if (stock !== undefined) columns.set('stock', row, Number(stock));
    if (released !== undefined) columns.set('released', row, released);
    for (const [name, value] of Object.entries(numeric)) if (!columns.setNumeric(name, row, value)) demoted++;
  };
  const rows = [...known, ...added.map((change, i) => [catalog.products + i, change] as const)];
  for (const [row, change] of rows) write(row, change);
  const touched = (row: number): void => void columns.touchedRows.add(row);
  const sections = [
    ...(removed.length > 0 ? [{ name: 'removed', data: Uint32Array.from(removed) }] : []),
    ...columns.sections(),
    ...(added.length > 0 ? encodeIds(added.map(({ id }) => id)) : []),
    ...textSections('title', catalog.titles, rows, touched),
    ...textSections('image', catalog.images, rows, touched),
    ...(brands.further.length > 0 ? encodeStrings('dict.brand', brands.further) : []),
    ...(groups.further.length > 0 ? encodeStrings('dict.group', groups.further) : []),
  ];
  const isKnown = (row: number): boolean => row < catalog.products;
  const changed = [...columns.touchedRows].filter(isKnown).length;
  return {
    overlay: {
      revision,
      products: catalog.products,
      added: added.length,
      sections: sections.map(({ name, data }) => ({ name, data: shared(data) })),
    },
    report: {
      ...{ changed, same: known.length - changed, added: added.length, removed: removed.length },
      ...{ ignored, demoted },
    },
  };
}
