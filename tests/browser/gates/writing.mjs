// writing.mjs: an open page of `docproof serve` follows the files: what differs is exchanged and the rest stays as the reader has it,
// what is wrong stands over it, and a server that comes back is found.
import { serving } from '../serving.mjs';

const paragraphs = Array.from({ length: 40 }, (_, n) => `Paragraph ${n} of a page that is longer than any window.`).join('\n\n');
const kettle = (over) => {
  const text = { title: 'Kettles', lead: 'Water boils.', heading: 'Lids', code: 'let lid = 1;', end: '', ...over };
  return `---
title: ${text.title}
---

${text.lead}

<!--DOCUSAURUS_CODE_TABS-->
<!--Copper-->
A copper kettle.
<!--Steel-->
A steel kettle.
<!--END_DOCUSAURUS_CODE_TABS-->

<details>
<summary>More of it</summary>

Folded.

</details>

${paragraphs}

## ${text.heading}

\`\`\`rust title="src/lid.rs"
${text.code}
\`\`\`

${text.end}
`;
};

const FILES = {
  'docproof.yaml': 'title: Kitchen\ntheme: { css: [own.css] }\nheader: { links: [{ doc: kettle, label: Docs }] }\n',
  'static/own.css': 'main { outline: 1px solid rgb(1, 2, 3); }\n',
  'docs/kettle.md': kettle(),
  'docs/spout.md': '# Spouts\n\nThey pour. See [lids](kettle.md).\n',
};

const overlay = 'docproof-problems aside';

/** Everything in one page, in the order in which somebody would write. */
const writing = async (page, { address, write, hold }) => {
  await page.goto(`${address}/docs/kettle`);
  await page.evaluate(() => { globalThis.mark = 1; });
  const marked = () => page.evaluate(() => globalThis.mark === 1);
  const stays = async (what) => hold(await marked(), `${what}: the page was loaded anew`);
  await page.click('[role=tab]:has-text("Steel")');
  await page.click('summary:has-text("More of it")');
  await page.evaluate(() => document.querySelector('h2').scrollIntoView({ block: 'center', behavior: 'instant' }));
  const top = () => page.evaluate(() => Math.round(document.querySelector('h2').getBoundingClientRect().top));

  const before = await top();
  write('docs/kettle.md', kettle({ lead: 'Water boils.\n\nIt boils sooner on a mountain.' }));
  await page.waitForSelector('text=sooner on a mountain', { state: 'attached' });
  await stays('a paragraph');
  hold(await page.isVisible('[role=tabpanel]:has-text("steel")'), 'a paragraph: the chosen tab is another one');
  hold(await page.evaluate(() => document.querySelector('main details').open), 'a paragraph: details were closed');
  hold(Math.abs(await top() - before) < 3, `a paragraph above: the text being read moved from ${before} to ${await top()}`);

  write('docs/kettle.md', kettle({ code: 'let lid = 2;\nlet knob = 3;' }));
  await page.waitForSelector('code:has-text("knob")');
  await stays('code');
  hold(await page.isVisible('figure.code button:has-text("Copy")'), 'code: it has no button');

  write('docs/kettle.md', kettle({ heading: 'Lids and knobs' }));
  await page.waitForSelector('.toc a:has-text("Lids and knobs")');
  await stays('a heading');
  await page.waitForSelector('.toc [aria-current]');
  hold(await page.isVisible('.toc a:has-text("Lids and knobs")'), 'a heading: "On this page" is closed');

  write('docs/kettle.md', kettle({ title: 'Whistling kettles' }));
  await page.waitForFunction(() => document.title.startsWith('Whistling kettles'));
  await stays('a title');
  hold(await page.isVisible('.sidebar [aria-current]:has-text("Whistling")'), 'a title: the sidebar has the old one');

  write('static/own.css', 'main { outline: 1px solid rgb(3, 2, 1); }\n');
  await page.waitForFunction(() => getComputedStyle(document.querySelector('main')).outlineColor === 'rgb(3, 2, 1)');
  await stays('a style sheet');

  write('docs/kettle.md', kettle({ end: '[nowhere](nowhere.md)' }));
  await page.waitForSelector(`${overlay} pre:has-text("nowhere.md")`);
  hold(/^vscode:\/\/file\/.*docs\/kettle\.md:\d+:1$/.test(await page.getAttribute(`${overlay} section a`, 'href')), 'an error: no link to its place');
  hold(await page.isVisible('h1:has-text("Whistling kettles")'), 'an error: the last good page is gone');
  await page.click(`${overlay} button`);
  hold(!await page.isVisible(`${overlay} pre`), 'an error: it cannot be hidden');
  write('docs/kettle.md', kettle({ end: 'Mended.' }));
  await page.waitForSelector(overlay, { state: 'detached' });
  await page.waitForSelector('text=Mended.');
  await stays('an error and its end');

  write('docproof.yaml', 'title: Kitchen\nlinks: warn\n');
  write('docs/kettle.md', kettle({ end: '[nowhere](nowhere.md)' }));
  await page.waitForSelector(`${overlay}:has-text("1 warning")`);
  hold(!await page.isVisible(`${overlay} pre`), 'a warning is not folded');
  await page.click(`${overlay} button`);
  hold(await page.isVisible(`${overlay} pre`), 'a warning cannot be shown');
  write('docs/kettle.md', kettle());
  await page.waitForSelector(overlay, { state: 'detached' });

  write('templates/doc.html', '{% extends "theme/doc.html" %}{% block footer %}<p>Our kitchen</p>{% endblock %}');
  await page.waitForSelector('text=Our kitchen');
  write('docs/kettle.md', kettle({ lead: '<script>alert(1)</script>Once more.' }));
  await page.waitForSelector('text=Once more.');
};

/** Many open pages hear of an edit over one connection; a new server is found by all of them. */
const together = async ({ open, address, write, goAway, comeBack, hold }) => {
  const pages = await Promise.all(Array.from({ length: 8 }, open));
  for (const page of pages) await page.goto(`${address}/docs/spout`, { waitUntil: 'domcontentloaded' });
  write('docs/spout.md', '# Spouts\n\nThey drip.\n');
  for (const page of pages) await page.waitForSelector('text=They drip.', { state: 'attached' });
  await goAway();
  await pages[0].waitForSelector(`${overlay}.away`, { state: 'attached' });
  await pages[7].waitForSelector(`${overlay}.away`, { state: 'attached' });
  write('docs/spout.md', '# Spouts\n\nThey were mended.\n');
  await comeBack();
  for (const page of pages) {
    await page.waitForSelector('text=They were mended.', { state: 'attached' });
    await page.waitForSelector(overlay, { state: 'detached' });
  }
  // The page that listened goes, and another one takes its place.
  for (const page of pages.slice(0, 7)) await page.close();
  write('docs/spout.md', '# Spouts\n\nThe last page hears.\n');
  await pages[7].waitForSelector('text=The last page hears.', { state: 'attached' });
  hold(await pages[7].title() === 'Spouts · Kitchen', 'the last page has another title');
};

export default (bench) => serving(bench, 'writing', FILES, [], async (served) => {
  const page = await served.open();
  await writing(page, served);
  await page.close();
  await together(served);
});
