// states.mjs: the kinds of pages there are, and what a reader may have opened on them. Gates go through these in light and dark,
// wide and narrow.

/** Each kind of page once: name, site, path, and the status that it is served with. */
export const KINDS = [
  { kind: 'everything', site: 'fixture', path: '/docs/everything' },
  { kind: 'without-sidebar', site: 'fixture', path: '/docs/next/alone' },
  { kind: 'home', site: 'fixture', path: '/' },
  { kind: 'versions', site: 'fixture', path: '/versions' },
  { kind: '404', site: 'fixture', path: '/no/such/page', status: 404 },
  { kind: 'old', site: 'fixture', path: '/docs/1.0/engine/heating' },
  { kind: 'next', site: 'fixture', path: '/docs/next/steam' },
  { kind: 'large', site: 'large', path: '/docs/part-1/page-1-3' },
  { kind: 'contents', site: 'large', path: '/docs/all-pages' },
  { kind: 'own-home', site: 'own', path: '/' },
  { kind: 'own-versions', site: 'own', path: '/versions' },
  { kind: 'own-guide', site: 'own', path: '/docproof/writing' },
  { kind: 'own-reference', site: 'own', path: '/docproof/configuration' },
  { kind: 'own-next', site: 'own', path: '/docs/next/quick-start' },
];

/** Opens the search and asks, until there is an answer. */
export const search = async (page, query, answer = '.finder [role=option]') => {
  await page.click('button.search');
  await page.fill('.finder input', query);
  await page.waitForSelector(answer);
};

/** What is opened on the page with everything: name, widths, and how. */
export const STATES = [
  { state: 'search open', widths: [360, 1280], enter: async (page) => { await page.click('button.search'); await page.waitForSelector('.finder[open]'); } },
  { state: 'search results', widths: [360, 1280], enter: (page) => search(page, 'heating') },
  { state: 'nothing found', widths: [360, 1280], enter: (page) => search(page, 'zzzz', '.finder [role=status]:not(:empty)') },
  {
    state: 'search failed', widths: [360, 1280], quiet: /ERR_FAILED/,
    enter: async (page) => { await page.route('**/search/**/t*.js*', (route) => route.abort()); await search(page, 'heating', '.finder-foot button'); },
  },
  { state: 'drawer open', widths: [360], enter: async (page) => { await page.click('button.burger'); await page.waitForSelector('.drawer .side', { state: 'visible' }); } },
  { state: 'version menu open', widths: [360, 1280], enter: (page) => page.click('.versions summary') },
  { state: 'on this page open', widths: [360, 1000], enter: (page) => page.click('.toc summary') },
  {
    state: 'all unfolded', widths: [360, 1280],
    enter: async (page) => {
      for (const button of await page.$$('.eye, .more')) await button.click();
      await page.click('main details > summary');
      await page.click('[role=tab]:text("Windows")');
    },
  },
  { state: 'deep link', widths: [360, 1280], path: '/docs/everything#tables', enter: (page) => page.waitForFunction(() => scrollY > 0) },
];

/** What to open: each kind once, and each state of the page with everything once for each of its widths. */
export const cases = () => [
  ...KINDS.map((kind) => ({ ...kind, state: '', widths: [1280, 360] })),
  ...STATES.flatMap((state) => state.widths.map((width) => ({ ...KINDS[0], ...state, widths: [width] }))),
];

/** Opens a case in its state, without motion, so that nothing is looked at half-way, and shows it to `use` at each width, light and dark. */
export const enter = (bench, one, use) => bench.open(one.site, one.path, { ...one, width: one.widths[0], context: { reducedMotion: 'reduce' } }, async (page) => {
  await one.enter?.(page);
  for (const width of one.widths) {
    if (width !== one.widths[0]) await page.setViewportSize({ width, height: 800 });
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme });
      const state = [one.state, `${width} px`, scheme].filter(Boolean).join(', ');
      await use(page, { fail: (what) => bench.fail(`${one.site} ${one.path}`, state, what), width, scheme });
    }
  }
});
