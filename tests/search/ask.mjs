// Asks static/search.js, as a page does, and prints JSON. Used by tests/search.rs.
// node ask.mjs SEARCH_JS terms            texts as JSON lines on standard input -> their terms
// node ask.mjs SEARCH_JS search INDEX     queries as JSON lines -> for each, the pages and what was loaded
// node ask.mjs SEARCH_JS known INDEX STEP each title and heading of the index -> how many lead to their page, of every STEP-th page
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import zlib from 'node:zlib';

const [script, task, folder, step] = process.argv.slice(2);
vm.runInThisContext(fs.readFileSync(script, 'utf8'));
const { Index, units } = globalThis.docproofSearch.core;

const index = () => {
  const loaded = { bytes: 0, files: 0 };
  const load = async (name) => {
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    loaded.bytes += zlib.gzipSync(text).length;
    loaded.files += 1;
    let content;
    vm.runInNewContext(text, { docproofSearch: (given) => { content = given; } });
    return content;
  };
  return { index: new Index(load), loaded };
};
const lines = () => fs.readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

if (task === 'terms') {
  for (const text of lines()) console.log(JSON.stringify(units(text)));
} else if (task === 'search') {
  for (const query of lines()) {
    // A reader's first query: nothing is loaded yet.
    const { index: fresh, loaded } = index();
    const { results, count } = await fresh.search(query);
    const pages = results.map(({ path: page, fitting }) => [page, ...fitting.slice(0, 3).map(({ anchor }) => anchor)]);
    console.log(JSON.stringify({ count, pages, ...loaded }));
  }
} else {
  const { index: all } = index();
  const { pages } = await all.get('index.js');
  const missed = [];
  let asked = 0;
  for (let number = 0; number < pages; number += Number(step)) {
    const page = await all.page(number);
    for (const query of new Set([page.title, ...page.sections.map(({ title }) => title).filter(Boolean)])) {
      asked += 1;
      const { results } = await all.search(query);
      if (!results.slice(0, 3).some((result) => result.path === page.path)) missed.push(`${query} -> ${page.path}`);
    }
  }
  console.log(JSON.stringify({ asked, missed }));
}
