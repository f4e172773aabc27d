// What deploy/ holds fits the server that it is for: names, queries, rules, anchors, timeouts.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { limits } from '../../src/base/limits.ts';
import { get, type Serving } from '../http/serving.ts';
import { Following } from '../releases/following.ts';
import { sepet } from '../shops.ts';
import { read, root } from '../tidy/sources.ts';
import * as tools from './tools.ts';

const { alerts, alertTests, dashboard, isMetric, metricsIn, promtool, queriesOf } = tools;
const rows = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = rows.flatMap(queriesOf);
const noPromtool = !tools.hasTool('promtool');

let folder: string;
let following: Following;
let server: Serving;
let exposition: string;
let known: Set<string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sepet-deploy-'));
  following = new Following();
  await following.publish(1);
  // All that adds metrics.
  server = await following.begin(
    '--events',
    join(folder, 'events'),
    '--access-log',
    '1',
    '--recall-share',
    '1',
    ...tools.experimentIn(folder),
  );
  await get(`${server.url}/v1/products/${server.product}/bought-together`);
  exposition = (await get(`${server.url}/metrics`)).body.toString();
  known = new Set([...exposition.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
});

afterAll(() => {
  following.remove();
  rmSync(folder, { recursive: true });
});

describe('names', () => {
  it.each([
    ['the dashboard', () => [...queries, ...dashboard.annotations.list.map(({ expr }) => expr)].join('\n')],
    [
      "the dashboard's variables",
      () => dashboard.templating.list.map(({ definition = '' }) => definition).join('\n'),
    ],
    ['the alerts', () => alerts.map(({ expr }) => expr).join('\n')],
    ['the docs', () => read('docs/operations.md')],
  ])('that %s uses are metrics of the server', (_, text) => {
    const names = metricsIn(text());
    expect(names.length).toBeGreaterThan(0);
    const unknown = names.filter((name) => !isMetric(known, name));
    expect(unknown).toEqual([]);
  });

  it('of all own metrics stand in the docs and on the dashboard', () => {
    const own = [...known].filter((name) => name.startsWith('sepet_'));
    const [docs, shown] = [read('docs/operations.md'), metricsIn(queries.join('\n')).join('\n')];
    expect(own.filter((name) => !docs.includes(name))).toEqual([]);
    const small = ['sepet_artifact_dimensions'];
    expect(own.filter((name) => !shown.includes(name) && !small.includes(name))).toEqual([]);
  });

  it.skipIf(noPromtool)(`are as Prometheus likes them${tools.unlessMissing('promtool')}`, () => {
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: exposition,
      encoding: 'utf8',
    });
    const complaints = `${stdout}${stderr}`.split('\n');
    expect(complaints.filter((line) => line.includes('sepet_') || line.includes('error'))).toEqual([]);
  });
});

describe.skipIf(noPromtool)(`rules${tools.unlessMissing('promtool')}`, () => {
  it('are right, and fire where they should', () => {
    expect(promtool(['check', 'config', 'prometheus.yml'])).toContain('SUCCESS');
    expect(promtool(['check', 'rules', 'alerts.yml'])).toContain(`SUCCESS: ${alerts.length} rules found`);
    expect(promtool(['test', 'rules', 'alerts.test.yml'])).toContain('SUCCESS');
  });

  it('every query of the dashboard can be parsed', () => {
    const all = [...queries, ...dashboard.annotations.list.map(({ expr }) => expr)];
    const rules = all.map((expr, i) => ({ record: `query:${i}`, expr: tools.filled(expr) }));
    const file = join(folder, 'queries.yml');
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
    expect(promtool(['check', 'rules', file])).toContain(`SUCCESS: ${all.length} rules found`);
  });
});

