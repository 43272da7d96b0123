// lost.mjs: where docproof.js does not arrive, the page is the one for readers without scripts: everything shown, no button that does nothing.
export default (bench) => bench.each([1280, 360], (width) => bench.open('fixture', '/docs/everything', {
  width, state: 'docproof.js lost', quiet: /ERR_FAILED/, before: (page) => page.route('**/docproof.*.js', (route) => route.abort()),
}, async (page, { hold }) => {
  await page.waitForFunction(() => !document.documentElement.classList.contains('js'));
  for (const panel of await page.$$('[role=tabpanel]')) hold(await panel.isVisible(), `${await panel.getAttribute('id')} is hidden`);
  for (const button of await page.$$('button')) {
    hold(!await button.isVisible(), `a button is shown: ${await button.evaluate((shown) => shown.outerHTML.slice(0, 80))}`);
  }
  hold(await page.isVisible('.line:has-text("jj")'), 'the end of a folded block is hidden');
  if (width === 360) {
    await page.click('a.burger');
    hold(await page.isVisible('.side a[aria-current]'), 'the drawer does not open');
  }
}));
