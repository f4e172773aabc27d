// What `sepet diff` prints: the change in words, then the lists that changed most, side by side.

import type { Diff, Figure, SideSummary } from '../releases/diff.ts';
import type { Example, ExampleItem } from '../releases/diff-lists.ts';
import { percent } from '../releases/figures.ts';
import { moment, shortHash } from './release-text.ts';
import { count, counted, size, textTable } from './text.ts';

const titleWidth = 40;

export function diffPage(diff: Diff): string {
  const { lists } = diff;
  return [
    sides(diff),
    '',
    ...productLines(diff),
    ...policyLines(diff),
    ...figureLines(diff.figures),
    '',
    ...listLines(diff),
    ...lists.examples.flatMap((example) => ['', exampleText(example)]),
  ].join('\n');
}

function sides({ before, after }: Diff): string {
  const row = (mark: string, side: SideSummary): string[] => [
    mark,
    side.revision === undefined || side.name.includes('@') ? side.name : `${side.name}@${side.revision}`,
    side.title,
    shortHash(side.file),
    counted(side.counts.products, 'product'),
    size(side.bytes),
    `built ${moment(side.createdAt)}`,
    side.policies.join(', '),
  ];
  const columns = Array.from({ length: 8 }, () => ({ head: '' }));
  return textTable(columns, [row('from', before), row('to', after)])
    .split('\n')
    .slice(1)
    .join('\n');
}

const such = (examples: readonly string[]): string =>
  examples.length === 0 ? '' : `, such as ${examples.join(', ')}`;

function productLines({ products }: Diff): string[] {
  const { both, added, removed, addedExamples, removedExamples, changed } = products;
  const parts = Object.entries(changed)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${count(n)} another ${name}`);
  return [
    `  ${counted(added, 'product')} came${such(addedExamples)}`,
    `  ${counted(removed, 'product')} went${such(removedExamples)}`,
    `  of ${count(both)} in both, ${parts.length === 0 ? 'nothing that is known of them changed' : `${parts.join(', ')}`}`,
  ];
}

function policyLines({ policies: { added, removed, changed } }: Diff): string[] {
  const parts = [
    ...(added.length > 0 ? [`new ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`gone ${removed.join(', ')}`] : []),
    ...(changed.length > 0 ? [`changed ${changed.join(', ')}`] : []),
  ];
  return [`  policies: ${parts.length === 0 ? 'the same' : parts.join('; ')}`];
}

function figureLines(figures: readonly Figure[]): string[] {
  const figure = (value: number | undefined): string => value?.toFixed(4) ?? 'unknown';
  if (figures.length === 0) return [];
  const table = textTable(
    [
      { head: 'figure' },
      { head: 'from', right: true },
      { head: 'to', right: true },
      { head: 'change', right: true },
    ],
    figures.map(({ name, before, after }) => [
      name,
      figure(before),
      figure(after),
      before === undefined || after === undefined || before === 0 ? '' : percent(after / before - 1),
    ]),
  );
  return ['', table];
}

function listLines({ lists }: Diff): string[] {
  const { compared, same, reordered, changed, overlapAt10, rankBiasedOverlap } = lists;
  const share = (n: number): string => (compared === 0 ? '' : ` (${((100 * n) / compared).toFixed(1)} %)`);
  return [
    `  top-10 lists of the ${count(compared)} most ordered products in both:`,
    `    ${count(same)}${share(same)} are the same, ${count(reordered)}${share(reordered)} have another order, ${count(changed)}${share(changed)} other products`,
    `    ${(10 * overlapAt10).toFixed(1)} of 10 stay on average; overlap@10 ${overlapAt10.toFixed(3)}, rank-biased ${rankBiasedOverlap.toFixed(3)}`,
  ];
}

function exampleText({ id, title, overlapAt10, before, after }: Example): string {
  const cell = (item: ExampleItem | undefined, mark: string): string =>
    item === undefined ? '' : `${item.inBoth ? ' ' : mark} ${item.title || item.id}`;
  const rows = Array.from({ length: Math.max(before.length, after.length) }, (_, i) => [
    String(i + 1),
    cell(before[i], '-'),
    cell(after[i], '+'),
  ]);
  const head = `  ${id}${title === '' ? '' : `  ${title}`}  (${Math.round(100 * overlapAt10)} % stay)`;
  const table = textTable(
    [
      { head: '#', right: true },
      { head: '  from', width: titleWidth },
      { head: '  to', width: titleWidth },
    ],
    rows,
  );
  return `${head}\n${table.replace(/^/gm, '  ')}`;
}
