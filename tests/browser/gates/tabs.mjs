// tabs.mjs: tabs by the pattern of WAI-ARIA: keys, one choice for all groups with its label, remembered, the page does not jump, and
// links lead into panels and details that are closed.

const PAGE = '/docs/everything';
const selected = (page) => page.locator('[role=tab][aria-selected=true]').allTextContents();
const focused = (page) => page.evaluate(() => document.activeElement.textContent);

const pattern = async (page, { hold }) => {
  for (const group of await page.locator('.tabs').all()) {
    const tabs = await group.locator('[role=tab]').all();
    for (const tab of tabs) {
      const panel = page.locator(`[id="${await tab.getAttribute('aria-controls')}"]`);
      const on = await tab.getAttribute('aria-selected') === 'true';
      hold(await panel.getAttribute('aria-labelledby') === await tab.getAttribute('id'), 'a panel is not named by its tab');
      hold(await panel.isVisible() === on, `the panel of ${await tab.textContent()} is ${on ? 'not shown' : 'shown'}`);
      hold(await tab.evaluate((one) => one.tabIndex) === (on ? 0 : -1), 'more than the chosen tab is in the order of the Tab key');
    }
  }
};

const keys = async (page, { hold }, presses) => {
  await page.locator('.tabs').last().locator('[role=tab]').first().focus();
  for (const [key, wanted, all] of presses) {
    await page.keyboard.press(key);
    hold(await focused(page) === wanted, `${key} leads to ${await focused(page)}, not to ${wanted}`);
    hold(String(await selected(page)) === all, `${key} chooses ${await selected(page)}, not ${all}`);
  }
};

const PRESSES = [
  ['ArrowRight', 'macOS', 'macOS,macOS'], ['ArrowRight', 'Windows', 'macOS,Windows'], ['ArrowRight', 'Linux', 'Linux,Linux'],
  ['ArrowLeft', 'Windows', 'Linux,Windows'], ['Home', 'Linux', 'Linux,Linux'], ['End', 'Windows', 'Linux,Windows'], ['ArrowLeft', 'macOS', 'macOS,macOS'],
];
const MIRRORED = PRESSES.map(([key, ...rest]) => [{ ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' }[key] ?? key, ...rest]);

const rememberedAndStill = async (page, { hold }, address) => {
  // The first group's panels differ in height, and it stands above.
  const tab = page.locator('.tabs').last().locator('[role=tab]').first();
  await tab.evaluate((one) => scrollTo(0, scrollY + one.getBoundingClientRect().top - 300));
  for (const name of ['Linux', 'macOS']) {
    const one = page.locator('.tabs').last().getByRole('tab', { name });
    const before = (await one.boundingBox()).y;
    const height = await page.locator('.tabs').first().evaluate((group) => group.offsetHeight);
    await one.click();
    hold(name === 'Linux' || await page.locator('.tabs').first().evaluate((group) => group.offsetHeight) !== height, 'the page above stays as high: nothing is tested');
    hold(Math.abs((await one.boundingBox()).y - before) <= 1, `${name} moves from ${before} to ${(await one.boundingBox()).y}`);
  }
  await page.goto(address + '/docs/everything');
  hold(String(await selected(page)) === 'macOS,macOS', `another page shows ${await selected(page)}`);
};

const linked = async (page, { hold }, address) => {
  const heading = page.locator('#a-heading-in-a-panel');
  hold(await heading.isVisible(), 'a link into a panel does not open it');
  hold(await page.evaluate(() => scrollY > 0), 'a link into a panel does not scroll to it');
  await page.locator('.tabs').last().getByRole('tab', { name: 'Linux' }).click();
  await page.locator('.toc a[href="#a-heading-in-a-panel"]').click();
  await heading.waitFor({ state: 'visible' });
  await page.goto(address + '/docs/everything#a-heading-inside');
  await page.locator('#a-heading-inside').waitFor({ state: 'visible' });
};

export default async (bench) => {
  const address = await bench.site('fixture');
  await bench.open('fixture', PAGE, { state: 'pattern' }, pattern);
  await bench.open('fixture', PAGE, { state: 'keys' }, (page, about) => keys(page, about, PRESSES));
  await bench.open('rtl', PAGE, { state: 'keys, right to left' }, (page, about) => keys(page, about, MIRRORED));
  await bench.open('fixture', '/docs/next/platforms', { state: 'remembered' }, (page, about) => rememberedAndStill(page, about, address));
  await bench.open('fixture', PAGE + '#a-heading-in-a-panel', { state: 'linked' }, (page, about) => linked(page, about, address));
};
