import { describe, expect, it } from 'vitest';
import { drawRequests, type Stock } from '../../loadtest/requests/draw.ts';
import { freshMark, wireSource, wireText } from '../../loadtest/requests/request.ts';
import { parseScenario } from '../../loadtest/scenario/read.ts';

const stock: Stock = {
  products: Array.from({ length: 50 }, (_, rank) => `p/${rank}`),
  facts: [
    { category: 'home > rugs', brand: 'A & B', gender: 'unisex', price: 1000 },
    { category: 'home > lamps', brand: 'C', price: 501 },
  ],
};

const scenarioOf = (yaml: string) => parseScenario(`name: test\ndrawn: 4000\n${yaml}`, 'test.yaml');
const host = { host: '127.0.0.1:1', accept: 'json' } as const;

describe('requests of a scenario', () => {
  it('are the same for the same seed, in the proportions of the weights', () => {
    const scenario = scenarioOf('mix: [{ call: product, weight: 1 }, { call: bought-together, weight: 3 }]');
    const requests = drawRequests(scenario, stock, 5);
    expect(requests).toEqual(drawRequests(scenario, stock, 5));
    expect(requests).not.toEqual(drawRequests(scenario, stock, 6));
    const products = requests.filter(({ path }) => !path.endsWith('/bought-together')).length;
    expect(products).toBeGreaterThan(850);
    expect(products).toBeLessThan(1150);
    expect(requests[0]?.path).toMatch(/^\/v1\/products\/p%2F\d+/);
  });

  it('take their filters from products that are served', () => {
    const scenario = scenarioOf(
      'mix: [{ call: bought-together, query: { limit: 5 }, filters: [category, brand, gender, price, inStock] }]',
    );
    const queries = drawRequests(scenario, stock, 1).map(({ path }) => path.split('?')[1]);
    expect(new Set(queries)).toEqual(
      new Set([
        'limit=5&category=home+%3E+rugs&brand=A+%26+B&gender=unisex&priceMin=500&priceMax=2000&inStock=1',
        'limit=5&category=home+%3E+lamps&brand=C&priceMin=250&priceMax=1002&inStock=1',
      ]),
    );
  });

  it('ask for baskets of different products, and for batches', () => {
    const baskets = scenarioOf('mix: [{ call: basket, products: [2, 5], filters: [inStock] }]');
    const sizes = new Set<number>();
    for (const { method, path, body = '' } of drawRequests(baskets, stock, 1)) {
      const { products, filters } = JSON.parse(body);
      expect([method, path, filters]).toEqual(['POST', '/v1/bought-together', { inStock: true }]);
      expect(new Set(products).size).toBe(products.length);
      sizes.add(products.length);
    }
    expect([...sizes].toSorted()).toEqual([2, 3, 4, 5]);
    const batches = scenarioOf('drawn: 3\nmix: [{ call: batch, requests: 16 }]'.replace('drawn: 3\n', ''));
    const [{ path, body = '' } = { path: '' }] = drawRequests(batches, stock, 1);
    expect(path).toBe('/v1/bought-together/batch');
    expect(JSON.parse(body).requests).toHaveLength(16);
  });

  it('that are fresh differ each time round, in bytes of the same length', () => {
    const scenario = scenarioOf(
      'fresh: true\nmix: [{ call: bought-together }, { call: basket }, { call: batch, requests: 2 }]',
    );
    const texts = drawRequests(scenario, stock, 1)
      .slice(0, 20)
      .map((request) => wireText(request, host));
    for (const text of texts) expect(text.split(freshMark)).toHaveLength(2);
    const next = wireSource(texts, 0);
    const sent = Array.from({ length: 200 }, () => next().toString());
    expect(new Set(sent).size).toBe(200);
    for (const text of sent) {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      const [, length] = /Content-Length: (\d+)/.exec(head) ?? [];
      if (length === undefined) expect(head).toMatch(/[?&]seed=1\d{9} /);
      else {
        expect(Buffer.byteLength(body)).toBe(Number(length));
        JSON.parse(body);
      }
    }
  });

  it('carry ids beyond ASCII whole', () => {
    const scenario = scenarioOf('mix: [{ call: basket, products: [1, 1] }]');
    const [request] = drawRequests(scenario, { products: ['kırmızı 🧶'], facts: [] }, 1);
    if (request === undefined) throw new Error('nothing was drawn');
    const bytes = wireSource([wireText(request, host)], 0)();
    const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
    expect(JSON.parse(body.toString()).products).toEqual(['kırmızı 🧶']);
    expect(bytes.toString()).toContain(`Content-Length: ${body.length}\r\n`);
  });
});
