// Chromium for the tests of the pages, and the shop that they are looked at with. Whatever a page complains of (console,
// errors, the Content-Security-Policy, requests to other hosts) is collected, and `clean()` fails on it.

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { type Serving, serveWith } from '../http/serving.ts';
import { sepet } from '../shops.ts';
import { uiShop } from './made-shop.ts';

export const chromiumPath = process.env.SEPET_CHROMIUM ?? '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);

/** `describe` for what needs a browser; where there is none it is skipped with a word. */
export const describePages = (name: string, tests: () => void): void =>
  hasChromium
    ? void describe(name, tests)
    : void describe.skip(`${name} (no Chromium at ${chromiumPath}: set SEPET_CHROMIUM)`, tests);

export type Theme = 'light' | 'dark';

export interface OpenOptions {
  readonly theme?: Theme;
  /** In pixels; 1280 x 800 unless said. */
  readonly width?: number;
  readonly height?: number;
}

export interface Opened {
  readonly page: Page;
  /** What the page complained of so far. */
  readonly complaints: readonly string[];
  /** Fails where the page complained of anything that does not match one of these, and forgets it. */
  clean(...expected: readonly RegExp[]): void;
}

export interface Pages {
  readonly browser: Browser;
  /** A page in a context of its own: nobody signed in, nothing kept. */
  open(url: string, options?: OpenOptions): Promise<Opened>;
  close(): Promise<void>;
}

/** Starts Chromium: once a test file, in `beforeAll`; close it in `afterAll`. */
export async function openBrowser(): Promise<Pages> {
  const isRoot = process.getuid?.() === 0;
  /** With the test that opened them: what is left open of a test that is over takes time from the next. */
  const contexts = new Map<BrowserContext, string | undefined>();
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    chromiumSandbox: !isRoot,
    args: ['--disable-dev-shm-usage', '--force-color-profile=srgb', '--font-render-hinting=none'],
  });
  return {
    browser,
    async open(url, options = {}) {
      const { theme = 'light', width = 1280, height = 800 } = options;
      const test = expect.getState().currentTestName;
      for (const [context, openedBy] of contexts) {
        if (openedBy === test) continue;
        contexts.delete(context);
        await context.close();
      }
      const context = await browser.newContext({
        ...{ colorScheme: theme, viewport: { width, height }, locale: 'en-GB', timezoneId: 'UTC' },
        reducedMotion: 'reduce',
      });
      contexts.set(context, test);
      const opened = await watch(context, new URL(url).host);
      await opened.page.goto(url);
      return opened;
    },
    close: () => browser.close(),
  };
}

async function watch(context: BrowserContext, host: string): Promise<Opened> {
  const complaints: string[] = [];
  await context.exposeBinding('sepetComplain', (_, what: string) => void complaints.push(what));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { violatedDirective, blockedURI, sourceFile, lineNumber } = event;
      const what = `CSP: ${violatedDirective} forbids ${blockedURI} (${sourceFile}:${lineNumber})`;
      (globalThis as unknown as { sepetComplain(what: string): void }).sepetComplain(what);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('console', (message) => {
    const { url } = message.location();
    if (['error', 'warning'].includes(message.type()) && !url.endsWith('/favicon.ico'))
      complaints.push(`${message.type()}: ${message.text()} (${url})`);
  });
  page.on('pageerror', (error) => complaints.push(`page error: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.host !== host)
      complaints.push(`another host: ${request.url()}`);
  });
  return {
    page,
    complaints,
    clean(...expected) {
      const unexpected = complaints.splice(0).filter((text) => !expected.some((one) => one.test(text)));
      expect(unexpected).toEqual([]);
    },
  };
}

export interface ShopOptions {
  /** Flags beside those of every shop. */
  readonly flags?: readonly string[];
  /** Of /admin; without, it answers to this machine. */
  readonly token?: string;
}

export interface Shop extends Serving {
  /** A store of its own, whose labels the test may move. */
  readonly store: string;
  /** `url` of this path, such as `/ui/try`. */
  at(path: string): string;
}

/** Serves `production` beside `test` from a store of its own, with images, events and verdicts. */
export async function startShop({ flags = [], token }: ShopOptions = {}): Promise<Shop> {
  const made = uiShop();
  const folder = mkdtempSync(join(tmpdir(), 'sepet-ui-'));
  const path = (name: string): string => join(folder, name);
  const store = path('store');
  cpSync(join(made, 'store'), store, { recursive: true });
  const serving = await serveWith(
    [
      ...['--label', 'production', '--store', store, '--cache', path('cache'), '--poll-seconds', '0.2'],
      ...known('--beside', 'test'),
      ...known('--images', join(made, 'shop')),
      ...known('--events', path('events')),
      ...known('--verdicts', path('verdicts')),
      ...['--drain-seconds', '0'],
      ...flags,
    ],
    token === undefined ? {} : { SEPET_ADMIN_TOKEN: token },
  );
  return {
    ...serving,
    store,
    at: (where) => new URL(where, serving.url).href,
    stop: async () => {
      await serving.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let help: string | undefined;

/** The flag where `sepet serve` has it. */
function known(flag: string, value: string): string[] {
  help ??= sepet('serve', '--help');
  return new RegExp(`^ +${flag}\\b`, 'm').test(help) ? [flag, value] : [];
}

/** Fails where axe finds a serious or critical violation on the page as it stands. */
export async function axeClean(page: Page): Promise<void> {
  await loadAxe(page);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) =>
        nodes.map(
          ({ target, failureSummary }) => `${id}: ${help}; ${target.flat().join(' > ')}: ${failureSummary}`,
        ),
      );
  });
  expect(found).toEqual([]);
}

/** By the debugging protocol, which no Content-Security-Policy of the page concerns. */
async function loadAxe(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: `${axe.source}; undefined` });
  await session.detach();
}

/** Keeps what the page looks like, among temporary files unless a folder is named. */
export async function screenshot(
  page: Page,
  name: string,
  folder = join(tmpdir(), 'sepet-screenshots'),
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  return path;
}
