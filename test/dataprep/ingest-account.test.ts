import { describe, expect, it } from 'vitest';
import { reasonNames } from '../../src/dataprep/account.ts';
import { ingestText } from './ingest-folder.ts';

const head = 'order_id,product_id,time,quantity,price';
const day = '2024-05-01 10:00:00';

function addsUp(counts: { lines: number; kept: number; dropped: Record<string, number> }): void {
  const dropped = Object.values(counts.dropped).reduce((a, b) => a + b, 0);
  expect(counts.kept + dropped).toBe(counts.lines);
}

describe('the account of lines', () => {
  it('puts every line under its first reason, and adds up', async () => {
    const lines = [
      `1,A,${day},1,2.55`,
      `1,B,${day},2,1.00`,
      `1,B,${day},1,1.00`, // repeat
      `2,A,${day},1,2.55`, // alone
      `C3,A,${day},1,2.55`, // cancelled
      `C3,,${day},1,2.55`, // no product, before cancelled
      `,A,${day},1,2.55`, // no order
      `4,POST,${day},1,2.55`, // no product's code
      `5,A,${day},0,2.55`, // quantity
      `5,A,${day},-3,2.55`,
      `5,A,${day},nan,2.55`,
      `5,A,${day},many,2.55`,
      `6,A,yesterday,1,2.55`, // time
      `6,A,,1,2.55`,
      `6,A,0201-05-01,1,2.55`,
      `7,A,${day},1`, // unreadable
      `7,A,${day},1,2,3`,
      '',
      `"8"x,A,${day},1,2`,
      `8,A,"${day},1,2`, // an open quote spoils its own line only
      `9,A,${day},1,0`, // price unknown, line kept
      `9,B,${day},1,free`,
    ];
    const { manifest, baskets, unreadable } = await ingestText(`${head}\n${lines.join('\n')}\n`, {
      mapping: { cancelled: '^C', productCode: '^[A-Z]$' },
    });
    addsUp(manifest.counts);
    expect(manifest.counts.lines).toBe(21);
    expect(manifest.counts.dropped).toEqual({
      unreadable: 4,
      order_missing: 1,
      product_missing: 1,
      cancelled: 1,
      not_a_product: 1,
      quantity_not_positive: 4,
      price_not_positive: 0,
      time_unreadable: 3,
      repeat: 1,
      basket_too_long: 0,
      alone: 1,
    });
    expect(manifest.counts.pricesUnknown).toBe(2);
    expect(baskets.map(({ items }) => items)).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
    expect(unreadable.map(({ line, why }) => [line, why])).toEqual([
      [17, '4 fields instead of 5'],
      [18, '6 fields instead of 5'],
      [20, 'text after a closing quote'],
      [21, 'a quote is not closed'],
    ]);
  });

  it('drops lines without a price only where that is asked', async () => {
    const text = `${head}\n1,A,${day},1,1\n1,B,${day},1,0\n1,D,${day},1,\n1,E,${day},1,2\n`;
    const { manifest, baskets } = await ingestText(text, { mapping: { requirePrice: true } });
    expect(manifest.counts.dropped.price_not_positive).toBe(2);
    expect(baskets.map(({ items }) => items)).toEqual([['A', 'E']]);
    expect((await ingestText(text)).manifest.counts.kept).toBe(4);
  });

  it('drops a bulk order whole', async () => {
    const lines = Array.from({ length: 5001 }, (_, i) => `big,P${i},${day},1,1`);
    const { manifest } = await ingestText(`${head}\n${lines.join('\n')}\n1,A,${day},1,1\n1,B,${day},1,1\n`);
    expect(manifest.counts.dropped.basket_too_long).toBe(5001);
    addsUp(manifest.counts);
  });

  it('counts lines that are not UTF-8, and reads the rest', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${head}\r\n1,Ş,${day},1,1\r\n1,caf`),
      Buffer.from([0xe9]),
      Buffer.from(`,${day},1,1\r\n1,B,${day},1,1\r\n`),
    ]);
    const { manifest, unreadable, baskets } = await ingestText(bytes);
    expect(manifest.counts.dropped.unreadable).toBe(1);
    expect(unreadable[0]).toMatchObject({ line: 3, why: 'not UTF-8' });
    expect(baskets[0]?.items).toEqual(['B', 'Ş']);
  });

  it('has a sentence for every reason in the manifest', async () => {
    const { manifest } = await ingestText(`${head}\n1,A,${day},1,1\n1,B,${day},1,1\n`);
    expect(Object.keys(manifest.counts.dropped)).toEqual(reasonNames);
  });
});

describe('values', () => {
  it('turns prices into minor units exactly', async () => {
    const prices = ['2.55', '1.005', '0.29', '1e1', '19.99', '42949672.94', '42949672.95', '1,5'];
    const lines = prices.map((price, i) => `1,P${i},${day},1,"${price}"`);
    const { products, manifest } = await ingestText(`${head}\n${lines.join('\n')}\n`);
    const minor = new Map(products.map((product) => [product.id, product.price_minor]));
    expect(prices.map((_, i) => minor.get(`P${i}`))).toEqual([
      255,
      101,
      29,
      1000,
      1999,
      4294967294,
      null,
      null,
    ]);
    expect(manifest.counts.pricesUnknown).toBe(2);
  });

  it('heeds the currency, the decimal comma and line totals', async () => {
    const yen = await ingestText(`${head}\n1,A,${day},1,300\n1,B,${day},1,1\n`, {
      mapping: { currency: 'jpy' },
    });
    expect(yen.products.map((product) => [product.id, product.price_minor, product.currency])).toEqual([
      ['A', 300, 'JPY'],
      ['B', 1, 'JPY'],
    ]);
    const total = await ingestText(
      `o;p;t;q;sum\n1;A;01.05.2024 10:00;2;"1.010,50"\n1;B;01.05.2024 10:01;2;1,01\n`,
      {
        mapping: {
          orders: { order: ['o'], product: ['p'], time: ['t'], quantity: ['q'], total: ['sum'] },
          delimiter: ';',
          decimalComma: true,
          timeFormat: '%d.%m.%Y %H:%M',
        },
      },
    );
    expect(total.products.map((product) => [product.id, product.price_minor])).toEqual([
      ['A', 50525],
      ['B', 51],
    ]);
    expect(total.baskets[0]?.time).toBe('2024-05-01 10:00:00');
  });

  it('reads times with offsets, dates and epochs', async () => {
    const times = [
      '2024-05-01T12:00:00+02:00',
      '2024-05-02',
      '1714658400.0',
      '1714744800000',
      '2024-05-04T14:00:00Z',
    ];
    const lines = times.flatMap((time, i) => [`${i},A,${time},1,1`, `${i},B,${time},1,1`]);
    const { baskets } = await ingestText(`${head}\n${lines.join('\n')}\n`);
    expect(baskets.map(({ time }) => time)).toEqual([
      '2024-05-01 10:00:00',
      '2024-05-02 00:00:00',
      '2024-05-02 14:00:00',
      '2024-05-03 14:00:00',
      '2024-05-04 14:00:00',
    ]);
  });

  it('takes the commonest title, the first in the alphabet among equals, and the median price', async () => {
    const text = `order_id,product_id,time,title,price\n${[
      `1,A,${day},  Lamp   red ,1`,
      `2,A,${day},Lamp red,2`,
      `3,A,${day},check,30`,
      `1,B,${day},b,1`,
      `2,B,${day},a,3`,
      `3,B,${day},,2`,
    ].join('\n')}\n`;
    const { products } = await ingestText(text);
    expect(products.map(({ id, title, price_minor }) => [id, title, price_minor])).toEqual([
      ['A', 'Lamp red', 200],
      ['B', 'a', 200],
    ]);
  });

  it('makes an order of a customer and a day where there is no order id', async () => {
    const text = `who,sku,when\n7.0,A,2024-05-01 09:00\n7,B,2024-05-01 21:00\n7,D,2024-05-02 09:00\n,A,2024-05-01\n`;
    const { baskets, manifest } = await ingestText(text, {
      mapping: { orders: { customer: ['who'], product: ['sku'], time: ['when'] } },
    });
    expect(baskets.map(({ items }) => items)).toEqual([['A', 'B']]);
    expect(manifest.counts.customers).toBe(1);
    expect(manifest.counts.dropped.order_missing).toBe(1);
  });
});
