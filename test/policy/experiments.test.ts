// Files of experiments: what is read, what is refused and how, and who gets which arm.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Asking, Assignments, armsOf, drawsOf } from '../../src/policy/experiments/assign.ts';
import { type ExperimentsDocument, experimentsSchema } from '../../src/policy/experiments/document.ts';
import { checkServed, inspectExperiments, parseExperiments } from '../../src/policy/experiments/parse.ts';
import { sepetCommand } from '../shops.ts';

const whole = `
assignments:
  - { placement: cart, channel: app, policy: cart-app }
  - { placement: [cart, checkout], policy: cart }
  - { channel: mail, policy: mail }
experiments:
  - name: fresh
    placement: [product]
    traffic: 0.5
    arms:
      - { name: A, share: 0.5, policy: pdp }
      - { name: B, share: 0.5, policy: pdp-fresh, efSearch: 400 }
  - name: width
    arms: [{ name: plain, share: 0.2 }, { name: wide, share: 0.8, efSearch: 800 }]
`;
const served = ['pdp', 'pdp-fresh', 'cart', 'cart-app', 'mail'];

/** The messages of all mistakes of a text. */
function mistakes(text: string): string[] {
  const read = inspectExperiments(text, 'e.yaml');
  return 'mistakes' in read ? read.mistakes.map(({ line, place, said }) => `${line} ${place} ${said}`) : [];
}

const arms = (...list: string[]): string => `experiments: [{ name: x, arms: [${list.join(', ')}] }]`;
const half = (name: string): string => `{ name: ${name}, share: 0.5 }`;

