// paint.mjs: the first thing painted has the theme that the reader chose, and nothing moves when scripts arrive late.
import { KINDS } from '../states.mjs';

/** Where the parts of the page are, whether on the screen or below it. */
const places = (page) => page.evaluate(() => [...document.querySelectorAll('.top a, .top button, main :is(h1, h2, h3, p, figure, .tabs, table)')]
  .filter((part) => part.offsetParent && !part.closest('[role=tabpanel]')).map((part) => {
    const { x, y } = part.getBoundingClientRect();
    return [`${part.localName}.${part.className} ${part.textContent.trim().slice(0, 30)}`, `${Math.round(x)},${Math.round(y + scrollY)}`];
  }));

/** Lets docproof.js wait until the whole page has been painted without it; `seen` gets where all was then. */
const late = async (page, seen) => {
  await page.route('**/docproof*.js', async (route) => {
    await page.waitForFunction(() => globalThis.whole && performance.getEntriesByName('first-contentful-paint').length);
    seen.push(...await places(page));
    await route.continue();
  });
};

/**
 * Notes what each frame looks like, from the first on, and since when the page has been there as a whole: a browser that has
 * much else to do paints a page that it has read half, and what it reads then moves what is there.
 */
const note = (page, theme) => page.addInitScript((theme) => {
  localStorage.setItem('docproof-theme', theme);
  globalThis.frames = [];
  globalThis.shifts = [];
  const frame = () => {
    if (document.body) globalThis.frames.push(getComputedStyle(document.documentElement).backgroundColor);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  document.addEventListener('readystatechange', () => {
    requestAnimationFrame(() => requestAnimationFrame(() => { globalThis.whole ??= performance.now(); }));
  });
  new PerformanceObserver((list) => list.getEntries().forEach(({ startTime, value, sources }) => {
    globalThis.shifts.push([startTime, value, sources.map(({ node, previousRect: from, currentRect: to }) =>
      `${node?.nodeName}.${node?.className ?? ''} (${from.x},${from.y} ${from.width}x${from.height} -> ${to.x},${to.y} ${to.width}x${to.height})`)]);
  })).observe({ type: 'layout-shift', buffered: true });
}, theme);

const COLOURS = { light: 'rgb(255, 255, 255)', dark: 'rgb(20, 22, 26)' };

export default async (bench) => {
  const views = KINDS.flatMap((kind) => [360, 1280].map((width) => ({ ...kind, width })));
  views.push(...[360, 1280].map((width) => ({ ...KINDS[0], width, context: { hasTouch: true, isMobile: true } })));
  await bench.each(views, ({ site, path, width, status, context }) => {
    const theme = width > 1000 ? 'dark' : 'light', scheme = theme === 'dark' ? 'light' : 'dark';
    const seen = [];
    const before = async (page) => { await note(page, theme); await late(page, seen); };
    const state = `${theme} chosen, script late${context ? ', touched' : ''}`;
    return bench.open(site, path, { width, scheme, status, state, before, context }, async (page, { hold, fail }) => {
      await page.waitForFunction(() => document.querySelector('[role=status]'));
      await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
      const { frames, shifts, whole } = await page.evaluate(() => {
        const { frames, shifts, whole } = globalThis;
        return { frames, shifts: shifts.filter(([time]) => time > whole), whole };
      });
      hold(whole, 'the page was never there as a whole');
      hold(frames.length && frames.every((colour) => colour === COLOURS[theme]), `the page is painted with ${[...new Set(frames)].join(', then ')}`);
      const now = new Map(await places(page));
      const moved = seen.filter(([part, place]) => now.has(part) && now.get(part) !== place);
      if (moved.length) fail(`${moved.length} parts move, first ${moved[0][0]} from ${moved[0][1]} to ${now.get(moved[0][0])}`);
      const sum = shifts.reduce((sum, [, value]) => sum + value, 0);
      if (sum > 0.001) fail(`the layout shifts by ${sum.toFixed(4)}: ${shifts.flatMap(([, , nodes]) => nodes).join('; ')}`);
    });
  });
};
