// without_scripts.mjs: every page can be read and left without JavaScript: nothing is hidden that only a script could show, and every
// entry of the sidebar, the contents, the header and the version menu can be reached.

const OFF = { javaScriptEnabled: false, reducedMotion: 'reduce' };

const everything = async (page, { hold }) => {
  for (const gone of ['button.search', '.theme', '[role=tablist]', 'button.burger', 'button.close', '.actions']) {
    hold(await page.locator(`${gone}:visible`).count() === 0, `${gone} is shown and does nothing`);
  }
  const panels = await page.locator('[role=tabpanel]').all();
  hold(panels.length >= 5, `${panels.length} panels`);
  for (const panel of panels) {
    hold(await panel.isVisible(), 'a panel is hidden');
    hold(await panel.locator('> .tab-label').isVisible(), 'a panel has no heading');
  }
  hold(await page.locator('figure.collapse .line:visible').count() === 36, 'a long block is cut');
  const lines = page.locator('.hidden-line');
  for (const line of await lines.all()) hold(await line.isVisible(), 'a hidden line cannot be seen');
  await page.locator('article > details > summary').click();
  hold(await page.locator('#a-heading-inside').isVisible(), 'details cannot be opened');
};

/** What every page has to offer, whatever its width. */
const reachable = async (page, { hold }, width) => {
  const burger = page.locator('a.burger');
  if (width < 800) {
    await burger.click();
    hold(await page.locator('.side').isVisible(), 'the drawer does not open');
  }
  const side = page.locator('.side .sidebar');
  const closed = side.locator('details:not([open]) > summary:visible');
  while (await closed.count()) await closed.first().click();
  const entries = await side.locator('a').all();
  hold(entries.length >= 7, `${entries.length} entries in the sidebar`);
  for (const entry of entries) hold(await entry.isVisible(), `the entry ${await entry.textContent()} cannot be reached`);
  if (width < 800) {
    for (const link of await page.locator('.site-links a').all()) hold(await link.isVisible(), 'a link of the header cannot be reached');
    await page.locator('a.close').click();
    hold(!await page.locator('.side').isVisible(), 'the drawer does not close');
  }
  const list = page.locator('.toc ul').first();
  if (!await list.isVisible()) await page.locator('.toc summary').click();
  hold(await list.isVisible(), '"On this page" cannot be opened');
  await list.locator('a').last().click();
  await page.locator('.versions summary').click();
  const versions = await page.locator('.popup a').all();
  hold(versions.length >= 4, `${versions.length} entries in the version menu`);
  await versions.at(-2).click();
  hold(page.url().includes('/docs/1.0/everything'), `the last version leads to ${page.url()}`);
  await page.locator('.banner a').click();
  hold(page.url().endsWith('/docs/everything'), `the banner leads to ${page.url()}`);
};

/** Follows every link inside the site from its front, with nothing but the pages' HTML. */
const crawl = async (page, { hold }, address, wanted) => {
  const seen = new Set(['/']), rest = ['/'];
  while (rest.length) {
    const answer = await page.request.get(address + rest.pop());
    for (const [, href] of (await answer.text()).matchAll(/<a [^>]*href="(\/[^"#]*)/g)) {
      if (!seen.has(href)) { seen.add(href); rest.push(href); }
    }
  }
  const files = wanted.map((url) => new URL(url).pathname);
  // Two pages are meant to be in no sidebar.
  const lost = files.filter((path) => !seen.has(path) && !/next\/(alone|platforms)$/.test(path));
  hold(files.length > 8 && !lost.length, `no link leads to ${lost.slice(0, 5)} (of ${files.length})`);
};

const sitemap = async (page, address) => {
  const text = await (await page.request.get(address + '/sitemap.xml')).text();
  return [...text.matchAll(/<loc>([^<]*)/g)].map(([, url]) => url);
};

export default async (bench) => {
  await bench.open('fixture', '/docs/everything', { state: 'everything', context: OFF }, everything);
  await bench.each([360, 1000, 1280], (width) => bench.open('fixture', '/docs/everything', { state: 'reachable', width, context: OFF }, (page, about) => reachable(page, about, width)));
  for (const scheme of ['light', 'dark']) {
    await bench.open('fixture', '/docs/plain', { scheme, context: OFF }, async (page, { hold }) => {
      const shot = await page.locator('body').evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      hold(shot === (scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 22, 26)'), `the ground is ${shot}`);
    });
  }
  for (const site of ['fixture', 'own']) {
    const address = await bench.site(site);
    await bench.open(site, '/', { state: 'crawl', context: OFF }, async (page, about) => crawl(page, about, address, await sitemap(page, address)));
  }
};
