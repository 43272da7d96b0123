// paper.mjs: what is printed: light, without the chrome, with everything unfolded and the targets of links in words.

const paper = async (page, { hold }) => {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const ground = await page.evaluate(() => [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.querySelector('h1')).color]);
  hold(String(ground) === 'rgb(255, 255, 255),rgb(28, 33, 40)', `paper is ${ground}`);
  for (const gone of ['.top', '.side', '.toc', '.pages', '.foot', '.skip', '.code button', '[role=tablist]', '.hash']) {
    hold(await page.locator(`${gone}:visible`).count() === 0, `${gone} is printed`);
  }
  for (const there of ['[role=tabpanel]', '.tab-label', 'figure.collapse .line', '#a-heading-inside', '.verdict', '.captured']) {
    const all = page.locator(there);
    hold(await all.count() > 0 && await all.count() === await page.locator(`${there}:visible`).count(), `not all ${there} are printed`);
  }
  const told = await page.locator('article a[href^="https://example.com"]').first().evaluate((one) => getComputedStyle(one, '::after').content);
  hold(told.includes('https://example.com/tea'), `a link is printed with ${told}`);
  const wide = await page.locator('main pre').evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length);
  hold(wide === 0, `${wide} blocks are cut on paper`);
};

const file = async (page, { hold }) => {
  const details = page.locator('article > details');
  const pdf = await page.pdf({ format: 'A4' });
  hold(pdf.length > 20_000 && pdf.subarray(0, 5).toString() === '%PDF-', `${pdf.length} bytes of PDF`);
  hold(!await details.evaluate((one) => one.open), 'details stay open after printing');
};

export default async (bench) => {
  const dark = (page) => page.addInitScript(() => localStorage.setItem('docproof-theme', 'dark'));
  // A sheet is narrow.
  await bench.open('fixture', '/docs/everything', { state: 'paper', width: 700, before: dark }, paper);
  await bench.open('fixture', '/docs/everything', { state: 'file' }, file);
  await bench.open('awkward', '/docs/long', { state: 'file' }, (page, { hold }) => page.pdf().then((pdf) => hold(pdf.length > 20_000, 'no PDF')));
};
