// Turns the names in a policy into a catalogue's numbers. A name that is not there is reported with the nearest
// that is, never ignored.

import { nearest, suggestion } from '../base/nearest.ts';
import type { PolicyCatalog } from './facts.ts';
import { fieldNames, type NumericField, noField, openField, standardised } from './fields.ts';

/** `path` is the name's place in the document. */
export interface Resolver {
  /** Subtrees as ranges of category numbers. */
  categories(names: string | readonly string[], path: readonly PropertyKey[]): [start: number, end: number][];
  brands(names: string | readonly string[], path: readonly PropertyKey[]): Set<number>;
  field(name: string, path: readonly PropertyKey[]): NumericField;
  /** The field's distance from its mean in standard deviations, by row. */
  standardised(name: string, path: readonly PropertyKey[]): Float64Array;
}

/** Takes a mistake: throws it, or notes it and returns. */
export type Report = (path: readonly PropertyKey[], said: string) => void;

const subtree = /\/\*\*$/;

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The nearest category by its whole path, else by its own name, else the top of the tree. */
function nearCategory(path: string, categories: PolicyCatalog['categories']): string {
  const paths = [...categories];
  const whole = suggestion(path, ['same-leaf', 'same-parent', ...paths]);
  if (whole !== '') return whole;
  const name = nearest(lastPart(path), paths.map(lastPart));
  if (name !== undefined) return ` Did you mean "${paths.find((known) => lastPart(known) === name)}"?`;
  const top = paths.filter((known) => !known.includes('/')).slice(0, 20);
  return top.length === 0 ? '' : ` The top categories are ${top.join(', ')}.`;
}

/** Looks names up in a catalogue. Where `report` returns, the name is left out and the rest resolved. */
export function resolver(catalog: PolicyCatalog, report: Report): Resolver {
  const { categories, brands } = catalog;
  const each = <T>(
    names: string | readonly string[],
    path: readonly PropertyKey[],
    resolve: (name: string, place: readonly PropertyKey[]) => T | undefined,
  ): T[] =>
    [names].flat().flatMap((name, i) => {
      const found = resolve(name, typeof names === 'string' ? path : [...path, i]);
      return found === undefined ? [] : [found];
    });
  const lacks = (what: string, name: string): string =>
    `names the ${what} "${name}", which the artifact lacks.`;
  const field = (name: string, path: readonly PropertyKey[]): NumericField => {
    const found = openField(catalog, name);
    if (found !== undefined) return found;
    const known = fieldNames(catalog);
    const said = `${lacks('numeric field', name)}${suggestion(name, known)} Known: ${known.join(', ')}.`;
    report(path, said);
    return noField;
  };
  return {
    categories: (names, path) =>
      each(names, path, (name, place): [number, number] | undefined => {
        const path = name.replace(subtree, '');
        const number = categories.find(path);
        if (number !== undefined) return [number, categories.end[number] as number];
        report(place, `${lacks('category', name)}${nearCategory(path, categories)}`);
        return undefined;
      }),
    brands: (names, path) =>
      new Set(
        each(names, path, (name, place) => {
          const number = brands.find(name);
          if (number === undefined)
            report(place, `${lacks('brand', name)}${suggestion(name, ['same', ...brands])}`);
          return number;
        }),
      ),
    field,
    standardised(name, path) {
      field(name, path);
      return standardised(catalog, name);
    },
  };
}
