// settings.mjs: what readers have set in their system: less motion, more contrast, colours of their own, a mirrored language.

const PAGE = '/docs/everything';

const still = async (page, { hold }) => {
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((one) => {
    const style = getComputedStyle(one);
    return style.transitionDuration.split(', ').some((time) => parseFloat(time) > 0) && style.transitionProperty !== 'none'
      || style.animationName !== 'none' || style.scrollBehavior === 'smooth';
  }).map((one) => one.outerHTML.slice(0, 60)));
  hold(moving.length === 0, `${moving.length} elements move: ${moving[0]}`);
};

/** Contrast of what a colour is to the ground, by the formula of WCAG. */
const contrast = (page, selector) => page.locator(selector).first().evaluate((one) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((value) => value / 255)
      .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [getComputedStyle(one).color, getComputedStyle(document.documentElement).backgroundColor].map(light).sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
});

const strong = async (page, { hold }) => {
  for (const selector of ['article p', '.toc a:not([aria-current])', '.crumbs', '.foot', '.code .line']) {
    const found = await contrast(page, selector);
    hold(found >= 7, `${selector} has a contrast of ${found.toFixed(1)}`);
  }
};

const forced = async (page, { hold }) => {
  // What says by colour alone which one it is has to say it otherwise as well.
  const differ = (one, other) => page.evaluate(([a, b]) => {
    const look = (selector) => {
      const style = getComputedStyle(document.querySelector(selector));
      return [style.borderColor, style.borderWidth, style.outlineStyle, style.outlineColor].join();
    };
    return look(a) !== look(b);
  }, [one, other]);
  for (const [one, other] of [
    ['.sidebar a[aria-current]', '.sidebar a:not([aria-current])'], ['[role=tab][aria-selected=true]', '[role=tab][aria-selected=false]'],
    ['.line.highlight', '.line:not(.highlight)'], ['.line.ins', '.line:not(.ins)'], ['.toc a[aria-current]', '.toc a:not([aria-current])'],
  ]) hold(await differ(one, other), `${one} looks like ${other}`);
  for (const control of ['.theme', '.code button', '.search', '.versions summary']) {
    const border = await page.locator(control).first().evaluate((one) => getComputedStyle(one).borderStyle);
    hold(border !== 'none', `${control} has no edge`);
  }
  await page.keyboard.press('/');
  await page.fill('.finder input', 'heading');
  await page.locator('.finder [role=option]').nth(1).waitFor();
  while (!await page.locator('.finder .part[aria-selected=true]').count()) await page.keyboard.press('ArrowDown');
  hold(await differ('.finder .part[aria-selected=true]', '.finder .part[aria-selected=false]'), 'the chosen result looks like the others');
  await page.keyboard.press('Escape');
  const eye = await page.locator('.eye').evaluate((one) => [getComputedStyle(one, '::before').backgroundColor, getComputedStyle(one).backgroundColor]);
  hold(eye[0] !== eye[1], 'the eye cannot be seen');
  await page.locator('.theme').focus();
  await page.keyboard.press('Tab');
  hold(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle) !== 'none', 'the focus cannot be seen');
};

const mirrored = async (page, { hold }) => {
  const box = (selector) => page.locator(selector).first().boundingBox();
  const [side, main, toc, brand, tools] = await Promise.all(['.side', 'main', '.toc', '.brand', '.tools'].map(box));
  hold(await page.locator('html').getAttribute('dir') === 'rtl', 'the page is not mirrored');
  hold(side.x > main.x && main.x > toc.x && brand.x > tools.x, 'the columns are not mirrored');
  hold(await page.locator('main pre').first().evaluate((one) => getComputedStyle(one).direction) === 'ltr', 'code is mirrored');
};

const mirroredDrawer = async (page, { hold }) => {
  await page.click('button.burger');
  const side = await page.locator('.side').boundingBox();
  hold(Math.round(side.x + side.width) === 360, `the drawer ends at ${side.x + side.width}`);
  await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);
};

export default async (bench) => {
  await bench.open('fixture', PAGE, { state: 'less motion', context: { reducedMotion: 'reduce' } }, still);
  await bench.each(['light', 'dark'], (scheme) => bench.open('fixture', PAGE, { state: 'more contrast', scheme, context: { contrast: 'more' } }, strong));
  await bench.each(['light', 'dark'], (scheme) => bench.open('fixture', PAGE, { state: 'forced colours', scheme, context: { forcedColors: 'active' } }, forced));
  await bench.open('rtl', PAGE, { state: 'mirrored' }, mirrored);
  await bench.open('rtl', PAGE, { state: 'mirrored drawer', width: 360, context: { reducedMotion: 'reduce' } }, mirroredDrawer);
};
