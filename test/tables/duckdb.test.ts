import { describe, expect, it } from 'vitest';
import { identifier, literal, openDatabase, withDatabase } from '../../src/tables/duckdb.ts';

describe('Database', () => {
  it('returns rows as plain numbers, flags and text', async () => {
    const row = await withDatabase((database) =>
      database.row(
        "SELECT 1::BIGINT AS a, 2.5::DOUBLE AS b, true AS c, NULL AS d, DATE '2024-05-01' AS e, $p AS f",
        {
          p: "it's",
        },
      ),
    );
    expect(row).toEqual({ a: 1, b: 2.5, c: true, d: null, e: '2024-05-01', f: "it's" });
  });

  it('streams columns of many chunks into typed arrays', async () => {
    const n = 10_001;
    const columns = await withDatabase((database) =>
      database.columns(
        `SELECT i::UINTEGER AS a, i / 2 AS b, CASE WHEN i % 3 = 0 THEN NULL ELSE 't' || i END AS c,
           list_transform(range(i % 4), lambda x: (x + i)::UINTEGER) AS d, -i::INTEGER AS e FROM range($n) AS r(i)`,
        { a: 'u32', b: 'f64', c: 'text', d: 'u32List', e: 'i32' },
        { n },
      ),
    );
    expect(columns.a).toEqual(Uint32Array.from({ length: n }, (_, i) => i));
    expect(columns.b[7]).toBe(3.5);
    expect(columns.e.at(-1)).toBe(-10_000);
    expect(columns.c.slice(0, 4)).toEqual([null, 't1', 't2', null]);
    expect(columns.d.offsets.length).toBe(n + 1);
    for (const i of [0, 3, 2047, 2048, 9999]) {
      const list = columns.d.values.subarray(columns.d.offsets[i], columns.d.offsets[i + 1]);
      expect([...list]).toEqual(Array.from({ length: i % 4 }, (_, x) => x + i));
    }
  });

  it('gives empty columns for no rows', async () => {
    const columns = await withDatabase((database) =>
      database.columns('SELECT 1::UINTEGER AS a, [1::UINTEGER] AS b WHERE false', { a: 'u32', b: 'u32List' }),
    );
    expect([columns.a.length, columns.b.values.length, [...columns.b.offsets]]).toEqual([0, 0, [0]]);
  });

  it('refuses NULL where a number is due, and columns that are not there', async () => {
    await withDatabase(async (database) => {
      await expect(database.columns('SELECT NULL::UINTEGER AS a', { a: 'u32' })).rejects.toThrow('NULL');
      await expect(database.columns('SELECT 1 AS a', { b: 'u32' })).rejects.toThrow('no column b');
    });
  });

  it('quotes literals and identifiers', async () => {
    const row = await withDatabase((database) =>
      database.row(`SELECT ${literal("a'b")} AS ${identifier('x"y')}`),
    );
    expect(row).toEqual({ 'x"y': "a'b" });
  });

  it('stops a running query on abort, and takes no more', async () => {
    const stop = new AbortController();
    const database = await openDatabase({ signal: stop.signal });
    const long = database.row('SELECT count(*) AS n FROM range(100000000000) AS a(i) WHERE i % 7 = 3');
    setTimeout(() => stop.abort(), 50);
    await expect(long).rejects.toMatchObject({ code: 'cancelled' });
    await expect(database.run('SELECT 1')).rejects.toMatchObject({ code: 'cancelled' });
    database.close();
  });
});
