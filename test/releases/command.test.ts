// The commands of releases as people use them, in this process.

import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SepetError } from '../../src/base/errors.ts';
import { makeWorld, writeArtifact, writePolicy } from './world.ts';

const names = ['publish', 'promote', 'rollback', 'labels', 'history', 'diff', 'prune'] as const;
const world = makeWorld();
const { path } = world;

/** Runs `sepet …`; what it prints, and the code and message of the error that it ends with. */
async function sepet(...args: string[]): Promise<{ stdout: string; code?: string; message?: string }> {
  let stdout = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    stdout += String(chunk);
    return true;
  });
  const program = new Command().exitOverride();
  for (const name of names)
    ((await import(`../../src/cli/${name}.ts`)) as { register: (program: Command) => void }).register(
      program,
    );
  try {
    await program.parseAsync(args, { from: 'user' });
    return { stdout };
  } catch (error) {
    if (!(error instanceof SepetError)) throw error;
    return { stdout, code: error.code, message: error.message };
  } finally {
    write.mockRestore();
  }
}

/** A table's lines as cells, the head first. */
const cells = (table: string): string[][] =>
  table
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

beforeAll(async () => {
  Object.assign(process.env, { SEPET_STORE: world.address, SEPET_USER: 'ayşe' });
  await writeArtifact(path('a.sepet'), { products: 80, name: 'spring' });
  await writeArtifact(path('b.sepet'), { seed: 2, products: 80, name: 'summer' });
  await writeArtifact(path('small.sepet'), { products: 30, hitRate: 0.1 });
  writePolicy(path('pdp.yaml'), 'pdp');
  writePolicy(path('wrong.yaml'), 'wrong', 'Acne');
});
afterAll(() => {
  delete process.env.SEPET_STORE;
  delete process.env.SEPET_USER;
  world.remove();
});

describe('sepet publish', () => {
  it('says what every gate found, and where the label is now', async () => {
    const { stdout, code } = await sepet(
      'publish',
      path('a.sepet'),
      path('pdp.yaml'),
      '--label',
      'test',
      '--why',
      'spring',
    );
    expect(code).toBeUndefined();
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(9);
    expect(lines[0]).toMatch(/^ {2}✓ whole/);
    expect(lines[3]).toMatch(/^ {2}– baseline/);
    expect(lines[4]).toMatch(/^ {2}– size/);
    expect(lines[8]).toMatch(/^test is now at revision 1: spring [0-9a-f]{12} with pdp@1$/);
    const again = await sepet('publish', path('a.sepet'), '--label', 'test', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      ok: true,
      moved: false,
      entry: { revision: 1, by: 'ayşe' },
    });
  });

  it('lists every gate that refuses, and says how to overrule them', async () => {
    const { stdout, code, message } = await sepet('publish', path('small.sepet'), '--label', 'test');
    expect(code).toBe('release_refused');
    expect(message).toContain('test stays as it is: 3 gates refuse (metrics, size, products)');
    expect(message).toContain('--force');
    const marks = stdout.split('\n').filter((line) => line.startsWith('  ✗'));
    expect(marks.map((line) => line.split(/\s+/)[2])).toEqual(['metrics', 'size', 'products']);
    const json = await sepet('publish', path('small.sepet'), '--label', 'test', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, label: 'test' });
    const never = await sepet(
      'publish',
      path('a.sepet'),
      path('wrong.yaml'),
      '--label',
      'test',
      '--force',
      'x',
    );
    expect(never.message).toContain('policies cannot be overruled');
    expect(never.stdout).toMatch(/✗ policies .*wrong\.yaml, line 3: .*"Acne"/);
  });

  it('takes options that loosen a gate', async () => {
    const loose = ['--gate-metric-drop', '1', '--gate-size-change', '1', '--gate-products-removed', '0.8'];
    expect((await sepet('publish', path('small.sepet'), '--label', 'loose', ...loose)).code).toBeUndefined();
    expect((await sepet('publish', path('a.sepet'), '--label', 'x', '--gate-recall', '2')).code).toBe(
      'option_invalid',
    );
  });

  it('names what it cannot take', async () => {
    const publish = (...files: string[]) => sepet('publish', ...files, '--label', 'new');
    expect((await publish(path('a.sepet'), path('b.sepet'))).message).toContain('A release has one artifact');
    expect((await publish(path('none.sepet'))).code).toBe('input_missing');
    writeFileSync(path('garbage.bin'), Buffer.alloc(100));
    expect((await publish(path('garbage.bin'))).code).toBe('release_refused');
    writeFileSync(path('garbage.yaml'), 'nam: x');
    expect((await publish(path('garbage.yaml'))).code).toBe('policy_invalid');
    expect(
      (await sepet('publish', path('a.sepet'), '--label', 'new', '--sign-key', path('none.pem'))).code,
    ).toBe('input_missing');
  });
});

