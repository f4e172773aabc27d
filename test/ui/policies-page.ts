// The policy editor as a test has it in hand.

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Opened, Pages, Shop } from './browser.ts';

export const yamlOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const deep = (root: ParentNode, selector: string): Element | undefined => {
      const own = root.querySelector(selector);
      if (own !== null) return own;
      for (const element of root.querySelectorAll('*')) {
        const found = element.shadowRoot && deep(element.shadowRoot, selector);
        if (found) return found;
      }
      return undefined;
    };
    const lines = deep(document, '.cm-content')?.querySelectorAll('.cm-line') ?? [];
    return [...lines].map((line) => line.textContent ?? '').join('\n');
  });

export const waitYaml = async (page: Page, part: string): Promise<string> => {
  await expect.poll(() => yamlOf(page)).toContain(part);
  return yamlOf(page);
};

export const valid = (page: Page) => page.locator('[data-state=valid]').waitFor();

export const editorOf = (shop: Shop, label: string, policy: string, more = ''): string =>
  shop.at(`/ui/policies?label=${label}&policy=${policy}${more}`);

export async function openEditor(pages: Pages, url: string): Promise<Opened> {
  const opened = await pages.open(url);
  opened.page.on('dialog', (dialog) => void dialog.accept().catch(() => {}));
  await opened.page.locator('.cm-content').waitFor({ state: 'attached' });
  return opened;
}

/** Replaces the whole text as one who pastes does. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

export const card = (page: Page, name: string) => page.locator(`.rule[data-rule="${name}"]`);

export async function fillReason(page: Page, why: string): Promise<void> {
  await page.getByLabel('Why', { exact: true }).fill(why);
  await page.getByLabel('Your name').fill('Ada');
}
