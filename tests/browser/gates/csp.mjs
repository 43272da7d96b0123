// csp.mjs: all that the theme does, done under the Content-Security-Policy of the specification, at both forms of addresses. The bench
// itself fails on what the policy blocks, on anything on the console and on requests to other hosts. And no page has an inline script,
// style or handler: a policy can only be kept by markup that keeps it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { search } from '../states.mjs';

/** A tag, whatever its values hold; ours are quoted. */
const TAG = /<[a-z](?:"[^"]*"|[^">])*>/gi;
/** Of a tag without its values. */
const INLINE = [
  [/^<script(?!.*\ssrc=)/is, 'a script without src'], [/^<style/i, 'a style element'], [/\sstyle=/i, 'a style attribute'],
  [/\son[a-z]+=/i, 'a handler'], [/^<base/i, 'a base element'],
];
const SCRIPT_ADDRESS = /\s(?:href|src|action)="\s*javascript:/i;

const files = async (bench) => {
  for (const [name, folder] of Object.entries(bench.folders)) {
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('.html')) continue;
      for (const [tag] of (await readFile(join(folder, file), 'utf8')).matchAll(TAG)) {
        const bare = tag.replace(/"[^"]*"/g, '""');
        const found = INLINE.filter(([pattern]) => pattern.test(bare)).map(([, what]) => what);
        if (SCRIPT_ADDRESS.test(tag)) found.push('an address that is a script');
        for (const what of found) bench.fail(`${name} ${file}`, 'file', `${what}: ${tag.slice(0, 120)}`);
      }
    }
  }
};

/** Every part of the page with everything, used once. */
const use = async (page, { hold }, wide) => {
  for (const theme of ['light', 'dark', 'auto']) {
    await page.click('.theme');
    hold(await page.getAttribute('html', 'data-theme') === theme, `the theme button does not lead to ${theme}`);
  }
  await page.click('.versions summary');
  await page.keyboard.press('Escape');
  for (const button of await page.$$('.eye, .more, .copy:visible')) await button.click();
  for (const tab of await page.$$('[role=tab]')) await tab.click();
  await page.keyboard.press('Home');
  await page.click('main details summary');
  if (wide) {
    await page.click('.side summary:text("Inside")');
    await page.click('.toc a:text("Lists")');
  } else {
    await page.click('button.burger');
    await page.click('button.close');
    await page.click('.toc summary');
    await page.click('.toc a:text("Lists")');
  }
  await page.evaluate(() => { dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint')); });
  await search(page, 'thermometer');
  await page.selectOption('.finder select', 'all');
  await page.waitForSelector('.finder [role=option]:has-text("1.0")');
  await page.keyboard.press('Escape');
  await search(page, 'lid', '.finder [role=option][aria-selected=true]:has-text("Lid")');
  await page.focus('.finder input');
  await Promise.all([page.waitForURL(/lid/), page.keyboard.press('Enter')]);
  await page.waitForSelector('main h1');
};

export default async (bench) => {
  await files(bench);
  const ways = [['fixture', '/docs/everything'], ['html', '/docs/everything.html']].flatMap(([site, path]) => [1280, 360].map((width) => ({ site, path, width })));
  await bench.each(ways, ({ site, path, width }) => bench.open(site, path, { width, state: 'all of it used', context: { reducedMotion: 'reduce' } },
    (page, about) => use(page, about, width > 1000)));
};
