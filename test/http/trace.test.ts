// W3C Trace Context: what is taken for a trace, and what is passed on.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInShare, spanUnder, traceparentOf } from '../../src/http/trace.ts';
import { smallArtifact } from '../shops.ts';
import { get, type Serving, serve } from './serving.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = '00f067aa0ba902b7';
const given = `00-${trace}-${parent}-01`;

describe('a traceparent', () => {
  it('is taken apart', () => {
    const span = spanUnder(given);
    expect(span).toEqual({
      traceId: trace,
      parentId: parent,
      flags: '01',
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(span && traceparentOf(span)).toBe(`00-${trace}-${span?.spanId}-01`);
  });

  it('has a span of its own each time', () => {
    const ids = Array.from({ length: 2000 }, () => spanUnder(given)?.spanId);
    expect(new Set(ids).size).toBe(2000);
  });

  it.each([
    ['a later version', `cc-${trace}-${parent}-01`],
    ['a later version with more', `cc-${trace}-${parent}-01-what-the-future-is`],
    ['unknown flags, of which only the known one is kept', `00-${trace}-${parent}-ff`],
  ])('is read where it is of %s', (_, header) => {
    expect(spanUnder(header)).toMatchObject({ traceId: trace, parentId: parent, flags: '01' });
  });

  it.each([
    ['version ff', `ff-${trace}-${parent}-01`],
    ['more in version 00', `${given}-more`],
    ['a later version that runs on without a dash', `cc-${trace}-${parent}-01more`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${parent}-01`],
    ['a parent of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
    ['capitals', given.toUpperCase()],
    ['a short trace', `00-${trace.slice(1)}-${parent}-01`],
    ['a short parent', `00-${trace}-${parent.slice(1)}-01`],
    ['no flags', `00-${trace}-${parent}`],
    ['half a flag', `00-${trace}-${parent}-1`],
    ['other letters', `00-${trace.replace('4', 'g')}-${parent}-01`],
    ['spaces', ` ${given}`],
    ['a line break', `${given}\n`],
    ['nothing', ''],
  ])('is none with %s', (_, header) => {
    expect(spanUnder(header)).toBeUndefined();
  });

  it('is never made of other text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        fc.pre(!/^[0-9a-f]{2}-[0-9a-f]{32}-/.test(text));
        expect(spanUnder(text)).toBeUndefined();
      }),
    );
  });
});

describe('the share of traces', () => {
  const ids = Array.from(
    { length: 4000 },
    (_, i) => `${'0'.repeat(16)}${((i * 2654435761) >>> 0).toString(16).padStart(8, '0')}${'0'.repeat(8)}`,
  );

  it('is as large as it should be, and a larger one holds the smaller', () => {
    for (const share of [0.01, 0.25, 0.5]) {
      const kept = ids.filter((id) => isInShare(id, share));
      expect(kept.length / ids.length).toBeCloseTo(share, 2);
      expect(kept.every((id) => isInShare(id, share * 1.5))).toBe(true);
    }
  });

  it('is nothing at 0 and all at 1', () => {
    expect(ids.some((id) => isInShare(id, 0))).toBe(false);
    expect([...ids, 'f'.repeat(32)].every((id) => isInShare(id, 1))).toBe(true);
  });
});

describe('a server', () => {
  let server: Serving;
  beforeAll(async () => {
    server = await serve(smallArtifact(), '--workers', '0');
  });
  afterAll(async () => {
    await server?.stop();
  });
  const ask = async (
    headers: Record<string, string>,
    where = `/v1/products/${server.product}/bought-together`,
  ) => (await get(server.url + where, { headers })).headers.traceparent;

  it('answers a trace with a span of its own, whatever the answer', async () => {
    const own = new RegExp(`^00-${trace}-(?!${parent})[0-9a-f]{16}-01$`);
    for (const where of [undefined, '/v1/products/nothing/bought-together', '/nowhere', '/livez', '/metrics'])
      expect(await ask({ traceparent: given }, where)).toMatch(own);
    expect(await ask({ traceparent: given.replace(/01$/, '00') })).toMatch(/-00$/);
  });

  it('says nothing of traces where there is none', async () => {
    expect(await ask({})).toBeUndefined();
    expect(await ask({ traceparent: 'rubbish' })).toBeUndefined();
  });
});
