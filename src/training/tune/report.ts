// A search as one HTML file: what won, the plot of all trials, and the table of them. No scripts, no fonts, nothing fetched.

import { facts, figures, page, section, table } from '../report/page.ts';
import { type PlotAxis, type PlotLine, parallelPlot, short } from './parallel-plot.ts';
import type { TuneSummary } from './tune.ts';

/** The report of a search. */
export function reportPage(summary: TuneSummary): string {
  const { method, strategy, rungs, figure, k, results, best, commands, seed, trainBaskets } = summary;
  const { judgedBaskets, validationBaskets } = summary;
  const how = strategy === 'halving' ? 'Successive halving' : 'Random search';
  const about =
    `${how}, seed ${seed}. Trials learnt from ${trainBaskets} baskets and were judged on ${judgedBaskets} of the ` +
    `${validationBaskets} that came after them, all of the training time: the test baskets were not looked at.`;
  return page(`Search of ${method}`, about, [
    figures([
      [best.figures?.[figure]?.toFixed(4) ?? '-', `best ${figure} at ${k}`],
      [String(best.trial), 'the trial that has it'],
      [rungs.map(({ trials }) => trials).join(' → '), 'trials, rung by rung'],
      [rungs.map(({ epochs }) => epochs).join(' → '), 'epochs of each'],
    ]),
    facts(commands.map((command, i) => [i === 0 ? 'Train the best' : 'Then judge it', command])),
    section(
      'Trials',
      'A line is a trial; orange is best, thin lines were stopped early. Point at one to see it alone.',
      `<figure>${plotOf(summary)}</figure>`,
    ),
    section('Table', `${results.length} trials by their longest training, best first.`, tableOf(summary)),
  ]);
}

function plotOf({ dimensions, figure, results, rungs }: TuneSummary): string {
  // An axis of one value says nothing.
  const names = Object.keys(dimensions).filter((name) => {
    const dimension = dimensions[name];
    return dimension !== undefined && !('choice' in dimension && dimension.choice.length === 1);
  });
  const axes: PlotAxis[] = [
    ...names.map((name) => ({ name, ...(dimensions[name] && { dimension: dimensions[name] }) })),
    { name: 'epochs', dimension: { choice: [...new Set(results.map(({ epochs }) => epochs))] } },
    { name: figure },
  ];
  const judged = results.filter(({ figures }) => figures !== undefined);
  const lines = judged.map((result, place): PlotLine => {
    const { trial, rung, epochs, parameters, figures } = result;
    const values = [...names.map((name) => parameters[name] ?? Number.NaN), epochs, figures?.[figure] ?? 0];
    return {
      ...{ values, share: judged.length === 1 ? 1 : 1 - place / (judged.length - 1) },
      isWhole: rung === rungs.length - 1,
      title: `trial ${trial}: ${axes.map(({ name }, i) => `${name} ${short(values[i] ?? Number.NaN)}`).join(', ')}`,
    };
  });
  return parallelPlot(axes, lines);
}

function tableOf({ dimensions, figure, results }: TuneSummary): string {
  const names = Object.keys(dimensions);
  const known = [figure, ...Object.keys(results[0]?.figures ?? {}).filter((name) => name !== figure)];
  const shown = known.filter((name) => name === figure || !/precision|recall/.test(name));
  const rows = results.map(({ trial, epochs, parameters, seconds, figures: own, failed }, place) => {
    const cells = [
      ...[epochs, ...names.map((name) => parameters[name] ?? '')].map(String),
      ...shown.map((name) => own?.[name]?.toFixed(4) ?? failed ?? ''),
      seconds.toFixed(1),
    ];
    return { name: String(trial), cells: cells.map((text) => ({ text })), isOwn: place === 0 };
  });
  return table(['trial', 'epochs', ...names, ...shown, 'seconds'], rows);
}
