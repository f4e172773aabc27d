// Verdicts in a folder: which of them count, what they come to, and what survives of them.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { createLog } from '../../src/base/log.ts';
import { verdictFiles } from '../../src/events/names.ts';
import { comparisonId, type GivenVerdict, type VerdictLine } from '../../src/events/verdict.ts';
import { VerdictBook } from '../../src/events/verdict-book.ts';
import { readLine, VerdictReader } from '../../src/events/verdict-reader.ts';
import { openVerdicts, type Verdicts } from '../../src/events/verdicts.ts';

const said: string[] = [];
const log = createLog('text', (line) => said.push(line));
const comparison = { before: { label: 'production' }, after: { label: 'test' } };
const id = comparisonId(comparison);

const given = (
  product: string,
  verdict: GivenVerdict['verdict'],
  by = 'Ayşe',
  more: Partial<GivenVerdict> = {},
): GivenVerdict => ({ comparison, product, verdict, by, ...more });

let count = 0;
/** A line that came so many milliseconds after the first moment. */
const line = (ms: number, ...what: Parameters<typeof given>): VerdictLine => ({
  id: `v_${(++count).toString(16).padStart(16, '0')}`,
  at: new Date(Date.UTC(2026, 4, 1) + ms).toISOString(),
  ...given(...what),
});

const bookOf = (lines: readonly VerdictLine[], most?: number): VerdictBook => {
  const book = new VerdictBook(most);
  for (const one of lines) book.add(one);
  return book;
};

describe('what counts', () => {
  it('is the latest word of each person on each product, whatever the order they are read in', () => {
    const lines = [
      line(1, 'P1', 'better'),
      line(2, 'P1', 'worse'),
      line(3, 'P2', 'better', 'Ali'),
      line(4, 'P3', 'same'),
      line(5, 'P4', 'worse'),
      line(6, 'P4', null),
    ];
    const want = { better: 1, same: 1, worse: 1, products: 3, pValue: 1 };
    for (const order of [lines, lines.toReversed(), [...lines, ...lines]]) {
      expect(bookOf(order).summary(id)).toEqual(want);
      expect(
        bookOf(order)
          .page(id)
          ?.verdicts.map(({ product, verdict }) => [product, verdict]),
      ).toEqual([
        ['P3', 'same'],
        ['P2', 'better'],
        ['P1', 'worse'],
      ]);
    }
  });

  it('is each product once, by most of those who judged it; where as many differ, it is the same', () => {
    const votes = (words: GivenVerdict['verdict'][]) =>
      bookOf(words.map((word, i) => line(i, 'P1', word, `person ${i}`))).summary(id);
    expect(votes(['better', 'better', 'worse'])).toMatchObject({ better: 1, same: 0, worse: 0, products: 1 });
    expect(votes(['better', 'worse'])).toMatchObject({ better: 0, same: 1, worse: 0 });
    expect(votes(['better', 'same'])).toMatchObject({ same: 1 });
    expect(votes(['better', 'same', 'same'])).toMatchObject({ same: 1 });
    expect(votes(['better', 'better', 'worse', 'worse', 'same'])).toMatchObject({ same: 1 });
    expect(votes(['worse', 'worse', 'same', 'better'])).toMatchObject({ worse: 1 });
    expect(votes(['worse', null])).toMatchObject({ worse: 1, products: 1 });
    expect(votes([null])).toMatchObject({ products: 0, pValue: 1 });
  });

  it('comes to a sign test over products, not over people', () => {
    const lines = Array.from({ length: 8 }, (_, i) => line(i, `P${i}`, 'better'));
    const more = Array.from({ length: 50 }, (_, i) => line(100 + i, 'P0', 'better', `person ${i}`));
    expect(bookOf([...lines, ...more]).summary(id)).toEqual({
      ...{ better: 8, same: 0, worse: 0, products: 8 },
      pValue: 2 / 256,
    });
  });

  it('belongs to one comparison, however its sides are written down', () => {
    const of = (after: object) => comparisonId({ before: {}, after });
    const a = of({ label: 'test', overrides: { limit: 3, filters: { a: 1, b: [1, 2] } } });
    expect(of({ overrides: { filters: { b: [1, 2], a: 1 }, limit: 3 }, label: 'test' })).toBe(a);
    expect(of({ label: 'test', overrides: { limit: 3, filters: { a: 1, b: [2, 1] } } })).not.toBe(a);
    expect(of({ label: 'test', overrides: {} })).toBe(of({ label: 'test' }));
    expect(comparisonId({ before: { label: 'b' }, after: {} })).not.toBe(of({ label: 'b' }));
    expect(a).toMatch(/^c_[0-9a-f]{16}$/);
  });

  it('is listed by the latest judged, without those that everybody took back', () => {
    const other = { before: { label: 'production' }, after: { policy: 'pdp@9' } };
    const book = bookOf([
      line(1, 'P1', 'better', 'Ayşe', { comparison: other }),
      line(5, 'P1', 'better'),
      line(6, 'P1', 'worse', 'Ali', { comparison: { before: {}, after: { policy: 'x' } } }),
      line(7, 'P1', null, 'Ali', { comparison: { before: {}, after: { policy: 'x' } } }),
    ]);
    expect(book.list().comparisons.map((one) => one.id)).toEqual([id, comparisonId(other)]);
    expect(book.list().comparisons[0]).toMatchObject({ ...comparison, summary: { better: 1 } });
  });

  it('is bounded: the oldest are forgotten', () => {
    const lines = Array.from({ length: 40 }, (_, i) => line(i, `P${i}`, 'better'));
    const book = bookOf(lines, 10);
    const kept = book.page(id)?.verdicts.map(({ product }) => product) ?? [];
    expect(kept.length).toBeGreaterThanOrEqual(10);
    expect(kept.length).toBeLessThanOrEqual(11);
    expect(kept[0]).toBe('P39');
    expect(kept.at(-1)).toBe(`P${40 - kept.length}`);
  });
});

