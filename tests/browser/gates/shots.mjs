// shots.mjs: a picture of each kind of page and each state into the folder that DOCPROOF_SHOTS names. To look at.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cases, enter } from '../states.mjs';

export default async (bench) => {
  const folder = process.env.DOCPROOF_SHOTS;
  await mkdir(folder, { recursive: true });
  await bench.each(cases(), (one) => enter(bench, one, async (page, { width, scheme }) => {
    const name = [one.kind, one.state, width, scheme].filter(Boolean).join('-').replaceAll(' ', '-');
    // A state is about what is on the screen, a page about all of it.
    const fullPage = !one.state || one.state === 'all unfolded';
    if (fullPage) await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: join(folder, name + '.png'), fullPage });
  }));
};
