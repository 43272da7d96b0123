// storage.mjs: a browser that refuses storage shows the same pages: everything works, nothing is remembered, nothing is reported. So
// does one whose storage holds what we did not write.

const refuse = (page) => page.addInitScript(() => {
  Object.defineProperty(globalThis, 'localStorage', { get() { throw new DOMException('refused', 'SecurityError'); } });
});
const full = (page) => page.addInitScript(() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; });
const spoil = (text) => (page) => page.addInitScript((value) => {
  for (const name of ['theme', 'tabs', 'sidebar']) localStorage.setItem('docproof-' + name, value);
}, text);

const works = async (page, { hold }) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  hold(await theme() === 'auto', `the theme begins as ${await theme()}`);
  await page.click('.theme');
  await page.click('.theme');
  hold(await theme() === 'dark', `the button leads to ${await theme()}`);
  await page.getByRole('tab', { name: 'Windows' }).click();
  hold(await page.locator('[id="panel.2.3"]').isVisible(), 'a tab does not open');
  const branch = page.locator('.sidebar details:not(:has([aria-current]))').first();
  const before = await branch.evaluate((one) => one.open);
  await branch.locator('> summary').click();
  hold(await branch.evaluate((one) => one.open) !== before, 'a branch does not open');
  await page.keyboard.press('/');
  await page.fill('.finder input', 'steam');
  await page.locator('.finder [role=option]').first().waitFor();
};

const states = [
  ['refused', refuse], ['full', full],
  ...['null', '5', '"x"', '{', '[[]]', '[null]', '{"tabs":1}', '<script>'].map((text) => [`spoiled with ${text}`, spoil(text)]),
];

export default (bench) => bench.each(states, ([state, before]) => bench.open('fixture', '/docs/everything', { state, before }, works));
