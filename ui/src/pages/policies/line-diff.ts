// What two texts have in common, line by line.

export interface Same {
  /** From 0. */
  readonly before: number;
  readonly after: number;
}

/** Beyond so many cells the middle of two long lists counts as replaced as a whole. */
const mostCells = 4_000_000;

/** The longest common subsequence of two lists, as pairs of places. */
export function commonOf(before: readonly string[], after: readonly string[]): readonly Same[] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const head = Array.from({ length: start }, (_, i) => ({ before: i, after: i }));
  const tail = Array.from({ length: end }, (_, i) => ({
    before: before.length - end + i,
    after: after.length - end + i,
  }));
  const middle = middleOf(before.slice(start, before.length - end), after.slice(start, after.length - end));
  return [
    ...head,
    ...middle.map((one) => ({ before: one.before + start, after: one.after + start })),
    ...tail,
  ];
}

function middleOf(before: readonly string[], after: readonly string[]): readonly Same[] {
  const width = after.length + 1;
  if (before.length * after.length > mostCells) return [];
  /** Length of the longest common subsequence of what follows. */
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const same: Same[] = [];
  for (let i = 0, j = 0; i < before.length && j < after.length; ) {
    if (before[i] === after[j]) same.push({ before: i++, after: j++ });
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return same;
}

export type DiffLine =
  | { readonly kind: 'same' | 'added' | 'removed'; readonly text: string }
  /** Lines alike in both that are not shown. */
  | { readonly kind: 'skipped'; readonly lines: number };

/** A unified diff with so many lines around each change. */
export function diffLines(before: string, after: string, around = 2): readonly DiffLine[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const all: Exclude<DiffLine, { kind: 'skipped' }>[] = [];
  let [i, j] = [0, 0];
  for (const same of [...commonOf(old, fresh), { before: old.length, after: fresh.length }]) {
    while (i < same.before) all.push({ kind: 'removed', text: old[i++] ?? '' });
    while (j < same.after) all.push({ kind: 'added', text: fresh[j++] ?? '' });
    if (i < old.length) all.push({ kind: 'same', text: old[i] ?? '' });
    i++;
    j++;
  }
  return folded(all, around);
}

const linesOf = (text: string): readonly string[] => text.replace(/\n$/, '').split('\n');

function folded(all: readonly Exclude<DiffLine, { kind: 'skipped' }>[], around: number): readonly DiffLine[] {
  const near = all.map((_, index) =>
    all.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== 'same'),
  );
  const shown: DiffLine[] = [];
  let skipped = 0;
  for (const [index, line] of all.entries()) {
    if (near[index] === false) {
      skipped++;
      continue;
    }
    if (skipped > 0) shown.push({ kind: 'skipped', lines: skipped });
    skipped = 0;
    shown.push(line);
  }
  return skipped > 0 && shown.length > 0 ? [...shown, { kind: 'skipped', lines: skipped }] : shown;
}
