// At most so many of a brand, a category, a group: counted over the columns, begun anew for each use.

import { unknown32 } from '../base/products.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Ranking } from '../policy/compile.ts';

export interface Caps {
  /** Forgets what was added and takes the maxima over. */
  begin(diversity: Ranking['diversity']): void;
  /** Whether one more would exceed no maximum. */
  fits(row: number): boolean;
  add(row: number): void;
}

/** The counts of one column's values under the present maximum. Unknown values are not counted. */
interface Tally {
  readonly column: Uint32Array;
  readonly counts: Uint16Array;
  readonly most: number;
  readonly touched: number[];
}

/** Makes the counters of one thread. */
export function createCaps({ columns, brands, categories, groups }: Catalog): Caps {
  const made = new Map<Uint32Array, Tally>();
  const active: Tally[] = [];

  function activate(column: Uint32Array, values: number, most: number | undefined): void {
    if (most === undefined) return;
    const { counts, touched } = made.get(column) ?? { counts: new Uint16Array(values), touched: [] };
    const tally = { column, counts, touched, most };
    made.set(column, tally);
    active.push(tally);
  }

  return {
    begin({ maxBrand, maxCategory, maxGroup }) {
      for (const { counts, touched } of active) {
        for (const value of touched) counts[value] = 0;
        touched.length = 0;
      }
      active.length = 0;
      activate(columns.brand, brands.length, maxBrand);
      activate(columns.category, categories.length, maxCategory);
      activate(columns.group, groups.length, maxGroup);
    },
    fits(row) {
      for (let i = 0; i < active.length; i++) {
        const { column, counts, most } = active[i] as Tally;
        const value = column[row] as number;
        if (value !== unknown32 && (counts[value] as number) >= most) return false;
      }
      return true;
    },
    add(row) {
      for (let i = 0; i < active.length; i++) {
        const { column, counts, touched } = active[i] as Tally;
        const value = column[row] as number;
        if (value === unknown32) continue;
        if (counts[value] === 0) touched.push(value);
        counts[value] = (counts[value] as number) + 1;
      }
    },
  };
}
