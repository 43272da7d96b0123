// folder.mjs: a site with `urls: html` is opened from its folder, without a server: pages, style, versions, tabs, theme and search.

import { pathToFileURL } from 'node:url';

export default async (bench) => {
  const root = pathToFileURL(bench.folders.html).href;
  const context = await bench.browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const fail = (what) => bench.fail('html', 'folder', what);
  const hold = (condition, what) => { if (!condition) fail(what); };
  const at = async (path) => { await page.waitForURL(`${root}/${path}`); };
  await bench.watch(page, root, 200, undefined, fail);
  try {
    await page.goto(`${root}/index.html`);
    hold(await page.locator('.brand img').evaluate((one) => one.naturalWidth > 0), 'the logo is not shown');
    hold(await page.evaluate(() => getComputedStyle(document.querySelector('.top')).position) === 'sticky', 'there is no style');
    await page.getByRole('link', { name: 'Start reading' }).click();
    await at('docs/introduction.html');
    await page.locator('.sidebar summary', { hasText: 'Use' }).click();
    await page.locator('.sidebar').getByRole('link', { name: 'Everything' }).click();
    await at('docs/everything.html');
    for (const panel of ['panel.1.2', 'panel.2.2']) {
      await page.getByRole('tab', { name: 'macOS' }).first().click();
      hold(await page.locator(`[id="${panel}"]`).isVisible(), `the tab of ${panel} does not open it`);
    }
    await page.click('.theme');
    await page.click('.theme');
    await page.reload();
    hold(await page.evaluate(() => document.documentElement.dataset.theme) === 'dark', 'the theme is forgotten');
    await page.locator('.toc').getByRole('link', { name: 'Tables' }).click();
    await at('docs/everything.html#tables');
    await page.locator('.versions summary').click();
    await page.locator('.popup').getByRole('link', { name: '1.0' }).click();
    await at('docs/1.0/everything.html');
    await page.locator('.banner a').click();
    await at('docs/everything.html');
    await page.keyboard.press('/');
    await page.fill('.finder input', 'thermometer');
    await page.locator('.finder a.page').first().waitFor();
    await page.keyboard.press('Enter');
    await at('docs/engine/thermometer.html');
    await page.goto(`${root}/start.html`);
    await at('docs/everything.html');
  } catch (error) {
    fail(String(error.stack ?? error));
  }
  bench.opened += 1;
  await context.close();
};