describe('the other commands', () => {
  beforeAll(async () => {
    await sepet('promote', 'test', 'production', '--why', 'go');
    await sepet('publish', path('b.sepet'), '--label', 'test', '--why', 'summer');
    await sepet('promote', 'test', 'production');
  });

  it('rollback says what it returned to', async () => {
    const { stdout } = await sepet('rollback', 'production', '--why', 'too soon');
    expect(stdout).toMatch(
      /^production is now at revision 3, the release of revision 1: spring [0-9a-f]{12} with pdp@1\n$/,
    );
    expect((await sepet('rollback', 'production')).code).toBe('release_unknown');
    expect((await sepet('rollback', 'produktion')).message).toContain('Did you mean "production"?');
  });

  it('labels are a table, or JSON', async () => {
    const { stdout } = await sepet('labels');
    const [head, ...rows] = cells(stdout);
    expect(head).toEqual([
      'label',
      'rev',
      'artifact',
      'sha256',
      'products',
      'built',
      'policies',
      'moved',
      'by',
      'why',
    ]);
    expect(rows.map((row) => [row[0], row[1], row[2], row[4], row[6]])).toEqual([
      ['loose', '1', 'shop', '30', 'built-in'],
      ['production', '3', 'spring', '80', 'pdp@1'],
      ['test', '2', 'summer', '80', 'pdp@1'],
    ]);
    const json = JSON.parse((await sepet('labels', '--json')).stdout) as {
      labels: { entry: { label: string } }[];
    };
    expect(json.labels.map(({ entry }) => entry.label)).toEqual(['loose', 'production', 'test']);
  });

  it('history says who, when, from where, to what and why', async () => {
    const { stdout } = await sepet('history', 'production');
    const [head, ...rows] = cells(stdout);
    expect(head).toEqual(['rev', 'when (UTC)', 'by', 'what', 'from', 'to', 'artifact', 'policies', 'why']);
    expect(rows.map((row) => [row[0], row[2], row[3], row[6], row[8]])).toEqual([
      ['3', 'ayşe', 'rollback to 1', 'spring', 'too soon'],
      ['2', 'ayşe', 'promote of test@2', 'summer', undefined],
      ['1', 'ayşe', 'promote of test@1', 'spring', 'go'],
    ]);
    const short = await sepet('history', 'production', '--limit', '1');
    expect(short.stdout).toContain('2 earlier: sepet history production --limit 3');
  });

  it('diff tells it in words, with lists side by side', async () => {
    const { stdout } = await sepet('diff', 'test@1', 'test', '--examples', '2');
    expect(stdout).toContain('of 80 in both');
    expect(stdout).toContain('policies: the same');
    expect(stdout).toMatch(/\d+ \(\d+\.\d %\) are the same, .* other products/);
    expect(stdout.match(/# +from +to/g)).toHaveLength(2);
    expect(stdout).toMatch(/- (Product|P)/);
    const json = JSON.parse((await sepet('diff', 'test@1', 'test', '--json')).stdout) as Record<
      string,
      unknown
    >;
    expect(Object.keys(json)).toEqual(['before', 'after', 'products', 'figures', 'policies', 'lists']);
  });

  it('prune only says what would go, until it is told to', async () => {
    expect((await sepet('prune')).stdout).toMatch(/^There is nothing to remove: 3 artifacts/);
    const later = Date.now() + 2 * 60 * 60 * 1000;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(later);
    try {
      await sepet('rollback', 'test', '--to', '1');
      const dry = await sepet('prune', '--keep', '0');
      expect(dry.stdout).toMatch(/artifact +[0-9a-f]{12} +summer of .*\nWould remove .* say --yes\.\n$/);
      const wet = await sepet('prune', '--keep', '0', '--yes', '--json');
      expect(JSON.parse(wet.stdout)).toMatchObject({ removed: true, pruned: [{ what: 'artifact' }] });
      expect((await sepet('history', 'test')).stdout).toContain('pruned');
    } finally {
      clock.mockRestore();
    }
  });

  it('without a store say how to name one', async () => {
    delete process.env.SEPET_STORE;
    for (const args of [
      ['labels'],
      ['history', 'test'],
      ['promote', 'a', 'b'],
      ['rollback', 'a'],
      ['prune'],
    ]) {
      const { code, message } = await sepet(...args);
      expect(code).toBe('option_invalid');
      expect(message).toContain('SEPET_STORE');
    }
    process.env.SEPET_STORE = world.address;
  });
});