describe('alerts', () => {
  const anchorOf = (title: string): string =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-');
  const headings = [...read('docs/operations.md').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    anchorOf(title),
  );

  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s says what to do, and is tested',
    (name, alert) => {
      const { summary, description, runbook = '' } = alert.annotations;
      expect([summary, description].every((text) => text !== undefined && text !== '')).toBe(true);
      expect(alert.labels.severity).toMatch(/^(page|ticket)$/);
      const [file, anchor] = runbook.split('#');
      expect(file).toBe('docs/operations.md');
      expect(headings).toContain(anchor);
      const tests = alertTests.filter(({ alertname }) => alertname === name);
      expect(tests.some(({ exp_alerts: fired }) => fired.length > 0)).toBe(true);
      expect(tests.some(({ exp_alerts: fired }) => fired.length === 0)).toBe(true);
    },
  );
});

/** The dashboard's variable. */
const source = ['$', '{datasource}'].join('');

describe('the dashboard', () => {
  it('has panels that do not overlap, and fill their lines', () => {
    const cells = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.get(`${x},${y}`) ?? title).toBe(title);
          cells.set(`${x},${y}`, title);
        }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it('asks the chosen servers of the chosen source', () => {
    for (const panel of rows) {
      expect(panel.targets?.length, panel.title).toBeGreaterThan(0);
      for (const { expr, datasource } of panel.targets ?? []) {
        expect(datasource.uid).toBe(source);
        const selectors = [...expr.matchAll(/sepet_\w+|process_\w+|nodejs_\w+/g)].length;
        expect([...expr.matchAll(/\{job=~"\$job", instance=~"\$instance"/g)], expr).toHaveLength(selectors);
      }
    }
  });
});

type Probed = Record<'startupProbe' | 'readinessProbe' | 'livenessProbe', { httpGet: { path: string } }>;

describe('supervisors', () => {
  const help = (): string => sepet('serve', '--help');
  const flagsOf = (text: string): string[] =>
    [...text.matchAll(/(?<=[\s[,])--[a-z-]+/g)].map(([flag]) => flag);
  const waitSeconds = limits.finishSeconds.default + limits.lingerSeconds.default;

  it('systemd: the unit is right, and waits for the last answer', () => {
    const unit = read('deploy/systemd/sepet.service');
    const command = /^ExecStart=.*$/m.exec(unit)?.[0] ?? '';
    expect(flagsOf(command).filter((flag) => !help().includes(`${flag} `))).toEqual([]);
    const seconds = Number(/^TimeoutStopSec=(\d+)s$/m.exec(unit)?.[1]);
    expect(seconds).toBeGreaterThan(limits.drainSeconds.default + waitSeconds);
    if (!tools.hasTool('systemd-analyze')) return;
    const file = join(folder, 'sepet.service');
    writeFileSync(file, unit.replace('/usr/local/bin/sepet', process.execPath));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect(stderr.split('\n').filter((line) => line.includes('sepet.service'))).toEqual([]);
    expect(status).toBe(0);
  });

  it('Kubernetes: probes, ports and patience fit the server', async () => {
    const text = read('deploy/kubernetes/sepet.yaml');
    const documents = parseAllDocuments(text);
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const [deployment] = documents.map((document) => document.toJS());
    const { containers, terminationGracePeriodSeconds } = deployment.spec.template.spec;
    const [container] = containers as [{ args: string[]; ports: { containerPort: number }[] } & Probed];
    const { args, ports } = container;
    expect(args.filter((arg) => arg.startsWith('--') && !help().includes(`${arg} `))).toEqual([]);
    expect(args[args.indexOf('--port') + 1]).toBe(String(ports[0]?.containerPort));
    const drain = Number(args[args.indexOf('--drain-seconds') + 1]);
    expect(terminationGracePeriodSeconds).toBeGreaterThan(drain + waitSeconds);
    for (const name of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const)
      expect((await get(server.url + container[name].httpGet.path)).status).toBe(200);
  });

  it('the image holds what is there, and all that the command needs', () => {
    const copied = [...read('deploy/Dockerfile').matchAll(/^COPY --from=build \/sepet\/(\S+)/gm)].map(
      ([, path = '']) => path,
    );
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    expect(files.filter((path) => /^(bin$|dist)/.test(path) && !copied.includes(path))).toEqual([]);
  });
});
