import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Section } from '../../src/base/sections.ts';
import { binding, native } from '../../src/native/binding.ts';
import { mapFile, writeFile } from '../../src/native/index.ts';
import { collectGarbage, errorOf, temporaryFolder } from './helpers.ts';

const sample: readonly Section[] = [
  { name: 'manifest', data: new TextEncoder().encode('{"kind":"sepet-model"}') },
  { name: 'empty', data: new Uint32Array(0) },
  { name: 'vec.in', data: new Float32Array([1.5, -2, 3]) },
  { name: 'col.released', data: new Int32Array([-1, 0, -2147483648]) },
  { name: 'id.hash', data: new Uint32Array([0xffffffff, 7]) },
  { name: 'exact', data: new Float64Array([Math.PI]) },
  { name: 'end', data: new Uint8Array(0) },
];

function sampleFile(): { folder: string; path: string } {
  const folder = temporaryFolder();
  const path = join(folder, 'sample.sepet');
  writeFile(path, sample);
  return { folder, path };
}

describe('a Sepet file', () => {
  test('gives back what was written, as views on one mapping', () => {
    const { path } = sampleFile();
    const file = mapFile(path);
    expect(file.sections.map(({ name }) => name)).toEqual(sample.map(({ name }) => name));
    expect(file.u8('manifest')).toEqual(sample[0]?.data);
    expect(file.u32('empty')).toEqual(new Uint32Array(0));
    expect(file.f32('vec.in')).toEqual(sample[2]?.data);
    expect(file.i32('col.released')).toEqual(sample[3]?.data);
    expect(file.u32('id.hash')).toEqual(sample[4]?.data);
    expect(file.f64('exact')).toEqual(sample[5]?.data);
    expect(file.f32('vec.in').buffer).toBe(file.buffer);
    expect(file.bytes).toBe(readFileSync(path).length);
    expect(file.has('manifest')).toBe(true);
    expect(file.has('nothing')).toBe(false);
    for (const { offset } of file.sections) expect(offset % 64).toBe(0);
  });

  test('takes views with an offset and shared memory', () => {
    const path = join(temporaryFolder(), 'views.sepet');
    const shared = new Uint32Array(new SharedArrayBuffer(16)).fill(9);
    writeFile(path, [
      { name: 'view', data: new Float32Array([1, 2, 3, 4]).subarray(1, 3) },
      { name: 'shared', data: shared },
      { name: 'buffer', data: Buffer.from('abc') },
    ]);
    const file = mapFile(path);
    expect([...file.f32('view')]).toEqual([2, 3]);
    expect([...file.u32('shared')]).toEqual([9, 9, 9, 9]);
    expect([...file.u8('buffer')]).toEqual([97, 98, 99]);
  });

  test('lies mapped or in huge pages, with the same bytes', () => {
    const { path } = sampleFile();
    const [mapped, huge] = [mapFile(path), mapFile(path, { pages: 'huge' })];
    for (const { name } of sample) expect(huge.bytesOf(name)).toEqual(mapped.bytesOf(name));
    expect([mapped.pages, huge.pages]).toEqual(['map', 'huge']);
    expect(mapped.hugeBytes()).toBe(0);
    expect(huge.hugeBytes()).toBeLessThanOrEqual(huge.bytes);
    const wrong = errorOf(() => mapFile(path, { pages: 'large' as 'huge' }));
    expect(wrong).toMatchObject({ code: 'argument_invalid', message: expect.stringContaining('large') });
  });

  test('is replaced whole: who has the old one keeps it', () => {
    const { path, folder } = sampleFile();
    const old = mapFile(path);
    writeFile(path, [{ name: 'vec.in', data: new Float32Array([8]) }]);
    expect([...mapFile(path).f32('vec.in')]).toEqual([8]);
    expect([...old.f32('vec.in')]).toEqual([1.5, -2, 3]);
    expect(readdirSync(folder)).toEqual(['sample.sepet']);
  });

  test('larger than one buffer can be is mapped in windows, cut between sections', () => {
    const path = join(temporaryFolder(), 'large.sepet');
    const fill = (value: number, length: number) => new Uint32Array(length).fill(value);
    const written = [
      { name: 'a', data: fill(1, 200) },
      { name: 'b', data: fill(2, 250) },
      { name: 'c', data: fill(3, 10) },
      { name: 'd', data: fill(4, 256) },
    ];
    writeFile(path, written);
    const raw = binding.mapFile({ path, verify: true, windowBytes: 1280 });
    expect(raw.windows.length).toBe(3);
    for (const [i, { offset, bytes }] of raw.sections.entries()) {
      const window = raw.windows.findLast((candidate) => candidate.offset <= offset);
      expect(window?.buffer.byteLength).toBeLessThanOrEqual(1280);
      const start = offset - (window?.offset ?? 0);
      expect(new Uint32Array(window?.buffer ?? new ArrayBuffer(0), start, bytes / 4)).toEqual(
        written[i]?.data,
      );
    }
    expect(
      errorOf(() => native(() => binding.mapFile({ path, verify: true, windowBytes: 1023 }))),
    ).toMatchObject({
      code: 'argument_invalid',
      message: expect.stringContaining('The section d has 1024 bytes'),
    });
    expect(mapFile(path).bytesOf('c')).toEqual(new Uint8Array(fill(3, 10).buffer));
  });

  test('survives the collection of other views on it', async () => {
    const { path } = sampleFile();
    const kept = mapFile(path).f32('vec.in');
    for (let i = 0; i < 200; i++) mapFile(path);
    await collectGarbage();
    expect([...kept]).toEqual([1.5, -2, 3]);
  });

  test('names a missing section and one of another type', () => {
    const { path } = sampleFile();
    const file = mapFile(path);
    expect(errorOf(() => file.f32('nothing'))).toMatchObject({ code: 'section_missing' });
    const mistyped = errorOf(() => file.u8('vec.in'));
    expect(mistyped).toMatchObject({ code: 'section_missing' });
    expect(mistyped.message).toContain('holds f32, not u8');
  });
});

