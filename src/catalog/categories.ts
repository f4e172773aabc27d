// The category tree, numbered in pre-order: a category and all that is below it are the numbers [n, end[n]).
// `dict.category.*` holds the whole paths in that order, `.end` and `.parent` the shape of the tree.

import { SepetError } from '../base/errors.ts';
import { unknown32 } from '../base/products.ts';
import type { Section, SectionSource } from '../base/sections.ts';
import { type Dictionary, encodeStrings, openDictionary } from './strings.ts';

export interface CategoryTree extends Dictionary {
  /** One past the last number of each subtree. */
  readonly end: Uint32Array;
  /** The number above each, `unknown32` at the top. */
  readonly parent: Uint32Array;
}

/** `' A / B//C '` → `'A/B/C'`; '' where nothing is left. */
export function normalizePath(path: string): string {
  return path
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('/');
}

/** Orders paths as a walk over the tree meets them: part by part, so that no sibling falls inside a subtree. */
function comparePaths(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let i = 0; i < left.length && i < right.length; i++) {
    const x = left[i] as string;
    const y = right[i] as string;
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

function withParents(paths: Iterable<string>): string[] {
  const all = new Set<string>();
  for (const path of paths) {
    for (let cut = path.length; cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const ancestor = path.slice(0, cut);
      if (all.has(ancestor)) break;
      all.add(ancestor);
    }
  }
  return [...all].sort(comparePaths);
}

/**
 * Builds the tree of the given paths (null or empty: unknown) and each path's number.
 * Parents that no product names are added.
 */
export function encodeCategories(paths: readonly (string | null)[]): {
  sections: Section[];
  column: Uint32Array;
} {
  const normal = new Map<string, string>();
  for (const path of paths) if (path !== null && !normal.has(path)) normal.set(path, normalizePath(path));
  const ordered = withParents(normal.values());
  const numbers = new Map(ordered.map((path, number) => [path, number]));
  const parent = new Uint32Array(ordered.length).fill(unknown32);
  const end = Uint32Array.from(ordered, (_, number) => number + 1);
  for (let n = ordered.length - 1; n >= 0; n--) {
    const path = ordered[n] as string;
    const above = numbers.get(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    if (above === undefined) continue;
    parent[n] = above;
    end[above] = Math.max(end[above] as number, end[n] as number);
  }
  const column = Uint32Array.from(paths, (path) => numbers.get(normal.get(path ?? '') ?? '') ?? unknown32);
  const sections = [
    ...encodeStrings('dict.category', ordered),
    { name: 'dict.category.end', data: end },
    { name: 'dict.category.parent', data: parent },
  ];
  return { sections, column };
}

/** Opens the tree. Throws `section_missing` or `file_damaged`. */
export function openCategories(source: SectionSource): CategoryTree {
  const paths = openDictionary(source, 'dict.category', comparePaths);
  const end = source.u32('dict.category.end');
  const parent = source.u32('dict.category.parent');
  if (end.length !== paths.length || parent.length !== paths.length)
    throw new SepetError('file_damaged', 'The sections of dict.category disagree about their sizes.');
  // Whoever walks up or down the tree relies on this to come to an end.
  const bad = end.findIndex((last, n) => {
    const above = parent[n] as number;
    return last <= n || last > end.length || (above !== unknown32 && above >= n);
  });
  if (bad >= 0)
    throw new SepetError('file_damaged', `Category ${bad} of dict.category has no place in a tree.`);
  return { ...paths, end, parent };
}
