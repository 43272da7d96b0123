// live.js: keeps a page of `docproof serve` as the files are, and shows what is wrong with them. The server adds it to pages on the
// way out; a built site has no trace of it. Gentle patches need the regions of the default theme; where a template has others, the
// page is loaded anew. It must not make HTML from strings that it did not get as a page of this server.
(() => {
  const own = document.currentScript.dataset;
  const page = own.page.replace(/\/index$/, '');
  let known = { run: own.run, generation: Number(own.generation) };

  // The page as the server sent it, without what scripts have made of it since.
  const load = async () => {
    const answer = await fetch(location.pathname + location.search, { cache: 'no-store' });
    const text = await answer.text();
    return { text, document: new DOMParser().parseFromString(text, 'text/html') };
  };
  // The tag of this script differs each time.
  const bare = (loaded) => loaded.text.replace(/<script src="\/~docproof\/live[^>]*><\/script>/, '');
  // An edit may come between the page and this answer: then nobody knows what the page was, and it has to be loaded anew.
  const isOurs = (loaded) => {
    const theirs = loaded.document.querySelector('script[data-generation]')?.dataset;
    return theirs?.run === own.run && theirs.generation === own.generation;
  };
  let shown = load().then((loaded) => isOurs(loaded) ? loaded : null).catch(() => null);

  const key = (node) => node.outerHTML ?? node.nodeValue;
  const same = (a, b) => a === b || !!a && !!b && a.outerHTML === b.outerHTML;

  // Details that were opened or closed by hand stay so.
  const wordsOf = (details) => details.querySelector('summary')?.firstChild?.textContent.trim();
  const keepOpen = (old, made) => {
    const before = old.matches('details') ? [old] : [...old.querySelectorAll('details')];
    for (const details of made.matches('details') ? [made] : made.querySelectorAll('details')) {
      const match = before.find((other) => wordsOf(other) === wordsOf(details));
      if (!match) continue;
      details.open = match.open;
      details.querySelector('summary').tabIndex = match.querySelector('summary').tabIndex;
    }
  };

  // Replaces the children that differ; what is around them is not touched.
  const patchChildren = (live, before, after) => {
    const old = [...before.childNodes], next = [...after.childNodes], here = [...live.childNodes];
    let start = 0, end = 0;
    if (here.length === old.length) {
      const keys = [old.map(key), next.map(key)], least = Math.min(old.length, next.length);
      while (start < least && keys[0][start] === keys[1][start]) start++;
      while (end < least - start && keys[0].at(-1 - end) === keys[1].at(-1 - end)) end++;
    }
    const gone = here.slice(start, here.length - end), behind = here[here.length - end] ?? null;
    const made = next.slice(start, next.length - end).map((node) => document.importNode(node, true));
    made.forEach((node) => {
      if (node.nodeType === 1) gone.forEach((other) => { if (other.nodeType === 1) keepOpen(other, node); });
      live.insertBefore(node, behind);
    });
    gone.forEach((node) => node.remove());
  };

  // What is being read stays where it is on the screen.
  const inPlace = (change) => {
    const blocks = [...document.querySelectorAll('article > *')];
    const tops = new Map(blocks.map((block) => [block, block.getBoundingClientRect()]));
    change();
    const anchor = blocks.find((block) => block.isConnected && tops.get(block).bottom > 80);
    if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - tops.get(anchor).top, behavior: 'instant' });
  };

  // Stylesheets: a new one is loaded before the old one goes, so that nothing flashes.
  const styles = (from) => [...from.querySelectorAll('link[rel=stylesheet]')].map((link) => link.getAttribute('href'));
  const texts = new Map();
  const styleText = async (href) => (await fetch(href, { cache: 'no-store' })).text().catch(() => '');
  const swapStyle = (old, href) => {
    const link = old ? old.cloneNode() : Object.assign(document.createElement('link'), { rel: 'stylesheet' });
    link.href = href;
    const done = () => old?.remove();
    link.addEventListener('load', done);
    link.addEventListener('error', done);
    if (old) old.after(link); else document.head.append(link);
  };
  const patchStyles = async (before, after) => {
    const links = [...document.querySelectorAll('link[rel=stylesheet]')];
    const old = styles(before), next = styles(after);
    for (let n = 0; n < Math.max(old.length, next.length); n++) {
      if (next[n] === undefined) links[n]?.remove();
      else if (old[n] !== next[n]) swapStyle(links[n], next[n]);
    }
    // The same address may have another text.
    for (const [n, href] of next.entries()) {
      if (old[n] !== href) continue;
      const text = await styleText(href);
      if (texts.has(href) && texts.get(href) !== text) swapStyle(links[n], href + (href.includes('?') ? '&' : '?') + 'g=' + known.generation);
      texts.set(href, text);
    }
  };
  styles(document).forEach(async (href) => texts.set(href, await styleText(href)));

  // Regions that are replaced as a whole when they differ; in `article` only the blocks that do.
  const REGIONS = ['.banner', '.crumbs', 'article', '.pages', '.colophon', 'nav.sidebar', '.toc', '.foot'];
  // Regions with listeners of their own, and what can only be taken in by loading the page.
  const FIXED = ['.top', '.side > :not(nav.sidebar)'];
  const scripts = (from) => [...from.querySelectorAll('head script')].map((script) => script.src).join();
  const skeleton = (from) => REGIONS.concat('main').map((region) => from.querySelectorAll(region).length).join() + from.body.className + from.documentElement.lang;

  const reload = () => location.reload();
  const patch = async () => {
    const [before, after] = [await shown, await load().catch(() => null)];
    if (!after) return;
    shown = after;
    if (!before || !before.document.querySelector('article')) return reload();
    const [old, next] = [before.document, after.document];
    if (scripts(old) !== scripts(next) || skeleton(old) !== skeleton(next)) return reload();
    if (FIXED.some((part) => !same(old.querySelector(part), next.querySelector(part)))) return reload();
    await patchStyles(old, next);
    if (bare(before) === bare(after)) return;
    document.title = next.title;
    inPlace(() => {
      for (const region of REGIONS) {
        const [a, b, live] = [old, next, document].map((from) => from.querySelector(region));
        if (same(a, b) || !a || !live) continue;
        if (region === 'article') {
          patchChildren(live, a, b);
        } else {
          const made = document.importNode(b, true);
          keepOpen(live, made);
          live.replaceWith(made);
        }
      }
      // The theme's script makes ready what is new.
      document.dispatchEvent(new Event('docproof'));
    });
    document.documentElement.dataset.patched = known.generation;
  };
  // For samples.js, if it is there.
  const tellSamples = () => document.dispatchEvent(new Event('docproof-samples'));
  // One after the other, and of several that wait only the last.
  let patching = Promise.resolve(), waiting = false;
  const update = () => {
    if (waiting) return;
    waiting = true;
    patching = patching.then(() => { waiting = false; return patch(); }).then(tellSamples).catch(reload);
  };

  // What is wrong, over the page. A shadow tree keeps the theme's styles out of it.
  const host = document.createElement('docproof-problems'), tree = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    aside { position: fixed; inset: auto 0 0 0; z-index: 2147483647; max-height: 50vh; overflow: auto; padding: .75rem 1rem; box-sizing: border-box;
      background: #1c1214; color: #f3e9ea; border-top: 3px solid #ff6b6b; font: 14px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
    aside.warnings { border-color: #f0c060; }
    aside.away { border-color: #98a1ad; }
    header { display: flex; gap: 1rem; align-items: baseline; font-family: system-ui, sans-serif; }
    strong { flex: 1; }
    button, a { color: #9cc4ff; font: inherit; }
    button { background: none; border: 1px solid #67707c; border-radius: 4px; padding: .1rem .6rem; cursor: pointer; }
    section { margin-top: .75rem; padding-top: .75rem; border-top: 1px solid #4a3a3d; }
    pre { margin: .25rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
    :focus-visible { outline: 2px solid #9cc4ff; outline-offset: 2px; }
    @media print { aside { display: none; } }
  `);
  tree.adoptedStyleSheets = [sheet];
  const make = (name, text, attributes = {}) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.textContent = text;
    return element;
  };
  const count = (n, word) => n ? n + ' ' + word + (n > 1 ? 's' : '') : '';
  let folded = false, problems = [], away = false;
  const draw = () => {
    const errors = problems.filter((problem) => problem.error).length, warnings = problems.length - errors;
    tree.replaceChildren();
    if (!problems.length && !away) return host.remove();
    const box = make('aside', '', { className: away ? 'away' : errors ? 'errors' : 'warnings' });
    box.setAttribute('aria-label', 'Problems of the site');
    const open = !away && !folded && (errors > 0 || folded === null);
    const words = away ? 'The server is away. This page is as it was.'
      : [count(errors, 'error'), count(warnings, 'warning')].filter(Boolean).join(' and ') + (errors ? '. This page is as it was before.' : '');
    const head = make('header', ''), title = make('strong', words);
    title.setAttribute('role', 'status');
    head.append(title);
    if (!away) head.append(make('button', open ? 'Hide' : 'Show', { type: 'button', onclick: () => { folded = open ? true : null; draw(); } }));
    box.append(head);
    if (open) for (const problem of problems) {
      const part = make('section', '');
      if (problem.href) part.append(make('a', 'Open ' + problem.path + (problem.line ? ':' + problem.line : ''), { href: problem.href }));
      part.append(make('pre', problem.text));
      box.append(part);
    }
    tree.append(box);
    document.documentElement.append(host);
  };

  const take = (event) => {
    away = false;
    if (JSON.stringify(event.problems) !== JSON.stringify(problems)) {
      // New errors show themselves, however the last ones were treated.
      if (event.problems.some((problem) => problem.error)) folded = false;
      problems = event.problems;
    }
    draw();
    const next = event.run === known.run && event.generation === known.generation + 1;
    const fresh = event.run === known.run && event.generation === known.generation;
    const mine = !next || event.pages === null || event.pages === 'all' || event.pages.some((route) => route.replace(/\/index$/, '') === page);
    known = { run: event.run, generation: event.generation };
    if (!fresh && mine) update();
    if (event.samples?.some((route) => route.replace(/\/index$/, '') === page)) tellSamples();
  };

  // A browser opens six connections to a server, so one page listens and tells the others.
  const channel = new BroadcastChannel('docproof');
  let last;
  channel.onmessage = ({ data }) => {
    if (data === 'ask') { if (last) channel.postMessage(last); return; }
    if (data === 'away') { away = true; draw(); return; }
    take(data);
  };
  const listen = () => {
    const source = new EventSource(own.own + '/events');
    source.onmessage = ({ data }) => {
      last = JSON.parse(data);
      channel.postMessage(last);
      take(last);
    };
    source.onerror = () => {
      source.close();
      last = undefined;
      channel.postMessage('away');
      away = true;
      draw();
      setTimeout(listen, 500);
    };
    addEventListener('pagehide', () => source.close());
  };
  channel.postMessage('ask');
  if (navigator.locks) navigator.locks.request('docproof', () => new Promise(listen)); else listen();
})();
