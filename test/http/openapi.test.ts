// /openapi.json against the server that gives it: what it shows is sent, what it promises is looked for.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { pack, unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorTable } from '../../src/base/errors.ts';
import { openapiDocument } from '../../src/http/openapi/document.ts';
import { shownPath } from '../../src/http/routes/route.ts';
import { routes } from '../../src/http/routes.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { makeWorld, put, type World } from '../releases/world.ts';
import { smallArtifact } from '../shops.ts';
import { type Described, type Shown, schemaIn, shownIn } from './described.ts';
import { type Serving, serve, serveWith } from './serving.ts';

const described = JSON.parse(JSON.stringify(openapiDocument())) as Described;
const shown = shownIn(described);
const operations = Object.values(described.paths).flatMap((methods) => Object.values(methods));

/** What the examples are of. */
const shownExperiments = `
assignments: [{ channel: mail, policy: default }]
experiments:
  - { name: width, placement: product, arms: [{ name: A, share: 0.5 }, { name: B, share: 0.5, efSearch: 400 }] }
`;

let server: Serving;
/** One that follows a label, for the calls of releases. */
let following: Serving;
let world: World;
beforeAll(async () => {
  const folder = (): string => mkdtempSync(join(tmpdir(), 'sepet-openapi-'));
  const experiments = join(folder(), 'experiments.yaml');
  writeFileSync(experiments, shownExperiments);
  const folders = ['--events', folder(), '--verdicts', folder()];
  server = await serve(smallArtifact(), '--experiments', experiments, ...folders);
  world = makeWorld();
  const policies = [checkPolicy({ name: 'pdp' })];
  await put(world.store, 'test', { artifact: smallArtifact(), policies, force: 'a test' });
  const cache = ['--cache', world.path('cache')];
  following = await serveWith(['--store', world.address, '--label', 'test', '--workers', '1', ...cache]);
}, 120_000);
afterAll(async () => {
  await Promise.all([server?.stop(), following?.stop()]);
  world?.remove();
});

function send(shown: Shown, type = 'application/json'): Promise<Response> {
  const { method, path, body } = shown;
  const { url } = /^\/admin\/(labels|diff)\b/.test(path) ? following : server;
  const packed = type === 'application/json' ? JSON.stringify(body) : Buffer.from(pack(body));
  const headers = { accept: type, ...(body !== undefined && { 'content-type': type }) };
  return fetch(url + path, { method, headers, ...(body !== undefined && { body: packed }) });
}

const contentOf = async (response: Response): Promise<unknown> => {
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('msgpack')) return unpack(new Uint8Array(await response.arrayBuffer()));
  return type.includes('json') ? response.json() : response.text();
};

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(described) as never);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('is what the server gives', async () => {
    const response = await fetch(`${server.url}/openapi.json`);
    expect(await response.json()).toEqual(described);
  });

  it('describes every route and method of the app, and no other', () => {
    const onApp = routes
      .filter((route) => route.isFile !== true)
      .flatMap((route) => Object.keys(route.methods).map((method) => `${method} ${shownPath(route)}`));
    const inDocument = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(inDocument.toSorted()).toEqual(onApp.toSorted());
  });

  it('names its operations once, and shows an answer for each example of a request', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, parameters = [], requestBody } of operations) {
      const asked = [
        ...parameters.flatMap(({ examples, content }) => [
          examples,
          Object.values(content ?? {})[0]?.examples,
        ]),
        requestBody?.content['application/json']?.examples,
      ];
      const names = new Set(asked.flatMap((examples) => Object.keys(examples ?? {})));
      const answered = shown
        .map(({ title }) => title)
        .filter((title) => title.startsWith(`${operationId}: `));
      expect(answered).toEqual(expect.arrayContaining([...names].map((name) => `${operationId}: ${name}`)));
      expect(answered.length).toBeGreaterThan(0);
    }
  });

  it('gives errors only codes that there are', () => {
    const known = new Set<string>(errorTable().map(({ code }) => code));
    const named = [...JSON.stringify(described).matchAll(/"code":\{"enum":(\[[^\]]*\])\}/g)].flatMap(
      ([, list = '[]']) => JSON.parse(list) as string[],
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((code) => !known.has(code))).toEqual([]);
  });
});

describe('each example', () => {
  it.each(shown)('$title', async (example) => {
    const schema = schemaIn(described, example.schema);
    const documented = schema.safeParse(example.answer);
    expect(documented.error?.issues ?? []).toEqual([]);
    const response = await send(example);
    const value = await contentOf(response);
    expect([response.status, value]).toEqual([example.status, expect.anything()]);
    expect(response.headers.get('content-type')).toMatch(
      new RegExp(`^${example.contentType.replace('+', '\\+')}`),
    );
    const headers = Object.entries(example.operation.responses[example.status]?.headers ?? {});
    const missing = headers.filter(([name, { required }]) => required && !response.headers.has(name));
    expect(missing).toEqual([]);
    if (example.operation.operationId === 'openapi') return;
    const parsed = schema.safeParse(value);
    expect(parsed.error?.issues ?? []).toEqual([]);
  });

  it.each(
    shown.filter(
      ({ operation, status }) =>
        status === 200 && 'application/msgpack' in (operation.responses['200']?.content ?? {}),
    ),
  )('$title, in MessagePack', async (example) => {
    const plain = await contentOf(await send(example));
    for (const type of ['application/vnd.msgpack', 'application/msgpack', 'application/x-msgpack']) {
      const response = await send(example, type);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
      expect(response.headers.get('vary')).toBe('Accept');
      expect(await contentOf(response)).toEqual(plain);
    }
  });

  it.each(shown.filter(({ method, operation }) => method === 'GET' && operation.operationId !== 'metrics'))(
    '$title, as HEAD',
    async (example) => {
      const whole = await send(example);
      const bytes = (await whole.arrayBuffer()).byteLength;
      const head = await send({ ...example, method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([whole.status, String(bytes)]);
      expect((await head.arrayBuffer()).byteLength).toBe(0);
    },
  );
});

describe('methods', () => {
  const ways = Object.entries(described.paths).map(([path, methods]) => ({
    path,
    matches: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    taken: Object.keys(methods).flatMap((one) => (one === 'get' ? ['GET', 'HEAD'] : [one.toUpperCase()])),
  }));

  it.each(ways)('$path takes those described, and says so', async ({ path, taken }) => {
    // A policy may be called "try": its path is also one of /admin/policies/{name}.
    const possible = ways.filter(({ matches }) => matches.test(path)).flatMap((way) => way.taken);
    const url = server.url + path.replace(/\{\w+\}/g, 'x');
    for (const method of ['PATCH', 'GET', 'POST', 'PUT', 'DELETE'].filter((one) => !possible.includes(one))) {
      const response = await fetch(url, { method });
      expect([method, response.status, response.headers.get('allow')]).toEqual([
        method,
        405,
        taken.join(', '),
      ]);
      expect(await response.json()).toMatchObject({ code: 'method_not_allowed', status: 405 });
    }
  });
});
