// The name that was probably meant.

import { distance } from 'fastest-levenshtein';

/** ` Did you mean "x"?`, or nothing: made to be appended to a complaint. */
export function suggestion(name: string, known: Iterable<string>): string {
  const near = [...known]
    .map((one) => ({ one, far: distance(name.toLowerCase(), one.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(2, Math.floor(name.length / 2)))
    .toSorted((a, b) => a.far - b.far)[0];
  return near === undefined ? '' : ` Did you mean "${near.one}"?`;
}
