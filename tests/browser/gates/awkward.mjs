// awkward.mjs: no page is wider than the screen, at any width down to 400 % zoom, whatever it holds: words of 210 letters, lines of
// 10,000, mirrored text, a header of 12 links. And no text becomes a script.

/** What sticks out to the side, unless it scrolls or is cut inside something. */
const tooWide = (page) => page.evaluate(() => {
  const limit = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= limit) return '';
  const inside = (one) => one && one !== document.body && (getComputedStyle(one).overflowX !== 'visible' || inside(one.parentElement));
  const wide = [...document.body.querySelectorAll('*')].filter((one) => {
    const box = one.getBoundingClientRect();
    return (box.right > limit + 1 || box.left < -1) && box.width && getComputedStyle(one).position !== 'fixed' && !inside(one.parentElement);
  });
  return `${document.documentElement.scrollWidth} px: ${wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 90)).join(' | ') || 'something'}`;
});

const WIDTHS = [[320, 256], [320, 640], [360, 740], [768, 1024], [1280, 800]];

const fits = async (page, { fail }, paths, address, few) => {
  for (const path of paths) {
    if (path !== paths[0]) await page.goto(address + path);
    for (const [width, height] of few && path !== paths[0] ? WIDTHS.slice(1, 2) : WIDTHS) {
      await page.setViewportSize({ width, height });
      const wide = await tooWide(page);
      if (wide) fail(`${path} at ${width} px is too wide: ${wide}`);
    }
  }
};

/** The paths of all pages of a site, by its sitemap. */
const pages = async (bench, site) => {
  const text = await (await fetch(await bench.site(site) + '/sitemap.xml')).text();
  return [...text.matchAll(/<loc>([^<]*)/g)].map(([, url]) => new URL(url).pathname);
};

/** Opened menus, dialogs and drawers have to fit, too. */
const opened = async (page, { hold }) => {
  const inside = async (selector, what) => {
    const box = await page.locator(selector).first().boundingBox(), { width, height } = page.viewportSize();
    // On a very low screen the list of headings scrolls with the page.
    const low = height < 320 && selector.startsWith('.toc');
    hold(box && box.x >= -1 && box.y >= -1 && box.x + box.width <= width + 1 && (low || box.y + box.height <= height + 1), `${what} leaves the screen: ${JSON.stringify(box)}`);
    hold(!await tooWide(page), `${what} makes the page too wide: ${await tooWide(page)}`);
  };
  const squeezed = await page.evaluate(() => [...document.querySelectorAll('.top a, .top button, .top summary')].filter((one) => one.offsetHeight > 48).map((one) => one.outerHTML.slice(0, 60)));
  hold(!squeezed.length, `squeezed in the header: ${squeezed}`);
  const { width } = page.viewportSize();
  if (width < 800) {
    await page.click('button.burger');
    await inside('.side', 'the drawer');
    await page.keyboard.press('Escape');
  }
  if (await page.locator('.versions summary').count()) {
    await page.click('.versions summary');
    await inside('.popup', 'the version menu');
    await page.keyboard.press('Escape');
  }
  if (width < 1280 && await page.locator('.toc').count()) {
    await page.locator('.toc summary').click();
    await inside('.toc details > ul', 'the list of headings');
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('/');
  await page.fill('.finder input', 'kettle');
  await page.locator('.finder [role=option]').first().waitFor();
  await inside('.finder', 'the search');
  await inside('.finder [aria-label="Close the search"]', 'the button that closes the search');
};

/** At 400 % there has to be room left for the text. */
const zoomed = async (page, { hold }) => {
  await page.evaluate(() => scrollTo(0, 900));
  const covered = await page.evaluate(() => {
    const edges = [...document.querySelectorAll('.top, .toc')].map((one) => one.getBoundingClientRect().bottom);
    return Math.round(Math.max(0, ...edges));
  });
  hold(covered <= 64, `the header covers ${covered} of 256 px`);
};

const harmless = async (page, { hold }) => {
  hold(await page.title().then((title) => title.startsWith('A title with <script>alert(1)</script>')), `the title is ${await page.title()}`);
  hold(await page.locator('h1').textContent().then((text) => text.includes('<script>alert(1)</script>')), 'the heading lost its text');
  const scripts = await page.locator('script:not([src]), img[src="x"]').count();
  hold(scripts === 0, `${scripts} elements come from text`);
};

export default async (bench) => {
  for (const site of ['own', 'fixture', 'awkward', 'rtl']) {
    const all = await pages(bench, site), address = await bench.site(site);
    all.push('/404.html');
    // A site with many pages: all of them where there is the least room, and every tenth at all widths.
    const parts = Array.from({ length: Math.ceil(all.length / 10) }, (_, n) => all.slice(n * 10, n * 10 + 10));
    await bench.each(parts, (part) => bench.open(site, part[0], { state: 'fits', context: { reducedMotion: 'reduce' } },
      (page, about) => fits(page, about, part, address, all.length > 20)));
  }
  const views = [['awkward', '/docs/long'], ['fixture', '/docs/everything'], ['rtl', '/docs/everything']].flatMap((view) => WIDTHS.map(([width, height]) => [...view, width, height]));
  views.push(['awkward', '/docs/long', 900, 700]);
  await bench.each(views, ([site, path, width, height]) => bench.open(site, path, { state: 'opened', width, height, context: { reducedMotion: 'reduce' } }, opened));
  await bench.open('fixture', '/docs/everything', { state: '400 %', width: 320, height: 256 }, zoomed);
  await bench.open('awkward', '/docs/script', { state: 'a script in the title' }, harmless);
};
