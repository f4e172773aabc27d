// Reads deploy/, and runs Prometheus' own tools on it. `.ci/run` installs them; where they are missing their tests skip.

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { read, root } from '../tidy/sources.ts';

export const hasTool = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;

/** In a test's name where a tool is missing. */
export const unlessMissing = (tool: string): string => (hasTool(tool) ? '' : ` (skipped: no ${tool} here)`);

/** Runs promtool in the rules' folder. Throws with what it says where it complains. */
export const promtool = (args: readonly string[], input = ''): string =>
  execFileSync('promtool', args, { cwd: join(root, 'deploy/prometheus'), encoding: 'utf8', input });

/** Flags of a server that tries two arms. */
export function experimentIn(folder: string): string[] {
  const file = join(folder, 'experiments.yaml');
  const arms = '[{ name: A, share: 0.5 }, { name: B, share: 0.5, efSearch: 20 }]';
  writeFileSync(file, `experiments: [{ name: width, arms: ${arms} }]\n`);
  return ['--experiments', file];
}

export interface Target {
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly Target[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

export interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

export const dashboard = JSON.parse(read('deploy/grafana/sepet.json')) as Dashboard;
export const queriesOf = ({ targets = [] }: Panel): string[] => targets.map(({ expr }) => expr);

/** A query with values in place of the dashboard's variables. */
export const filled = (expr: string, interval = '5m'): string =>
  expr.replace(/\$__(rate_)?interval/g, interval).replace(/\$(job|instance)/g, '.*');

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export const alerts = (
  parse(read('deploy/prometheus/alerts.yml')) as { groups: { rules: Alert[] }[] }
).groups.flatMap(({ rules }) => rules);

interface AlertTest {
  readonly alertname: string;
  readonly exp_alerts: readonly object[];
}

/** What alerts.test.yml expects, by alert. */
export const alertTests = (
  parse(read('deploy/prometheus/alerts.test.yml')) as { tests: { alert_rule_test: AlertTest[] }[] }
).tests.flatMap(({ alert_rule_test: tests }) => tests);

const suffix = /_(bucket|sum|count)$/;
/** Metrics that a text names; a histogram by its own name. */
export const metricsIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/(?<![\w/.-])(sepet|process|nodejs)_[a-z0-9_]*[a-z0-9]/g)].map(([name]) => name),
  ),
];

/** Whether a server's metrics have the name. */
export const isMetric = (known: ReadonlySet<string>, name: string): boolean =>
  known.has(name) || known.has(name.replace(suffix, ''));
