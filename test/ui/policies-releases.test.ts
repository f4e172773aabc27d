// Policies become releases: saved, promoted, rolled back, fought over, and put live where there are no releases.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAdminClient, createClient } from '../../src/client/index.ts';
import { serveWith } from '../http/serving.ts';
import {
  axeClean,
  describePages,
  openBrowser,
  type Pages,
  type Shop,
  screenshot,
  startShop,
} from './browser.ts';
import { uiShop } from './made-shop.ts';
import { editorOf, fillReason, openEditor, paste, valid, waitYaml, yamlOf } from './policies-page.ts';

let pages: Pages;
let shop: Shop;

describePages('releases of policies', () => {
  beforeAll(async () => {
    [shop, pages] = await Promise.all([startShop(), openBrowser()]);
  });
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it('saves to test, promotes to production, and rolls back', async () => {
    const { page, clean } = await openEditor(pages, editorOf(shop, 'production', 'pdp'));
    const client = createClient({ url: shop.url, timeoutMs: 30_000 });
    const served = async (): Promise<string> => (await client.policies()).policies[0]?.policy ?? '';
    const product = shop.product;
    const before = await client.boughtTogether(product);
    await paste(page, `# for the campaign\n${(await yamlOf(page)).replace('limit: 8', 'limit: 3')}`);
    await valid(page);
    await page.locator('[data-save]').click();
    // From the main label a draft goes to the label beside it.
    expect(await page.getByLabel('Save to label').inputValue()).toBe('test');
    await axeClean(page);
    await fillReason(page, 'three are enough');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect
      .poll(() => page.locator('[data-said]').textContent())
      .toContain('pdp is saved as test@4 and served');
    await page.locator('h1').waitFor();
    await expect.poll(() => page.url()).toContain('label=test');
    expect(await client.policy('pdp', { label: 'test' })).toMatchObject({
      policy: 'pdp@4',
      document: { limit: 3 },
    });
    expect(await served()).toBe('pdp@2');
    // The comment is this browser's: the store keeps what the policy says.
    await waitYaml(page, '# for the campaign');
    await expect.poll(() => page.locator('[data-dirty]').count()).toBe(0);

    await page.getByRole('tab', { name: 'History' }).click();
    const entry = page.locator('li[data-revision="4"]');
    await entry.waitFor();
    await expect.poll(() => entry.textContent()).toMatch(/three are enough[\s\S]*Ada[\s\S]*pdp@4/);
    await screenshot(page, 'ui-policies-history');
    await page.getByRole('button', { name: 'Promote test to production' }).click();
    await page.locator('[data-diff]').waitFor();
    await expect
      .poll(() => page.locator('[data-diff]').textContent())
      .toMatch(/week-39[\s\S]*week-40[\s\S]*pdp/);
    await axeClean(page);
    await fillReason(page, 'looked good in test');
    await page.getByRole('button', { name: 'Promote to production', exact: true }).click();
    await expect
      .poll(() => page.locator('[data-said]').textContent())
      .toContain('customers see production@3');
    expect(await served()).toBe('pdp@4');
    expect((await client.boughtTogether(product)).items).toHaveLength(3);

    await page.goto(editorOf(shop, 'production', 'pdp', '&view=history'));
    await page.getByRole('button', { name: 'Roll back to revision 2 …', exact: true }).click();
    await fillReason(page, 'three were too few');
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await expect
      .poll(() => page.locator('[data-said]').textContent())
      .toContain('at revision 2, as revision 4');
    expect(await served()).toBe('pdp@2');
    const after = await client.boughtTogether(product);
    expect(after.items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
    clean();
  });

  it('explains a conflict, and saves on top or lets look at theirs', async () => {
    const { page, clean } = await openEditor(pages, editorOf(shop, 'test', 'cart'));
    await paste(page, (await yamlOf(page)).replace('limit: 6', 'limit: 4'));
    await valid(page);
    const operator = createAdminClient({ url: shop.url, timeoutMs: 60_000 });
    const { document } = await createClient({ url: shop.url, timeoutMs: 30_000 }).policy('cart', {
      label: 'test',
    });
    const theirs = { ...document, limit: 5, revision: 2 };
    const { entry } = await operator.savePolicy('test', 'cart', { policy: theirs, why: 'five', by: 'Bo' });
    const save = async (): Promise<void> => {
      await page.locator('[data-save]').click();
      await fillReason(page, 'four');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Somebody was quicker').waitFor();
    };
    await save();
    await axeClean(page);
    await page.getByRole('button', { name: 'Look at theirs' }).click();
    await page.locator('[data-overtaken]').waitFor();
    await waitYaml(page, 'limit: 4');
    await page.getByRole('button', { name: 'Show the differences' }).click();
    await expect.poll(() => page.locator('pp-changes section').first().textContent()).toContain('cart@2');
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await page.locator('[data-overtaken]').waitFor({ state: 'detached' });
    await operator.savePolicy('test', 'cart', {
      policy: { ...theirs, limit: 7, revision: 3 },
      why: 'seven',
      by: 'Bo',
    });
    await valid(page);
    await save();
    await page.getByRole('button', { name: 'Save mine on top' }).click();
    await expect
      .poll(() => page.locator('[data-said]').textContent())
      .toContain(`saved as test@${entry.revision + 2}`);
    const now = await createClient({ url: shop.url, timeoutMs: 30_000 }).policy('cart', { label: 'test' });
    expect(now.document.limit).toBe(4);
    expect(now.revision).toBeGreaterThan(3);
    clean(/409/);
  });

  it('begins a new policy from a starter', async () => {
    const { page, clean } = await pages.open(shop.at('/ui/policies'));
    await page.getByLabel('Name').fill('pdp');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByText('There is a policy pdp already').waitFor();
    await page.getByLabel('Name').fill('autumn');
    await page.getByLabel('Cart').check();
    await page.getByRole('button', { name: 'Begin' }).click();
    await waitYaml(page, 'name: autumn');
    await valid(page);
    await page.locator('[data-save]').click();
    await fillReason(page, 'a cart of its own');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(() => page.locator('[data-said]').textContent()).toContain('autumn is saved as test@');
    const served = await createClient({ url: shop.url, timeoutMs: 30_000 }).policies({ label: 'test' });
    expect(served.policies.map(({ policy }) => policy)).toContain('autumn@1');
    clean();
  });

  it('puts a policy live until the restart where a file is served, and asks for the token', async () => {
    const made = uiShop();
    const token = 'a-token-of-sixteen-or-more';
    const file = await serveWith([join(made, 'week-39.sepet'), '--policy', join(made, 'cart.yaml')], {
      SEPET_ADMIN_TOKEN: token,
    });
    try {
      const { page, clean } = await pages.open(new URL('/ui/policies', file.url).href);
      await page.getByRole('link', { name: 'cart' }).click();
      await page.getByRole('button', { name: 'Sign in to have it checked' }).click();
      await page.getByLabel('Your name').fill('Ada');
      await page.getByLabel('Admin token').fill(token);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await valid(page);
      await page.getByRole('tab', { name: 'History' }).click();
      await page.getByText('A server of a file has no history').waitFor();
      await page.getByRole('tab', { name: 'YAML' }).click();
      await paste(page, (await yamlOf(page)).replace('limit: 6', 'limit: 2'));
      await valid(page);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download YAML' }).click();
      expect((await download).suggestedFilename()).toBe('cart.yaml');
      await page.getByRole('button', { name: 'Put live until restart …' }).click();
      await axeClean(page);
      await page.getByLabel('Why', { exact: true }).fill('trying it');
      await page.getByRole('button', { name: 'Put live', exact: true }).click();
      await expect
        .poll(() => page.locator('[data-said]').textContent())
        .toContain('cart is served until the restart');
      const { document } = await createClient({ url: file.url, timeoutMs: 30_000 }).policy('cart');
      expect(document).toMatchObject({ limit: 2, revision: 2 });
      clean(/401/);
    } finally {
      await file.stop();
    }
  });
});