describe('a file of experiments', () => {
  it('is read, with what it leaves out', () => {
    const { assignments, experiments } = parseExperiments(whole, 'e.yaml');
    expect(assignments[0]).toEqual({ placement: ['cart'], channel: ['app'], policy: 'cart-app' });
    expect(experiments[0]).toMatchObject({ name: 'fresh', placement: ['product'], traffic: 0.5 });
    expect(experiments[1]).toMatchObject({ traffic: 1, arms: [{ name: 'plain' }, { efSearch: 800 }] });
    expect(Object.keys(experiments[1] ?? {})).toEqual(['name', 'traffic', 'arms']);
    expect(parseExperiments('{}', 'e.yaml')).toMatchObject({ assignments: [], experiments: [] });
  });

  it('may be JSON', () => {
    const { experiments } = parseExperiments(whole, 'e.yaml');
    expect(parseExperiments(JSON.stringify({ experiments }), 'e.json').experiments).toEqual(experiments);
  });

  it.each([
    [arms(), 'must be a list of 2 to 10 arms.'],
    [arms(half('A')), 'must be a list of 2 to 10 arms.'],
    ['experiments: [{ name: x }]', 'must be a list of 2 to 10 arms.'],
    [arms(...Array.from({ length: 11 }, (_, i) => `{ name: a${i}, share: 0 }`)), 'must be a list of 2 to 10'],
    [arms(half('A'), half('A')), 'must not use a name twice.'],
    [arms(half('A'), '{ name: B, share: 0.4 }'), 'must have shares that are together 1, not 0.9.'],
    [arms(half('A'), '{ name: B, share: -0.5 }'), 'arms.1.share must be a number from 0 to 1.'],
    [arms(half('A'), '{ name: B, share: .nan }'), 'arms.1.share must be a number from 0 to 1.'],
    [arms(half('A'), '{ name: B, share: .inf }'), 'arms.1.share must be a number from 0 to 1.'],
    [arms(half('A'), '{ name: B, share: "0.5" }'), 'arms.1.share must be a number from 0 to 1.'],
    [arms(half('A'), '{ name: B }'), 'arms.1.share must be a number from 0 to 1.'],
    [arms(half('A'), '{ share: 0.5 }'), 'arms.1.name must be up to 64 letters, digits, ., - and _.'],
    [arms(half('A'), '{ name: "a:b", share: 0.5 }'), 'arms.1.name must be up to 64 letters'],
    [
      arms(half('A'), '{ name: B, share: 0.5, efSearch: 5 }'),
      'efSearch must be a whole number from 10 to 4096.',
    ],
    [arms(half('A'), '{ name: B, share: 0.5, polcy: pdp }'), 'polcy is no key here. Did you mean "policy"?'],
    ['experiments: [{ name: x, trafic: 1, arms: [] }]', 'trafic is no key here. Did you mean "traffic"?'],
    ['experiment: []', 'experiment is no key here. Did you mean "experiments"?'],
    ['experiments: {}', 'experiments must be a list of at most 50 experiments.'],
    [
      `experiments: [{ name: x, traffic: 2, arms: [${half('A')}, ${half('B')}] }]`,
      'traffic must be a number from',
    ],
    [
      `experiments: [{ name: x, channel: [], arms: [${half('A')}, ${half('B')}] }]`,
      'must be a name or a list',
    ],
    [
      `experiments: [{ name: x, channel: [a, a], arms: [${half('A')}, ${half('B')}] }]`,
      'must not repeat a name.',
    ],
    [`${arms(half('A'), half('B'))}\nassignments: [{ policy: pdp }]`, 'must have a placement or a channel.'],
    ['assignments: [{ placement: cart }]', 'assignments.0.policy must be up to 64 letters'],
    ['[]', 'The file must be a map of assignments and experiments.'],
    ['{', 'e.yaml is not YAML'],
  ])('%s is refused', (text, said) => {
    expect(mistakes(text).join('\n')).toContain(said);
    expect(() => parseExperiments(text, 'e.yaml')).toThrow(
      expect.objectContaining({ code: 'experiments_invalid', message: expect.stringContaining('e.yaml') }),
    );
  });

  it('is refused where two experiments have one name, with the line', () => {
    const one = `{ name: x, arms: [${half('A')}, ${half('B')}] }`;
    expect(mistakes(`experiments:\n  - ${one}\n  - ${one}`)).toEqual([
      '1 experiments must not use a name twice.',
    ]);
    expect(mistakes(`assignments: []\nexperiments:\n  - { name: x, arms: [] }`)[0]).toMatch(/^3 /);
  });

  it('is refused where it names a policy that is not served, with the nearest', () => {
    const document = parseExperiments(whole, 'e.yaml');
    expect(() => checkServed(document, served)).not.toThrow();
    const others = served.filter((name) => name !== 'pdp-fresh' && name !== 'mail');
    expect(() => checkServed(document, others)).toThrow(
      expect.objectContaining({
        code: 'experiments_invalid',
        message: expect.stringMatching(
          /line 5: assignments\.2\.policy names "mail".*\(1 more: sepet experiments check/,
        ),
      }),
    );
  });

  it('never fails otherwise, whatever is written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (experiments, assignments) => {
        const read = inspectExperiments(JSON.stringify({ experiments, assignments }), 'e');
        expect('document' in read || read.mistakes.length > 0).toBe(true);
      }),
    );
  });
});

const documentOf = (text: string): ExperimentsDocument => parseExperiments(text, 'e.yaml');
const visitors = (n: number, prefix = 'v'): string[] => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