describe('a folder of verdicts', () => {
  let folder: string;
  const opened: Verdicts[] = [];
  const open = async (): Promise<Verdicts> => {
    const verdicts = await openVerdicts({ folder, log });
    opened.push(verdicts);
    return verdicts;
  };
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'sepet-verdicts-')), 'verdicts');
    said.length = 0;
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  it('keeps what is given, and says what it comes to', async () => {
    const verdicts = await open();
    const kept = await verdicts.give(given('P1', 'better', 'Ayşe', { note: 'Cheaper,\nand it fits.' }));
    expect(kept).toMatchObject({
      ...{ id: expect.stringMatching(/^v_/), comparison: id },
      summary: { better: 1, same: 0, worse: 0, products: 1, pValue: 1 },
    });
    await verdicts.close();
    const again = await open();
    expect(await again.comparison(id)).toEqual({
      comparison: { id, ...comparison },
      verdicts: [
        { product: 'P1', verdict: 'better', by: 'Ayşe', at: kept.at, note: 'Cheaper,\nand it fits.' },
      ],
      summary: kept.summary,
    });
    expect((await again.comparisons()).comparisons).toMatchObject([{ id, lastAt: kept.at }]);
    await expect(again.comparison('c_0000')).rejects.toMatchObject({ code: 'comparison_unknown' });
  });

  it('orders the words of one person even within a millisecond, and where the clock goes back', async () => {
    const verdicts = await open();
    const words = ['better', 'worse', 'same', null, 'worse'] as const;
    await Promise.all(words.map((word) => verdicts.give(given('P1', word))));
    expect((await verdicts.comparison(id)).verdicts).toMatchObject([{ verdict: 'worse' }]);
    await verdicts.close();
    const [file = ''] = readdirSync(folder);
    const later = line(Date.UTC(2100, 0) - Date.UTC(2026, 4, 1), 'P1', 'same');
    appendFileSync(join(folder, file), `${JSON.stringify(later)}\n`);
    const again = await open();
    expect((await again.give(given('P1', 'better'))).summary).toMatchObject({ better: 1, products: 1 });
    expect(readLine(JSON.stringify({ ...later, at: '9999-12-31T23:59:59.999Z' }))).toBeUndefined();
  });

  it('refuses a comparison of a thing with itself', async () => {
    const verdicts = await open();
    const same = { before: { label: 'a' }, after: { overrides: {}, label: 'a' } };
    await expect(verdicts.give(given('P1', 'same', 'Ali', { comparison: same }))).rejects.toMatchObject({
      code: 'option_invalid',
    });
  });

  it('is shared: each sees what the others keep', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 === 0 ? one : other).give(given(`P${i % 10}`, i < 20 ? 'worse' : 'better')),
      ),
    );
    for (const verdicts of [one, other])
      expect((await verdicts.comparison(id)).summary).toMatchObject({ better: 10, worse: 0, products: 10 });
    await one.give(given('P1', null));
    expect((await other.comparison(id)).summary).toMatchObject({ better: 9 });
  });

  it('waits for the rest of a line that is half there, and passes over what is none', async () => {
    const verdicts = await open();
    const text = `${JSON.stringify(line(1, 'P1', 'better'))}\n`;
    const file = join(folder, verdictFiles.fileName('2026-05-01', 77));
    writeFileSync(file, text.slice(0, 50));
    expect((await verdicts.comparisons()).comparisons).toEqual([]);
    appendFileSync(file, text.slice(50));
    expect((await verdicts.comparison(id)).summary).toMatchObject({ better: 1 });
    appendFileSync(file, `nonsense\n{"id": 3}\n${'x'.repeat(500_000)}\n${'['.repeat(60_000)}\n\n`);
    appendFileSync(file, `${JSON.stringify(line(2, 'P2', 'worse'))}\n`);
    expect((await verdicts.comparison(id)).summary).toMatchObject({ better: 1, worse: 1 });
    expect(said.filter((one) => one.includes('passed over'))).toHaveLength(1);
    // Somebody cleans up by hand.
    writeFileSync(file, `${JSON.stringify(line(3, 'P3', 'worse'))}\n`);
    expect((await verdicts.comparison(id)).summary).toMatchObject({ worse: 2 });
    rmSync(file);
    expect((await verdicts.comparison(id)).summary).toMatchObject({ worse: 2 });
  });

  it('repairs what a process that is gone has left, and tidies up its empty files', async () => {
    mkdirSync(folder, { recursive: true });
    const { stdout } = {
      stdout: execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }),
    };
    const gone = (number: string) =>
      join(
        folder,
        verdictFiles.fileName('2026-05-01', 1).replace(/-\d+-\d+\.0001/, `-${stdout.trim()}-1.${number}`),
      );
    const text = `${JSON.stringify(line(1, 'P1', 'better'))}\n`;
    writeFileSync(gone('0001'), text + text.slice(0, 70));
    writeFileSync(gone('0002'), '');
    const verdicts = await open();
    expect(readFileSync(gone('0001'), 'utf8')).toBe(text);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(said.join('\n')).toMatch(/half a line was cut off a file of verdicts/);
    expect((await verdicts.comparison(id)).verdicts).toHaveLength(1);
  });

  it('that cannot be written says so', async () => {
    writeFileSync(folder, 'a file');
    await expect(open()).rejects.toMatchObject({ code: 'verdicts_unavailable' });
  });
});

