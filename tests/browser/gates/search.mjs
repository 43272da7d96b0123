// search.mjs: the search dialog: keys, what it says to screen readers, versions, odd queries, and a network that is slow or fails.

const PAGE = '/docs/everything';
const input = (page) => page.locator('.finder input');
const status = (page) => page.locator('.finder [role=status]');
const options = (page) => page.locator('.finder [role=option]');
const isOpen = (page) => page.locator('dialog.finder[open]').count().then(Boolean);

/** Opens the search and asks, until it says how it went. */
const ask = async (page, query) => {
  if (!await isOpen(page)) await page.keyboard.press('Control+k');
  await input(page).waitFor();
  await input(page).fill('');
  await page.waitForFunction(() => !document.querySelector('.finder [role=status]').textContent);
  await input(page).fill(query);
  await page.waitForFunction(() => /^(?!Searching)./.test(document.querySelector('.finder [role=status]').textContent));
};

const keys = async (page, { hold }) => {
  const button = page.locator('button.search');
  for (const key of ['Control+k', 'Meta+k', '/']) {
    await page.keyboard.press(key);
    await input(page).waitFor().catch(() => hold(false, `${key} does not open it`));
    hold(await input(page).evaluate((one) => one === document.activeElement), `${key} does not put the focus into the field`);
    await page.keyboard.press('Escape');
    hold(!await isOpen(page), `Escape does not close what ${key} opened`);
    // The browser takes the focus from what is hidden when it next paints.
    await page.waitForFunction(() => document.activeElement === document.body);
  }
  await button.press('Enter');
  await page.keyboard.press('/');
  hold(await input(page).inputValue() === '/', 'a slash cannot be searched for');
  await page.keyboard.press('Escape');
  hold(await button.evaluate((one) => one === document.activeElement), 'the focus does not go back to the button');
  for (const field of ['<input class=typing>', '<textarea class=typing></textarea>', '<p class=typing contenteditable>x</p>']) {
    await page.evaluate((html) => document.querySelector('article').insertAdjacentHTML('afterbegin', html), field);
    await page.locator('.typing').focus();
    await page.keyboard.press('/');
    hold(!await isOpen(page), `a slash typed into ${field} opens the search`);
    await page.evaluate(() => document.querySelector('.typing').remove());
  }
};

const results = async (page, { hold }, address) => {
  await ask(page, 'heading');
  hold(/^\d+ pages?$/.test(await status(page).textContent()), `it says ${await status(page).textContent()}`);
  hold(await input(page).getAttribute('aria-expanded') === 'true', 'the field does not say that there are results');
  const groups = await page.locator('.finder [role=group]').evaluateAll((all) => all.map((one) => [one.ariaLabel, one.querySelector('.page strong')?.textContent]));
  hold(groups.length > 0 && groups.every(([label, title]) => label && label === title), `the groups are ${JSON.stringify(groups)}`);
  const count = await options(page).count();
  hold(await page.locator('.finder .part').count() > 0, 'no heading is among the results');
  hold(await page.locator('.finder mark').first().textContent().then((text) => /^head/i.test(text)), 'what was found is not marked');
  const active = () => page.evaluate(() => {
    const marked = [...document.querySelectorAll('.finder [aria-selected=true]')];
    return marked.length === 1 && marked[0].id === document.querySelector('.finder input').getAttribute('aria-activedescendant')
      ? [...document.querySelectorAll('.finder [role=option]')].indexOf(marked[0]) : `${marked.length} marked`;
  });
  for (const [key, place] of [['', 0], ['ArrowDown', 1], ['ArrowUp', 0], ['ArrowUp', count - 1], ['ArrowDown', 0], ['ArrowDown', 1]]) {
    if (key) await page.keyboard.press(key);
    hold(await active() === place, `${key} leads to ${await active()}, not to ${place}`);
  }
  const href = await options(page).nth(1).getAttribute('href');
  await page.keyboard.press('Enter');
  await page.waitForURL(address + href);
  hold(await page.locator(decodeURIComponent(new URL(page.url()).hash) || 'h1').isVisible(), 'a result leads to nothing that can be seen');
};

/** Enter that comes before the results leads to the first of them, not to one of an older query. */
const hurried = async (page, { hold }, address) => {
  await ask(page, 'steam');
  await input(page).fill('thermometer');
  await page.keyboard.press('Enter');
  await page.waitForURL(/thermometer/);
  hold(page.url().startsWith(address + '/docs/engine/thermometer'), `it leads to ${page.url()}`);
};

/** The reader types on in the moment in which the last part of an answer arrives. */
const overtaken = async (page, { hold }) => {
  await page.keyboard.press('/');
  await input(page).waitFor();
  await page.evaluate(() => {
    const receive = docproofSearch, list = document.querySelector('.finder [role=listbox]');
    globalThis.shown = 0;
    new MutationObserver(() => { globalThis.shown += list.childElementCount; }).observe(list, { childList: true });
    globalThis.docproofSearch = Object.assign((content) => {
      if (Array.isArray(content.pages)) {
        const field = document.querySelector('.finder input');
        field.value = 'zzzz';
        field.dispatchEvent(new Event('input'));
      }
      receive(content);
    }, receive);
  });
  await input(page).fill('steam');
  await page.waitForFunction(() => /Nothing found for .zzzz/.test(document.querySelector('.finder [role=status]').textContent));
  hold(await page.evaluate(() => globalThis.shown) === 0, 'the results of the older query were shown');
};

