import { describe, expect, it } from 'vitest';
import { negotiate } from '../../src/http/negotiate.ts';

describe('negotiation', () => {
  it.each([
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/vnd.msgpack', 'application/vnd.msgpack'],
    ['application/msgpack', 'application/msgpack'],
    ['application/x-msgpack', 'application/x-msgpack'],
    ['Application/X-MsgPack', 'application/x-msgpack'],
    ['application/*', 'application/json'],
    ['text/html, */*;q=0.1', 'application/json'],
    ['application/json;q=0.5, application/msgpack', 'application/msgpack'],
    ['application/json;q=0.5, application/msgpack;q=0.4', 'application/json'],
    ['application/json;q=0, */*', 'application/vnd.msgpack'],
    ['application/*;q=0.2, application/msgpack ; q=0.3', 'application/msgpack'],
    ['application/json; charset=utf-8', 'application/json'],
  ])('%s gets %s', (accept, contentType) => {
    expect(negotiate(accept)?.contentType).toBe(contentType);
  });

  it.each([
    'text/html',
    'application/xml, text/*',
    'application/json;q=0',
    'application/json;q=nonsense',
    ',',
  ])('%s gets nothing', (accept) => {
    expect(negotiate(accept)).toBeUndefined();
  });
});
