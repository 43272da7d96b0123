// theme.mjs: the three themes: chosen, remembered, told to other pages, there before the first paint, and the system's choice
// followed while it changes.

const PAGE = '/docs/plain';
const ground = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
const LIGHT = 'rgb(255, 255, 255)', DARK = 'rgb(20, 22, 26)';
const chosen = (page) => page.evaluate(() => document.documentElement.dataset.theme);
const becomes = (page, theme) => page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);

const button = async (page, { hold }) => {
  const theme = page.locator('.theme');
  for (const [state, colour] of [['auto', LIGHT], ['light', LIGHT], ['dark', DARK], ['auto', LIGHT]]) {
    hold(await chosen(page) === state, `the theme is not ${state} but ${await chosen(page)}`);
    hold(await theme.getAttribute('aria-label') === `Theme: ${state}`, `${state} is called ${await theme.getAttribute('aria-label')}`);
    hold(await ground(page) === colour, `${state} has the ground ${await ground(page)}`);
    hold(await theme.locator('svg > :visible').count() > 0, `${state} has no icon`);
    await theme.focus();
    await page.keyboard.press('Enter');
  }
  hold(await page.locator('body > [role=status]').textContent() === 'Theme: light', 'the change is not announced');
};

const remembered = async (page, { hold }, address) => {
  await page.click('.theme');
  await page.click('.theme');
  await page.reload();
  hold(await chosen(page) === 'dark', 'a chosen theme is forgotten on the next page');
  const other = await page.context().newPage();
  // The chosen theme is there before anything can be painted.
  await other.addInitScript(() => new MutationObserver((_, observer) => {
    if (!document.body) return;
    globalThis.themeAtBody = document.documentElement.dataset.theme;
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true }));
  await other.goto(address + '/docs/everything');
  hold(await other.evaluate(() => globalThis.themeAtBody) === 'dark', 'the theme comes after the body: it flashes');
  await other.click('.theme');
  await becomes(page, 'auto');
  await page.waitForFunction(() => document.querySelector('.theme').title === 'Theme: auto');
};

const follows = async (page, { hold }) => {
  hold(await ground(page) === LIGHT, 'a light system gives a dark page');
  await page.emulateMedia({ colorScheme: 'dark' });
  hold(await ground(page) === DARK, 'a system that turns dark is not followed');
};

export default async (bench) => {
  const address = await bench.site('fixture');
  await bench.open('fixture', PAGE, { state: 'button' }, button);
  await bench.open('fixture', PAGE, { state: 'two pages' }, (page, about) => remembered(page, about, address));
  await bench.open('fixture', PAGE, { state: 'system' }, follows);
};