describe('the reader', () => {
  const word = fc.constantFrom('better' as const, 'same' as const, 'worse' as const, null);
  const someLine = fc
    .tuple(fc.nat(100_000), fc.constantFrom('P1', 'P2', 'ürün'), word, fc.constantFrom('Ayşe', 'Ali'))
    .map(([ms, product, verdict, by]) => line(ms, product, verdict, by));

  it('takes every line that is whole and nothing else, however the file is cut and broken', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sepet-verdicts-'));
    const name = verdictFiles.fileName('2026-05-01', 1);
    const junk = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes.filter((b) => b !== 10)));
    const part = fc.oneof(
      { weight: 3, arbitrary: someLine.map((one) => Buffer.from(JSON.stringify(one))) },
      { weight: 1, arbitrary: junk },
      {
        weight: 1,
        arbitrary: fc.tuple(someLine, fc.nat(), fc.nat(255)).map(([one, at, value]) => {
          const bytes = Buffer.from(JSON.stringify(one));
          bytes[at % bytes.length] = value;
          return Buffer.from(bytes.filter((b) => b !== 10));
        }),
      },
      { weight: 1, arbitrary: fc.constant(Buffer.alloc(5 * limits.verdictLineBytes.default, 97)) },
    );
    const cuts = fc.array(fc.nat(), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), cuts, async (parts, where) => {
        const whole = Buffer.concat(parts.flatMap((one) => [one, Buffer.from('\n')]));
        const taken: string[] = [];
        const reader = new VerdictReader({ folder, log, take: ({ id: of }) => taken.push(of) });
        const sorted = where.map((at) => at % (whole.length + 1)).sort((a, b) => a - b);
        for (const end of [...sorted, whole.length]) {
          writeFileSync(join(folder, name), whole.subarray(0, end));
          await reader.read();
        }
        const want = parts.flatMap((one) => readLine(one.toString('utf8'))?.id ?? []);
        expect(taken).toEqual(want);
      }),
      { numRuns: 150 },
    );
    rmSync(folder, { recursive: true });
  }, 60_000);

  it('makes a verdict of no text that is none', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          someLine.map((one) => JSON.stringify(one).slice(1)),
        ),
        (text) => {
          expect(readLine(text)).toBeUndefined();
        },
      ),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(someLine, (one) => {
        expect(readLine(JSON.stringify(one))).toEqual(one);
      }),
    );
  });
});