describe('who is answered by which policy', () => {
  const assignments = new Assignments(documentOf(whole), served);
  const of = (asking: Asking) => {
    const { policy, arm, isVisitors } = assignments.decide(asking);
    return [policy, arm?.label, isVisitors];
  };

  it.each<[Asking, string | undefined]>([
    [{}, undefined],
    [{ placement: 'cart' }, 'cart'],
    [{ placement: 'cart', channel: 'app' }, 'cart-app'],
    [{ placement: 'checkout', channel: 'app' }, 'cart'],
    [{ placement: 'cart', channel: 'mail' }, 'cart'],
    [{ channel: 'mail' }, 'mail'],
    [{ placement: 'product', channel: 'mail' }, 'mail'],
    [{ placement: 'product', channel: 'web' }, undefined],
    [{ placement: 'cart', policy: 'pdp' }, undefined],
  ])('%j without a visitor: %s', (asking, policy) => {
    expect(of(asking)).toEqual([policy, undefined, false]);
  });

  it('a visitor is in the first experiment that is about the place and has room', () => {
    const all = visitors(400);
    const seen = all.map((visitor) => of({ placement: 'product', visitor })[1]);
    expect(new Set(seen)).toEqual(new Set(['fresh:A', 'fresh:B', 'width:plain', 'width:wide']));
    const elsewhere = all.map((visitor) => of({ placement: 'cart', visitor }));
    expect(new Set(elsewhere.map(([, label]) => label))).toEqual(new Set(['width:plain', 'width:wide']));
    // An arm without a policy has the one that is assigned to the place.
    expect(new Set(elsewhere.map(([policy]) => policy))).toEqual(new Set(['cart']));
    expect(of({ placement: 'product', visitor: 'v1', policy: 'cart' })).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  it('an experiment stands still, whole, while a policy of it is not served', () => {
    const without = new Assignments(documentOf(whole), ['pdp', 'cart']);
    expect([...without.paused]).toEqual(['fresh']);
    const labels = visitors(200).map(
      (visitor) => without.decide({ placement: 'product', visitor }).arm?.label,
    );
    expect(new Set(labels)).toEqual(new Set(['width:plain', 'width:wide']));
    expect(without.decide({ channel: 'mail' }).policy).toBeUndefined();
  });
});

/** Pearson's statistic of counts against what is expected of them. */
const chiSquare = (counts: readonly number[], expected: readonly number[]): number =>
  counts.reduce((sum, count, i) => sum + (count - (expected[i] ?? 0)) ** 2 / (expected[i] ?? 1), 0);
/** Of one in a million, by degrees of freedom. */
const bounds = [0, 23.93, 27.63, 30.66];

describe('the arm of a visitor', () => {
  it('follows from a digest that anybody can make', () => {
    const digits = createHash('sha256').update('fresh\nÜmit').digest('hex');
    const expected = [digits.slice(0, 8), digits.slice(8, 16)].map(
      (part) => Number.parseInt(part, 16) / 2 ** 32,
    );
    expect(drawsOf('fresh', 'Ümit')).toEqual(expected);
    // Written down: whoever changes it deals the arms of every running experiment anew.
    expect(armsOf(documentOf(arms(half('A'), half('B'))), 'v1')).toEqual({ x: 'B' });
    const names = visitors(12).map((v) => armsOf(documentOf(arms(half('A'), half('B'))), v).x);
    expect(names.join('')).toBe('ABAAAABABBAA');
  });

  it.each([
    ['halves', [0.5, 0.5]],
    ['unequal parts', [0.1, 0.2, 0.7]],
    ['four, one of them empty', [0.25, 0, 0.5, 0.25]],
  ])('has the shares: %s', (_, shares) => {
    const text = arms(...shares.map((share, i) => `{ name: a${i}, share: ${share} }`));
    const n = 60_000;
    // Ids as shops have them: counted up, alike but for a digit.
    for (const prefix of ['', 'visitor-', '2026-11-23T00:00:00.']) {
      const counts = shares.map(() => 0);
      const document = documentOf(text);
      const assignments = new Assignments(document, []);
      for (const visitor of visitors(n, prefix)) {
        const i = Number(assignments.decide({ visitor }).arm?.name.slice(1));
        counts[i] = (counts[i] ?? 0) + 1;
      }
      const full = shares.flatMap((share, i) => (share > 0 ? [i] : []));
      expect(counts.filter((_, i) => shares[i] === 0).every((count) => count === 0)).toBe(true);
      const statistic = chiSquare(
        full.map((i) => counts[i] ?? 0),
        full.map((i) => n * (shares[i] ?? 0)),
      );
      expect(statistic).toBeLessThan(bounds[full.length - 1] ?? 0);
    }
  });

  it('has nothing to do with that of another experiment, nor with who is in at all', () => {
    const two = documentOf(`experiments:
  - { name: one, placement: a, arms: [${half('A')}, ${half('B')}] }
  - { name: two, placement: b, traffic: 0.5, arms: [${half('A')}, ${half('B')}] }`);
    const n = 60_000;
    const cells = new Map<string, number>();
    for (const visitor of visitors(n)) {
      const { one = '', two: second = '' } = armsOf(two, visitor);
      cells.set(one + second, (cells.get(one + second) ?? 0) + 1);
    }
    const counts = ['AA', 'AB', 'BA', 'BB'].map((cell) => cells.get(cell) ?? 0);
    expect(
      chiSquare(
        counts,
        [n / 8, n / 8, n / 8, n / 8].map((part) => (part * counts.reduce((a, b) => a + b)) / (n / 2)),
      ),
    ).toBeLessThan(bounds[3] ?? 0);
    const inTwo = counts.reduce((a, b) => a + b);
    expect(chiSquare([inTwo, n - inTwo], [n / 2, n / 2])).toBeLessThan(bounds[1] ?? 0);
  });

  it('stays where more visitors are let in', () => {
    const at = (traffic: number) =>
      documentOf(`experiments: [{ name: x, traffic: ${traffic}, arms: [${half('A')}, ${half('B')}] }]`);
    const [few, many, all] = [at(0.05), at(0.5), at(1)];
    let inFew = 0;
    for (const visitor of visitors(5000)) {
      const { x: first } = armsOf(few, visitor);
      const { x: second } = armsOf(many, visitor);
      const { x: third } = armsOf(all, visitor);
      if (first !== undefined) {
        inFew++;
        expect(second).toBe(first);
      }
      if (second !== undefined) expect(third).toBe(second);
      expect(third).toMatch(/^[AB]$/);
    }
    expect(inFew).toBeGreaterThan(150);
    expect(visitors(1000).filter((visitor) => armsOf(at(0), visitor).x !== undefined)).toEqual([]);
  });
});

describe('docs/experiments.md', () => {
  const text = readFileSync(new URL('../../docs/experiments.md', import.meta.url), 'utf8');
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];

  it('shows a file that is right, and the arms that it says', () => {
    const document = documentOf(example);
    checkServed(document, ['pdp', 'dear', 'mail']);
    const [, table = ''] = /arm tests\.yaml[^\n]*\n *visitor +dearer\n([\s\S]*?)```/.exec(text) ?? [];
    const told = table
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ +/) as [string, string]);
    expect(told.length).toBe(3);
    for (const [visitor, arm] of told) expect(armsOf(document, visitor)).toEqual({ dearer: arm });
  });

  it('comes with the schema, for editors', async () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Assignments and experiments of Sepet',
      ...z.toJSONSchema(experimentsSchema, { io: 'input' }),
    };
    const file = '../../docs/experiments.schema.json';
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(file);
  });
});

describe('sepet experiments', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sepet-experiments-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  /** Exit code and what was printed. */
  function run(...args: string[]): { code: number; out: string } {
    try {
      const out = execFileSync(process.execPath, [sepetCommand, 'experiments', ...args], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
      return { code: 0, out };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { code: status, out: stdout + stderr };
    }
  }

  it('check names every mistake, of policies too', () => {
    const good = file('good.yaml', arms(half('A'), '{ name: B, share: 0.5, policy: pdp }'));
    expect(run('check', good)).toEqual({ code: 0, out: `${good}: right. 0 assignments, 1 experiment\n` });
    const pdp = file('pdp.yaml', 'name: pdp');
    expect(run('check', good, '--policy', pdp).out).toContain('all policies are served');
    const other = run('check', good, '--policy', file('other.yaml', 'name: pdq'));
    expect([other.code, other.out]).toEqual([
      1,
      expect.stringContaining('names "pdp", which is not served. Did you mean "pdq"?'),
    ]);
    const bad = run('check', file('bad.yaml', `${arms(half('A'))}\nassignments: 3`), '--json');
    expect(JSON.parse(bad.out.split('\n')[0] ?? '')).toMatchObject({
      ok: false,
      mistakes: [{ line: 1 }, { line: 2 }],
    });
    expect(bad.out).toContain('2 mistakes in');
    expect(run('check', join(folder, 'none.yaml')).out).toContain('[input_missing]');
  });

  it('arm tells what the server would give', () => {
    const path = file('arms.yaml', arms(half('A'), half('B')));
    const { out } = run('arm', path, 'v0', 'v2', '--json');
    expect(out).toBe('{"visitor":"v0","arms":{"x":"A"}}\n{"visitor":"v2","arms":{"x":"A"}}\n');
    expect(run('arm', path, 'v0').out).toMatch(/v0\s+A/);
  });
});
