// shots.mjs: a picture of each kind of page and each state into the folder that DOCPROOF_SHOTS names. To look at.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cases, enter } from '../states.mjs';

export default async (bench) => {
  const folder = process.env.DOCPROOF_SHOTS;
  await mkdir(folder, { recursive: true });
  await bench.each(cases(), (one) => enter(bench, one, (page) => {
    const name = [one.kind, one.state, one.width, one.scheme].filter(Boolean).join('-').replaceAll(' ', '-');
    // A state is about what is on the screen, a page about all of it.
    return page.screenshot({ path: join(folder, name + '.png'), fullPage: !one.state || one.state === 'all unfolded' });
  }));
};
