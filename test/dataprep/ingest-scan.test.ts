import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scanText, splitHeader } from '../../src/tables/scan.ts';
import { type Folder, makeFolder } from './ingest-folder.ts';

let folder: Folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => folder.remove());

async function scan(content: string | Uint8Array, delimiter: number | null = 44) {
  const kept: Uint8Array[] = [];
  const path = folder.file('scan.csv', content);
  const result = await scanText(path, {
    delimiter,
    sink: async (bytes) => {
      kept.push(bytes);
    },
  });
  return { ...result, kept: Buffer.concat(kept).toString('utf8') };
}

const quoted = (field: string): string =>
  /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

describe('scanText', () => {
  it('counts what was written, whatever is in the fields', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'ş', '"', ',', '\n', '\r\n', ' '), maxLength: 6 });
    const record = fc.tuple(field, field, field).filter((fields) => fields.some((text) => text !== ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (records, end, ended) => {
          const lines = [['h', 'i', 'j'], ...records].map((fields) => fields.map(quoted).join(','));
          const found = await scan(lines.join(end) + (ended ? end : ''));
          expect(found).toMatchObject({
            header: 'h,i,j',
            records: records.length,
            unreadable: 0,
            regular: true,
          });
          expect(found.kept).toBe(
            lines
              .slice(1)
              .map((line) => `${line}\n`)
              .join(''),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('holds records together across chunks, and finds the broken line of many', async () => {
    const lines = Array.from(
      { length: 120_000 },
      (_, i) => `${i},"some ""quoted"" text, with\nlines ${i}",z`,
    );
    lines[100_000] = '7,"open,z';
    const found = await scan(`a,b,c\n${lines.join('\n')}`);
    expect(found).toMatchObject({ records: 119_999, unreadable: 1, regular: false });
    expect(found.shown).toEqual([
      { file: expect.any(String), line: 2 + 200_000, why: 'text after a closing quote', text: '7,"open,z' },
    ]);
  });

  it('gives up on a quote that stays open for a mebibyte, and reads on after its line', async () => {
    const found = await scan(`a,b\n1,"open\n${'2,x\n'.repeat(600_000)}`);
    expect(found).toMatchObject({ records: 600_000, unreadable: 1 });
    expect(found.shown[0]).toMatchObject({ line: 2, why: 'a quote is not closed' });
  });

  it('keeps the numbers of lines in a JSON copy', async () => {
    const found = await scan(
      Buffer.concat([Buffer.from('{}\r\n\n'), Buffer.from([0xff, 10]), Buffer.from('[]')]),
      null,
    );
    expect(found).toMatchObject({ records: 2, unreadable: 1, kept: '{}\n\n\n[]\n' });
  });

  it('refuses a binary of enormous lines', async () => {
    await expect(scan(new Uint8Array(40_000_000).fill(65))).rejects.toMatchObject({
      code: 'input_unreadable',
    });
  });
});

describe('splitHeader', () => {
  it('splits quoted and plain names', () => {
    expect(splitHeader('a, b ,"c, ""d""",', ',')).toEqual(['a', 'b', 'c, "d"', '']);
    expect(splitHeader('', ',')).toEqual(['']);
  });
});
