// A shop's own site, on an origin that is not Sepet's: pages with the widget on them under a strict Content-Security-Policy, and
// addresses that answer badly.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Keeps what the widget tells, for tests to read. */
const recorder = `globalThis.told = [];
for (const type of ['sepet-rendered', 'sepet-empty', 'sepet-item', 'sepet-add'])
  document.addEventListener(type, (event) => {
    globalThis.told.push({ type, detail: event.detail, composed: event.composed });
    if (globalThis.objects) event.preventDefault();
    if (type === 'sepet-item') event.preventDefault();
  });`;

export interface Told {
  readonly type: string;
  readonly detail: Record<string, unknown> & { readonly items: { id: string; price: number }[] };
  readonly composed: boolean;
}

/** What the widget told so far. */
export const told = (page: Page): Promise<Told[]> =>
  page.evaluate(() => (globalThis as unknown as { told: Told[] }).told);

/** The same of one type, once there are as many. */
export async function tells(page: Page, type: string, count = 1): Promise<Told[]> {
  const ofType = async () => (await told(page)).filter((one) => one.type === type);
  await expect.poll(async () => (await ofType()).length).toBeGreaterThanOrEqual(count);
  return ofType();
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A page of the shop asks another host by intention. */
export const otherHost = /^another host/;

export interface PageParts {
  readonly lang?: string;
  /** Where the widget comes from; below Sepet's address. */
  readonly scripts?: readonly string[];
  readonly policy?: string;
}

export interface ShopSite {
  readonly url: string;
  /** The policy of a page that names none. */
  readonly policy: string;
  /** Requests to `slow/` that are open. */
  readonly open: ReadonlySet<ServerResponse>;
  /** How many requests to `slow/` there were. */
  asked(): number;
  /** The address of a page with this in its body. */
  page(body: string, parts?: PageParts): string;
  close(): Promise<void>;
}

/** Below `slow/` nothing is answered, below `bad/` what is no JSON, below `odd/` JSON that is no list. */
export async function openSite(sepetUrl: string): Promise<ShopSite> {
  const pages = new Map<string, { html: string; policy: string }>();
  const open = new Set<ServerResponse>();
  let asked = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (path.startsWith('/slow/')) {
      asked++;
      open.add(response);
      response.on('close', () => open.delete(response));
    } else if (path.startsWith('/bad/')) response.end('<html>a proxy</html>');
    else if (path.startsWith('/odd/')) response.end('{"items":[{"name":"x"}]}');
    else if (path === '/record.js') response.setHeader('Content-Type', 'text/javascript').end(recorder);
    else {
      const { html = '', policy = "default-src 'none'" } = pages.get(path) ?? {};
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.setHeader('Content-Security-Policy', policy).end(html);
    }
  });
  const url = await listen(server);
  const strict = [
    "default-src 'none'",
    `script-src 'self' ${sepetUrl}`,
    ...[`connect-src ${sepetUrl} ${url} http://127.0.0.1:1`, `img-src ${sepetUrl}`],
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types lit-html",
  ].join('; ');
  return {
    url,
    policy: strict,
    open,
    asked: () => asked,
    page(body, { lang = 'en', scripts = ['/ui/widget.js'], policy = strict } = {}) {
      const tags = scripts.map((src) => `<script type="module" src="${sepetUrl}${src}"></script>`).join('');
      const path = `/p/${pages.size}`;
      const html = `<!doctype html><html lang="${lang}"><head><title>A shop</title>
        <script src="/record.js"></script>${tags}</head><body><h1>A product</h1>${body}</body></html>`;
      pages.set(path, { html, policy });
      return `${url}${path}`;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
