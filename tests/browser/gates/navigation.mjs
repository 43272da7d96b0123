// navigation.mjs: sidebar, drawer, "On this page", version menu, banner: with keys and pointer, and what is remembered of them.

const PAGE = '/docs/everything';
const focus = (page) => page.evaluate(() => document.activeElement.closest('.side') ? 'side' : document.activeElement.closest('main, header') ? document.activeElement.className || document.activeElement.localName : document.activeElement.localName);

const drawer = async (page, { hold }) => {
  const burger = page.locator('button.burger'), side = page.locator('.side');
  const open = async () => { await burger.press('Enter'); await side.waitFor({ state: 'visible' }); };
  const closed = async (how) => {
    await side.waitFor({ state: 'hidden' });
    hold(await focus(page) === 'icon burger', `${how}: the focus is on ${await focus(page)}`);
    hold(await burger.getAttribute('aria-expanded') === 'false', `${how}: it is still called expanded`);
    hold(await page.locator('[inert]').count() === 0, `${how}: the page stays inert`);
  };
  hold(await page.locator('a.burger').isHidden() && await page.locator('a.close').isHidden(), 'the links for pages without scripts are shown');
  hold(!await side.isVisible(), 'the drawer is open from the start');
  await open();
  hold(await burger.getAttribute('aria-expanded') === 'true', 'it is not called expanded');
  hold(await side.getAttribute('role') === 'dialog' && await side.getAttribute('aria-modal') === 'true', 'it is not a modal dialog');
  for (let press = 0; press < 25; press++) {
    // Past the last entry the focus is the browser's own, and then it comes back.
    hold(['side', 'body'].includes(await focus(page)), `Tab leaves the drawer for ${await focus(page)}`);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Escape');
  await closed('Escape');
  await open();
  await page.mouse.click(350, 400);
  await closed('a click beside it');
  await open();
  await page.getByRole('button', { name: 'Close the menu' }).click();
  await closed('its button');
  await open();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.waitForFunction(() => !document.querySelector('[inert]') && !document.querySelector('.side').role);
};

const sidebar = async (page, { hold }) => {
  const inside = page.locator('.sidebar > ul > li > details', { hasText: 'Inside' });
  hold(await page.locator('.sidebar [aria-current="page"]').allTextContents().then(String) === 'Everything', 'not one entry is the current one');
  hold(await page.locator('.sidebar details:has([aria-current])').evaluate((one) => one.open), 'the branch of the page is closed');
  const before = await inside.evaluate((one) => one.open);
  await inside.locator('> summary').press('Enter');
  await page.locator('.sidebar').getByRole('link', { name: 'Plain', exact: false }).first().click();
  await page.waitForURL(/plain/);
  hold(await inside.evaluate((one) => one.open) !== before, 'what was opened by hand is forgotten');
};

const large = async (page, { hold }, address) => {
  const count = await page.locator('.sidebar a').count();
  hold(count < 300, `${count} entries on the page`);
  hold(await page.locator('.sidebar [aria-current="page"]').isVisible(), 'the current entry is not shown');
  await page.getByRole('link', { name: 'All pages' }).click();
  await page.waitForURL(address + '/docs/all-pages');
  const all = await page.locator('.contents .sidebar a').count();
  hold(all >= 320, `only ${all} pages are listed`);
};

/** How far an element is below what covers the top of the page. */
const below = (page, id) => page.evaluate((wanted) => {
  const bar = document.querySelector('.toc'), top = document.querySelector('.top').getBoundingClientRect();
  const covered = innerWidth < 1280 && bar ? Math.max(top.bottom, document.querySelector('.toc summary').getBoundingClientRect().bottom) : top.bottom;
  return document.getElementById(wanted).getBoundingClientRect().top - covered;
}, id);

const contents = async (page, { hold }) => {
  const wide = (page.viewportSize().width >= 1280), bar = page.locator('.toc summary');
  for (const id of ['callouts', 'code', 'tables', 'a-heading-inside', 'level-three-with-code']) {
    if (!wide) await bar.press('Enter');
    await page.locator(`.toc a[href="#${id}"]`).click();
    await page.waitForFunction((wanted) => location.hash === '#' + wanted && document.querySelector('.toc [aria-current]')?.hash === '#' + wanted, id);
    const room = await below(page, id);
    hold(room >= 0 && room < 100, `#${id} is ${room} px below the header`);
    hold(wide || !await page.locator('.toc details').evaluate((one) => one.open), 'the list stays open after a choice');
  }
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const last = await page.locator('.toc a').last().getAttribute('href');
  await page.waitForFunction((wanted) => document.querySelector('.toc [aria-current]')?.hash === wanted, last);
  if (wide) return;
  await bar.press('Enter');
  await page.keyboard.press('Escape');
  hold(!await page.locator('.toc details').evaluate((one) => one.open), 'Escape leaves the list open');
  hold(await focus(page) === 'summary', `Escape leaves the focus on ${await focus(page)}`);
};

/** Nothing that takes the focus is then hidden under the header (2.4.11). */
const uncovered = async (page, { hold }) => {
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.locator('.foot a').last().focus();
  for (let press = 0; press < 60; press++) {
    await page.keyboard.press('Shift+Tab');
    const [top, name] = await page.evaluate(() => {
      const one = document.activeElement, box = one.getBoundingClientRect();
      const over = document.elementFromPoint(box.left + box.width / 2, Math.min(box.bottom, innerHeight) - 2);
      return [one === document.body || one.closest('.top, .toc, .side') || one.contains(over) || over?.contains(one), one.outerHTML.slice(0, 100)];
    });
    hold(top, `${name} has the focus under the header`);
  }
};

const versions = async (page, { hold }, wanted) => {
  const summary = page.locator('.versions summary'), menu = page.locator('.versions');
  await summary.press('Enter');
  const entries = await page.locator('.popup li a').evaluateAll((all) => all.map((one) => [one.pathname, one.querySelector('small')?.textContent ?? '', one.ariaCurrent ?? '']));
  hold(JSON.stringify(entries) === JSON.stringify(wanted), `the menu is ${JSON.stringify(entries)}`);
  for (const [path] of entries) hold((await page.request.get(new URL(path, page.url()).href)).ok(), `${path} is not there`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  hold(!await menu.evaluate((one) => one.open), 'Escape leaves the version menu open');
  hold(await focus(page) === 'summary', `Escape leaves the focus on ${await focus(page)}`);
  await summary.click();
  await page.locator('h1').click();
  hold(!await menu.evaluate((one) => one.open), 'a click elsewhere leaves the version menu open');
};

const MENUS = {
  '/docs/everything': [['/docs/next/everything', '', ''], ['/docs/everything', '', 'true'], ['/docs/1.0/everything', '', '']],
  '/docs/next/steam': [['/docs/next/steam', '', 'true'], ['/docs/introduction', 'not in 2.0', ''], ['/docs/1.0/introduction', 'not in 1.0', '']],
};

const banner = async (page, { hold }, text, href) => {
  const box = page.locator('.banner');
  hold((await box.textContent()).includes(text), `the banner says ${await box.textContent()}`);
  hold(await box.locator('a').getAttribute('href') === href, `the banner leads to ${await box.locator('a').getAttribute('href')}`);
};

export default async (bench) => {
  const address = await bench.site('large');
  await bench.open('fixture', PAGE, { state: 'drawer', width: 360, context: { reducedMotion: 'reduce' } }, drawer);
  await bench.open('fixture', PAGE, { state: 'sidebar' }, sidebar);
  await bench.open('large', '/docs/part-1/page-1-3', { state: 'large' }, (page, about) => large(page, about, address));
  await bench.each([360, 1000, 1280], (width) => bench.open('fixture', PAGE, { state: 'contents', width, context: { reducedMotion: 'reduce' } }, contents));
  await bench.each([360, 1280], (width) => bench.open('fixture', PAGE, { state: 'uncovered', width, height: 500 }, uncovered));
  for (const [path, entries] of Object.entries(MENUS)) {
    await bench.open('fixture', path, { state: 'versions' }, (page, about) => versions(page, about, entries));
  }
  await bench.open('fixture', '/docs/1.0/engine/heating', { state: 'old' }, (page, about) => banner(page, about, 'an older version', '/docs/engine/heating'));
  await bench.open('fixture', '/docs/next/steam', { state: 'next' }, (page, about) => banner(page, about, 'not released yet', '/docs/introduction'));
  await bench.open('fixture', PAGE, { state: 'latest' }, async (page, { hold }) => hold(await page.locator('.banner').count() === 0, 'the latest version has a banner'));
};
