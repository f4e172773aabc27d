// What `sepet ingest` prints for people: the account, the baskets, and the next command.

import { catalogueReasons, type Reason, reasonNames, reasons } from '../dataprep/account.ts';
import type { IngestResult } from '../dataprep/ingest.ts';
import { moment } from './release-text.ts';
import { count, counted } from './text.ts';

/** Lines of figures, names and words, the figures right-aligned. */
function aligned(rows: readonly (readonly [figure: string, name: string, about: string])[]): string[] {
  const widths = [0, 1].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map(([figure, name, about]) =>
    `  ${figure.padStart(widths[0] ?? 0)}  ${name.padEnd(widths[1] ?? 0)}  ${about}`.trimEnd(),
  );
}

/** The report, ending in a line feed. */
export function printResult(result: IngestResult, run: { out: string; seconds: number }): string {
  const { counts, time, source, parameters, currency, deltas } = result.manifest;
  const dropped = reasonNames.filter((name: Reason) => (counts.dropped[name] ?? 0) > 0);
  const account = aligned([
    [count(counts.lines), 'lines read', `from ${source.orders.map(({ file }) => file).join(', ')}`],
    ...dropped.map((name): [string, string, string] => [
      `- ${count(counts.dropped[name] ?? 0)}`,
      name.replaceAll('_', ' '),
      reasons[name],
    ]),
    [`= ${count(counts.kept)}`, 'kept', `products in ${counted(counts.baskets, 'basket')}`],
  ]);
  const context =
    parameters.contextColumns.length === 0 ? '' : `, separated by ${parameters.contextColumns.join(', ')}`;
  const testing =
    time.split === null
      ? 'all for training: no test time is set or possible'
      : `${count(counts.trainBaskets)} to train, ${count(counts.testBaskets)} to test from ${moment(time.split)} on`;
  const unpriced =
    counts.pricesUnknown === 0
      ? ''
      : `; ${counted(counts.pricesUnknown, 'price')} not positive or unreadable: unknown`;
  const facts: [string, string, string][] = [
    [
      count(counts.orders),
      'orders',
      counts.customers === null ? '' : `of ${counted(counts.customers, 'customer')}`,
    ],
    [count(counts.baskets), 'baskets', `${testing}${context}`],
    [
      count(counts.products),
      'products',
      `${currency === null ? 'prices without a currency' : `prices in ${currency}`}${unpriced}`,
    ],
  ];
  if (counts.longBaskets > 0)
    facts.splice(2, 0, [
      count(counts.longBaskets),
      'long',
      `of these baskets hold more than ${parameters.maxBasket} products: training draws ${parameters.maxBasket} anew each epoch`,
    ]);
  const { catalogue } = counts;
  if (catalogue !== null) {
    const lost = Object.entries(catalogueReasons)
      .filter(([name]) => (catalogue.dropped[name] ?? 0) > 0)
      .map(
        ([name, about]) => `${count(catalogue.dropped[name] ?? 0)} ${name.replaceAll('_', ' ')} (${about})`,
      );
    const how =
      lost.length === 0 ? '' : `; of ${counted(catalogue.lines, 'line')} dropped: ${lost.join(', ')}`;
    facts.push([
      count(catalogue.kept),
      'described',
      `in ${source.products.map(({ file }) => file).join(', ')}${how}`,
    ]);
  }
  if (deltas !== undefined) facts.push([count(deltas.revision), 'deltas', 'of the store are in it already']);
  for (const [name, known] of Object.entries(counts.fields))
    facts.push([count(known), name, 'known of so many products']);
  for (const [name, values] of Object.entries(counts.keep))
    facts.push([count(values), name, 'different values that the baskets keep']);
  const shown = result.unreadable.map(
    ({ file, line, why, text }) => `  ${file}, line ${line}: ${why}: ${text}`,
  );
  return `${[
    'The lines',
    ...account,
    ...(shown.length === 0 ? [] : ['', 'Unreadable, the first of each file', ...shown]),
    '',
    `The baskets, ${moment(time.first)} to ${moment(time.last)} (UTC)`,
    ...aligned(facts),
    '',
    `Written to ${run.out} in ${run.seconds.toFixed(1)} s`,
    `Next: sepet train ${run.out}`,
  ].join('\n')}\n`;
}
