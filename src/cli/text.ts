// How numbers, prices and tables look in the terminal.

import Table from 'cli-table3';

const bare = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((part) => [part, '']),
);

export interface Column {
  readonly head: string;
  readonly right?: boolean;
  /** Longer text is cut with an ellipsis. */
  readonly width?: number;
}

/** A table without lines, indented by two; columns in which every cell is empty are left out. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const shown = [...columns.keys()].filter((i) => rows.some((row) => row[i] !== ''));
  const select = <T>(values: readonly T[]): T[] => shown.map((i) => values[i] as T);
  const table = new Table({
    head: select(columns).map(({ head }) => head),
    chars: bare,
    colAligns: select(columns).map(({ right }) => (right === true ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 2, 'padding-right': 0 },
  });
  const cut = (text: string, width = text.length) =>
    text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  for (const row of rows) table.push(select(row.map((text, i) => cut(text, columns[i]?.width))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** `1 product`, `12,345 products`. */
export const counted = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** `5.3 MB`. */
export function size(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** Minor units as people write them: `₺249.90`; without a currency the digits alone. */
export function money(minor: number | undefined, currency: string | undefined): string {
  if (minor === undefined) return '';
  if (currency === undefined) return (minor / 100).toFixed(2);
  try {
    const format = new Intl.NumberFormat('en', {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
    });
    return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${(minor / 100).toFixed(2)} ${currency}`;
  }
}
