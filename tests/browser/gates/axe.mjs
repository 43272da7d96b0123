// axe.mjs: no violation of WCAG 2.2 AA, nor of axe's best practices, on any kind of page in any state, light and dark, wide and narrow.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cases, enter } from '../states.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export default async (bench) => {
  const rules = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await bench.each(cases(), (one) => enter(bench, one, async (page, { fail }) => {
    // Evaluated by the debugger, so that the page's policy does not count for it.
    if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(rules);
    const violations = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags, resultTypes: ['violations'] }).then((run) => run.violations), TAGS);
    for (const { id, help, nodes } of violations) {
      for (const { html, target, failureSummary } of nodes.slice(0, 5)) {
        fail(`${id} (${help}) at ${target.join(' ')}: ${html.slice(0, 200)}\n    ${failureSummary.replace(/\s*\n\s*/g, ' ')}`);
      }
      if (nodes.length > 5) fail(`${id}: ${nodes.length - 5} more places`);
    }
  }));
};