const scope = async (page, { hold }) => {
  const paths = () => page.locator('.finder a.page').evaluateAll((all) => all.map((one) => one.pathname));
  await ask(page, 'steam');
  hold((await paths()).every((path) => !/next|1\.0/.test(path)), `this version gives ${await paths()}`);
  await page.locator('.finder select').selectOption({ label: 'All versions' });
  await page.waitForFunction(() => [...document.querySelectorAll('.finder a.page')].some((one) => one.pathname === '/docs/next/steam'));
  hold(/next/i.test(await page.locator('.finder a.page[href="/docs/next/steam"] small').textContent()), 'a result does not say which version it is of');
};

const identifiers = async (page, { hold }) => {
  for (const query of ['update_session_data', 'session_data', 'SessionData']) {
    await ask(page, query);
    const found = await options(page).allTextContents();
    hold(found.slice(0, 6).some((text) => /update_session_data/i.test(text)), `${query} finds ${found.slice(0, 6).join(' | ')}`);
  }
};

const odd = async (page, { hold, fail }) => {
  page.on('dialog', (dialog) => { fail('a script in a query or a text runs'); dialog.dismiss(); });
  for (const query of ['.*+?^${}()|[]\\', '<img src=x onerror=alert(1)>', '(?<x>', '"heat', '💥', 'x'.repeat(10_000), 'kettle '.repeat(1500)]) {
    await ask(page, query);
    hold(await page.locator('.finder img').count() === 0, `${query} makes an element`);
    const wide = await page.locator('.finder').evaluate((one) => one.scrollWidth > one.clientWidth || one.offsetHeight > innerHeight);
    hold(!wide, `${query.slice(0, 20)}: the dialog overflows`);
    hold((await status(page).textContent()).length < 200, `${query.slice(0, 20)}: it says ${(await status(page).textContent()).length} letters`);
  }
  await ask(page, 'kettle');
  hold(await options(page).count() > 0, 'nothing is found after odd queries');
};

const failing = async (page, { hold }) => {
  await page.route(/\/t\d+\.js/, (route) => route.abort());
  await ask(page, 'steam');
  hold(/could not be loaded/.test(await status(page).textContent()), `a lost part is told as ${await status(page).textContent()}`);
  const again = page.locator('.finder').getByRole('button', { name: 'Try again' });
  await again.click();
  await page.waitForFunction(() => document.querySelector('.finder [role=status] button'));
  await page.unrouteAll();
  await again.press('Enter');
  await options(page).first().waitFor();
  hold(await input(page).evaluate((one) => one === document.activeElement), 'the focus is lost after trying again');
};

const unloaded = async (page, { hold }) => {
  await page.route(/search\.[^/]*js/, (route) => route.abort());
  await page.keyboard.press('/');
  await page.waitForFunction(() => /could not be loaded/.test(document.querySelector('body > [role=status]').textContent));
  await page.unrouteAll();
  await page.keyboard.press('/');
  await input(page).waitFor();
  hold(await isOpen(page), 'a search that could not be loaded stays dead');
};

const slow = async (page, { hold }) => {
  const held = [];
  let holding = true;
  await page.route(/search/, (route) => { if (holding) held.push(route); else route.continue(); });
  const release = async () => { while (held.length) await held.shift().continue(); };
  const arrived = (count) => new Promise((done) => { const look = () => held.length >= count ? done() : setTimeout(look, 10); look(); });
  for (let press = 0; press < 3; press++) await page.keyboard.press('/');
  await arrived(1);
  await release();
  await input(page).waitFor();
  hold(await page.locator('dialog').count() === 1, 'asking thrice on a slow network makes several dialogs');
  await page.evaluate(() => {
    globalThis.stale = [];
    new MutationObserver(() => {
      const wanted = document.querySelector('.finder input').value, found = document.querySelector('.finder [role=group]')?.textContent;
      if (found && !found.toLowerCase().includes(wanted)) globalThis.stale.push([wanted, found]);
    }).observe(document.querySelector('.finder [role=listbox]'), { childList: true });
  });
  await input(page).fill('steam');
  await arrived(1);
  await page.waitForFunction(() => /Searching/.test(document.querySelector('.finder [role=status]').textContent));
  await input(page).fill('heating');
  holding = false;
  await release();
  await options(page).first().waitFor();
  hold(/heating/i.test(await options(page).first().textContent()), `the first result is ${await options(page).first().textContent()}`);
  hold(await page.evaluate(() => globalThis.stale.length) === 0, `results of an older query were shown: ${await page.evaluate(() => JSON.stringify(globalThis.stale))}`);
};

export default async (bench) => {
  const address = await bench.site('fixture');
  const cases = [['keys', keys], ['results', (page, about) => results(page, about, address)], ['hurried', (page, about) => hurried(page, about, address)], ['scope', scope], ['overtaken', overtaken], ['odd', odd], ['slow', slow]];
  await bench.each(cases, ([state, use]) => bench.open('fixture', PAGE, { state }, use));
  for (const [state, use] of [['failing', failing], ['unloaded', unloaded]]) await bench.open('fixture', PAGE, { state, quiet: /ERR_FAILED/ }, use);
  await bench.open('own', '/docs/next/quick-start', { state: 'identifiers' }, identifiers);
  await bench.open('awkward', '/docs/script', { state: 'odd' }, odd);
};