describe('what is not a whole Sepet file', () => {
  test('cut anywhere is truncated', () => {
    const { path, folder } = sampleFile();
    const whole = readFileSync(path);
    for (const length of [0, 1, 7, 8, 63, 64, 100, 511, 512, whole.length - 65, whole.length - 1]) {
      const cut = join(folder, `cut-${length}.sepet`);
      writeFileSync(cut, whole.subarray(0, length));
      expect(errorOf(() => mapFile(cut)).code, `cut after ${length} bytes`).toBe('file_truncated');
    }
  });

  test('damaged, foreign, of another version or missing has its own error', () => {
    const { path, folder } = sampleFile();
    const whole = readFileSync(path);
    const changed = (at: number): string => {
      const copy = Buffer.from(whole);
      copy[at] = (copy[at] ?? 0) ^ 0x40;
      const name = join(folder, `changed-${at}.sepet`);
      writeFileSync(name, copy);
      return name;
    };
    const { offset } = mapFile(path).sections.find(({ name }) => name === 'vec.in') ?? { offset: 0 };
    const damaged = changed(offset);
    expect(errorOf(() => mapFile(damaged)).message).toContain('section vec.in');
    expect(errorOf(() => mapFile(damaged)).code).toBe('file_damaged');
    expect(mapFile(damaged, { verify: false }).f32('vec.in').length).toBe(3);
    expect(errorOf(() => mapFile(changed(70))).code).toBe('file_damaged');
    expect(errorOf(() => mapFile(changed(8))).code).toBe('file_version');
    expect(errorOf(() => mapFile(changed(0))).code).toBe('file_foreign');
    expect(errorOf(() => mapFile(process.execPath)).code).toBe('file_foreign');
    expect(errorOf(() => mapFile(folder)).code).toBe('file_foreign');
    expect(errorOf(() => mapFile(join(folder, 'no.sepet'))).code).toBe('file_not_found');
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
    expect(errorOf(() => mapFile(join(folder, 'loop'))).code).toBe('file_io');
  });
});

describe('writeFile refuses', () => {
  const data = new Uint8Array(3);

  test('names that a table cannot hold', () => {
    const path = join(temporaryFolder(), 'x.sepet');
    const names = ['', 'has space', 'é', 'twenty-five-characters-xx'];
    for (const name of names)
      expect(errorOf(() => writeFile(path, [{ name, data }])).code).toBe('argument_invalid');
    const twice = errorOf(() =>
      writeFile(path, [
        { name: 'a', data },
        { name: 'a', data },
      ]),
    );
    expect(twice.message).toContain('used twice');
    expect(existsSync(path)).toBe(false);
  });

  test('arrays of other types, and folders that do not exist', () => {
    const folder = temporaryFolder();
    for (const wrong of [new Uint16Array(2), [1, 2], null, new ArrayBuffer(4)]) {
      const section = { name: 'a', data: wrong } as unknown as Section;
      expect(errorOf(() => writeFile(join(folder, 'x'), [section])).message).toContain(
        'The section a must be',
      );
    }
    expect(errorOf(() => writeFile(join(folder, 'no/x'), [])).code).toBe('file_not_found');
    expect(errorOf(() => writeFile(`${folder}/a\0b`, [])).code).toBe('argument_invalid');
    expect(errorOf(() => mapFile(7 as unknown as string)).code).toBe('argument_invalid');
  });
});
