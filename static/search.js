// search.js: finds pages in the index that docproof built. Loaded when a reader first asks for the search.
// In: the index of one version, as scripts (src/render/search/mod.rs says what stands in them). Out: pages with the sections that
// fit. No fetch: scripts load from a folder on disk, too. It must not make HTML from strings.
(() => {
  // A text taken apart by the rules of src/render/search/terms.rs.
  const WORD = '\\p{Alphabetic}\\p{N}_';
  const RUN = new RegExp(`[${WORD}]+(?:(?:::|['\u2019])[${WORD}]+)*`, 'gu');
  const SPACELESS = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u{20000}-\u{323af}]+/u;
  const HUMP = /(?<=[\p{Lowercase}\p{N}])(?=\p{Uppercase})|(?<=\p{Uppercase})(?=\p{Uppercase}\p{Lowercase})/u;
  const LONGEST = 64;
  const lower = (text) => [...text].slice(0, LONGEST).join('').toLowerCase();

  // One list for each segment: the whole first, then its parts if it has any.
  const segment = (text) => {
    const bare = text.replace(/^_+|_+$/g, '');
    if (!bare) return [];
    if (SPACELESS.test(bare)) return pairs(bare).map((pair) => [lower(pair)]);
    const parts = bare.split('_').filter(Boolean).flatMap((word) => word.split(HUMP));
    return [[bare, ...(parts.length > 1 ? parts : [])].map(lower)];
  };
  const pairs = (text) => text.split(new RegExp(`(${SPACELESS.source})`, 'u')).filter(Boolean).flatMap((part) => {
    const letters = [...part];
    if (!SPACELESS.test(part) || letters.length < 2) return [part];
    return letters.slice(1).map((letter, n) => letters[n] + letter);
  });
  const units = (text) => {
    const runs = text.normalize('NFKD').replace(/\p{M}/gu, '').match(RUN) ?? [];
    return runs.flatMap((run) => {
      const joined = run.replace(/['\u2019]/g, '');
      const segments = joined.split('::');
      if (segments.length < 2) return segment(joined);
      return [[lower(joined), ...segments.flatMap((one) => segment(one).map((unit) => unit[0]))]];
    });
  };

  // Code points in order, as the index is sorted.
  const before = (a, b) => {
    const [left, right] = [[...a], [...b]];
    for (let n = 0; n < left.length && n < right.length; n++) {
      if (left[n] !== right[n]) return left[n].codePointAt(0) < right[n].codePointAt(0);
    }
    return left.length < right.length;
  };
  // The last entry that is not after the key.
  const place = (firsts, key, after = before) => {
    let low = 0, high = firsts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (after(key, firsts[middle])) high = middle; else low = middle + 1;
    }
    return Math.max(0, low - 1);
  };

  const DIGITS = Object.fromEntries([...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].map((c, n) => [c, n]));
  // The pages of a term: [[page, impact], ...], how many there are, and whether these are all.
  const decode = (list) => {
    const [head, tail] = list.includes(':') ? list.split(':') : ['', list];
    const pages = [];
    let at = 0, next = 0;
    while (at < tail.length) {
      let distance = 0, scale = 1, digit;
      while ((digit = DIGITS[tail[at++]]) >= 32) {
        distance += (digit - 32) * scale;
        scale *= 32;
      }
      next += distance + digit * scale;
      pages.push([next++, DIGITS[tail[at++]]]);
    }
    return { pages, count: head ? Number(head) : pages.length, all: !head };
  };

  // At most one letter more, less, other, or two exchanged.
  const near = (a, b) => {
    if (Math.abs(a.length - b.length) > 1) return false;
    let start = 0;
    while (start < a.length && a[start] === b[start]) start++;
    const left = a.slice(start), right = b.slice(start);
    return left.slice(1) === right || left === right.slice(1) || left.slice(1) === right.slice(1)
      || (left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2));
  };

  // Loads the files of one index, each once. `load(name)` gives a promise of what the file hands over.
  class Index {
    constructor(load) {
      this.load = load;
      this.files = new Map();
    }

    get(name) {
      if (!this.files.has(name)) {
        const file = this.load(name);
        this.files.set(name, file);
        // What failed is tried again the next time.
        file.catch(() => this.files.delete(name));
      }
      return this.files.get(name);
    }

    // Every term of the index that begins so, in at most a few shards.
    async beginning(start, most) {
      const { terms } = await this.get('index.js');
      if (!terms.length) return [];
      const first = place(terms, start);
      const names = [];
      for (let n = first; n < terms.length && names.length < most; n++) {
        if (n > first && !terms[n].startsWith(start) && before(start, terms[n])) break;
        names.push(`t${n}.js`);
      }
      const shards = await Promise.all(names.map((name) => this.get(name)));
      return shards.flatMap((shard) => Object.entries(shard.terms).filter(([term]) => term.startsWith(start)));
    }

    async exact(term) {
      const { terms } = await this.get('index.js');
      if (!terms.length) return null;
      const shard = await this.get(`t${place(terms, term)}.js`);
      return Object.hasOwn(shard.terms, term) ? shard.terms[term] : null;
    }

    // Terms with one typing error: its first letters are right, or its last ones are.
    async mistyped(word) {
      if ([...word].length < 4) return [];
      const same = (await this.beginning(word.slice(0, 2), 3)).filter(([term]) => near(term, word));
      if (same.length) return same;
      const { endings } = await this.get('index.js');
      const end = [...word].reverse().join('');
      if (!endings.length || end.length < 4) return [];
      const { words } = await this.get(`e${place(endings, end)}.js`);
      const found = words.split(' ').filter((term) => near(term, word)).slice(0, 5);
      return Promise.all(found.map(async (term) => [term, await this.exact(term)]));
    }

    // The pages for one word: number -> score.
    async word(word, total, isLast) {
      let found = [];
      const exact = await this.exact(word);
      if (exact !== null) found.push([word, exact, 1]);
      // Others begin with it: less sure, and less for each letter more. What is still being typed may begin anything.
      const length = [...word].length;
      if (length > 2 || isLast) {
        for (const [term, list] of await this.beginning(word, length > 2 ? 3 : 1)) {
          if (term !== word) found.push([term, list, 0.6 * length / [...term].length]);
        }
      }
      if (!found.length && word[0] !== '=') {
        // The more pages have it, the likelier it was meant.
        const meant = (await this.mistyped(word)).map(([term, list]) => [term, list, decode(list).count]);
        const most = Math.max(...meant.map(([, , count]) => count));
        found = meant.map(([term, list, count]) => [term, list, 0.5 * (count / most) ** 2]);
      }
      const scores = new Map();
      let all = true;
      for (const [, list, trust] of found) {
        const { pages, count, all: whole } = decode(list);
        all &&= whole;
        const rarity = Math.log(1 + (total - count + 0.5) / (count + 0.5));
        for (const [page, impact] of pages) {
          scores.set(page, Math.max(scores.get(page) ?? 0, trust * rarity * (impact + 1)));
        }
      }
      return { scores, all, terms: found.map(([term]) => term) };
    }

    // A word, or an identifier: all of it, or all of its parts.
    async unit([whole, ...parts], total, isLast) {
      const own = await this.word(whole, total, isLast);
      if (!parts.length) return own;
      const rest = await Promise.all(parts.map((part, n) => this.word(part, total, isLast && n === parts.length - 1)));
      for (const [page] of rest[0].scores) {
        if (rest.every((one) => one.scores.has(page))) {
          const sum = rest.reduce((sum, one) => sum + one.scores.get(page), 0) / 2;
          own.scores.set(page, (own.scores.get(page) ?? 0) + sum);
        }
      }
      return { ...own, terms: [...own.terms, ...rest.flatMap((one) => one.terms)] };
    }

    async page(number) {
      const { chunks } = await this.get('index.js');
      const chunk = place(chunks, number, (a, b) => a < b);
      const { pages } = await this.get(`p${chunk}.js`);
      const [path, title, trail, sections] = pages[number - chunks[chunk]];
      return { path, title, trail, sections: sections.map(([anchor, heading, text]) => ({ anchor, title: heading, text })) };
    }

    // The best pages for a query, and the terms that they have.
    async search(query, most = 10) {
      const wanted = units(query).slice(0, 12);
      if (!wanted.length) return { results: [], terms: [], count: 0 };
      const { pages: total } = await this.get('index.js');
      const ends = /[\p{Alphabetic}\p{N}_]$/u.test(query);
      const found = await Promise.all(wanted.map((unit, n) => this.unit(unit, total, ends && n === wanted.length - 1)));
      // All of a name.
      const name = [...'=' + wanted.map(([whole]) => whole).join(' ')].slice(0, LONGEST).join('');
      const named = (await this.word(name, total, false)).scores;
      const sums = new Map();
      for (const { scores, all } of found) {
        for (const [page, score] of scores) {
          const sum = sums.get(page) ?? { score: 0, words: 0 };
          sums.set(page, { score: sum.score + score, words: sum.words + (all ? 1 : 0) });
        }
      }
      // A word whose list is cut says nothing about the pages that are not on it.
      const cut = found.filter(({ all }) => !all).length;
      const ranked = [...sums].map(([page, { score, words }]) => ({ page, score: score + (named.get(page) ?? 0), words: words + cut }))
        .sort((a, b) => b.words - a.words || b.score - a.score || a.page - b.page);
      const complete = ranked.filter(({ words }) => words === wanted.length);
      const best = (complete.length ? complete : ranked).slice(0, most);
      const terms = new Set(found.flatMap((one) => one.terms));
      const results = await Promise.all(best.map(async ({ page, score }) => {
        const shown = await this.page(page);
        return { ...shown, ...fit(shown, wanted, terms), score };
      }));
      results.forEach((result) => { result.score *= 1 + result.cover; });
      results.sort((a, b) => b.score - a.score);
      return { results, terms: [...terms], count: (complete.length ? complete : ranked).length };
    }
  }

  const flat = (text) => units(text).flatMap((unit) => unit);
  // How much of a name is what was asked for, if it has all of it.
  const cover = (name, wanted) => {
    const has = new Set(flat(name));
    const size = units(name).length;
    const hits = wanted.filter((unit) => unit.some((term) => has.has(term))).length;
    return hits === wanted.length ? hits / Math.max(size, 1) : 0;
  };
  // The sections that fit, best first, and how well title and headings do.
  const fit = (page, wanted, terms) => {
    const sections = page.sections.map((section) => {
      const heading = cover(section.title, wanted);
      const hits = new Set(flat(section.title + ' ' + section.text).filter((term) => terms.has(term))).size;
      return { ...section, heading, hits };
    }).filter(({ hits }) => hits).sort((a, b) => b.heading - a.heading || b.hits - a.hits);
    const best = Math.max(0, ...sections.map(({ heading }) => heading));
    return { cover: Math.max(1.5 * cover(page.title, wanted), best), fitting: sections };
  };

  // Files of an index hand their content over by a call. Which file it was says the script that makes the call.
  const waiting = new Map();
  const receive = (content) => waiting.get(document.currentScript?.dataset.file)?.(content);
  const loader = (folder) => {
    let version = '';
    return async (name) => {
      const content = await new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.dataset.file = script.src = folder + name + version;
        waiting.set(script.dataset.file, resolve);
        script.onload = () => { script.remove(); reject(new Error('nothing in ' + name)); };
        script.onerror = () => { script.remove(); reject(new Error(name)); };
        document.head.append(script);
      });
      if (name === 'index.js') version = '?' + content.hash;
      return content;
    };
  };

  const make = (name, attributes, ...inside) => {
    const element = document.createElement(name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    element.append(...inside);
    return element;
  };

  // The text with what was found marked, cut around the first of it if it is long.
  const marked = (text, terms, long) => {
    const words = terms.filter((term) => term.length > 1).sort((a, b) => b.length - a.length)
      .map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    if (!words.length) return [text.slice(0, long)];
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})`, 'giu');
    const first = text.search(pattern);
    let start = first > 60 ? text.lastIndexOf(' ', first - 40) + 1 : 0;
    if (text.length <= long) start = 0;
    const shown = (start ? '\u2026' : '') + text.slice(start, start + long).replace(/\s+\S*$/, (end) => start + long < text.length ? '\u2026' : end);
    const parts = [];
    let from = 0;
    for (const match of shown.matchAll(pattern)) {
      parts.push(shown.slice(from, match.index), make('mark', {}, match[0]));
      from = match.index + match[0].length;
    }
    return [...parts, shown.slice(from)];
  };

  // The dialog, made once.
  let dialog;
  const build = (opener) => {
    const { root } = opener.dataset;
    const ready = ({ label, path }) => ({ label, path, index: new Index(loader(root + path)) });
    const own = JSON.parse(opener.dataset.indexes).map(ready);
    // Those of the other versions are listed in a file, for whoever asks for them.
    let all;
    const everything = () => {
      const known = (one) => own.find(({ path }) => path === one.path) ?? ready(one);
      all ??= loader(root)(opener.dataset.all).then((list) => list.map(known)).catch((error) => { all = undefined; throw error; });
      return all;
    };
    const input = make('input', {
      type: 'text', role: 'combobox', placeholder: 'Words or an identifier', 'aria-label': 'Search', 'aria-expanded': 'false',
      'aria-controls': 'search.results', 'aria-autocomplete': 'list', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', enterkeyhint: 'go',
    });
    const list = make('div', { id: 'search.results', role: 'listbox', 'aria-label': 'Results' });
    const status = make('p', { role: 'status' });
    const close = make('button', { type: 'button', class: 'icon', 'aria-label': 'Close the search' }, '\u00d7');
    const scope = make('select', { 'aria-label': 'Where to search' },
      make('option', { value: 'own' }, own.map(({ label }) => label).join(', ')),
      make('option', { value: 'all' }, 'All versions'));
    scope.hidden = !opener.dataset.all;
    const box = make('dialog', { class: 'finder', 'aria-label': 'Search' },
      make('div', { class: 'finder-top' }, input, scope, close), list, make('div', { class: 'finder-foot' }, status));
    document.body.append(box);

    // `eager`: Enter came before the results did.
    let options = [], active = -1, asked = 0, pending = false, eager = false, slow;
    const choose = (n) => {
      options[active]?.setAttribute('aria-selected', 'false');
      active = options.length ? (n + options.length) % options.length : -1;
      const option = options[active];
      if (!option) return input.removeAttribute('aria-activedescendant');
      option.setAttribute('aria-selected', 'true');
      input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    };
    const option = (href, kind, ...inside) => {
      const made = make('a', { href, class: kind, role: 'option', id: 'search.' + options.length, tabindex: '-1', 'aria-selected': 'false' }, ...inside);
      options.push(made);
      return made;
    };
    const show = (found) => {
      options = [];
      list.replaceChildren(...found.map(({ result, terms, label }) => {
        const href = root + result.path;
        const title = make('strong', {}, ...marked(result.title, terms, 200));
        const trail = [...(label ? [label] : []), ...result.trail].join(' \u203a ');
        const head = result.fitting.find(({ anchor }) => !anchor);
        const page = option(href, 'page', title, make('small', {}, trail), ...(head?.text ? [make('span', {}, ...marked(head.text, terms, 140))] : []));
        const parts = result.fitting.filter(({ anchor }) => anchor).slice(0, 3).map(({ anchor, title: name, text }) =>
          option(href + '#' + encodeURIComponent(anchor), 'part', make('strong', {}, ...marked(name, terms, 200)), make('span', {}, ...marked(text, terms, 140))));
        return make('div', { role: 'group', 'aria-label': result.title }, page, ...parts);
      }));
      input.setAttribute('aria-expanded', String(options.length > 0));
      list.scrollTop = 0;
      choose(0);
    };
    const done = () => { clearTimeout(slow); pending = false; };
    const search = async () => {
      const mine = ++asked;
      clearTimeout(slow);
      const query = input.value.trim();
      if (!query) {
        pending = false;
        show([]);
        status.textContent = '';
        return;
      }
      slow = setTimeout(() => { show([]); status.textContent = 'Searching\u2026'; }, 300);
      try {
        const among = scope.value === 'all' ? await everything() : own;
        const answers = await Promise.all(among.map(async ({ index, label }) => {
          const { results, terms, count } = await index.search(query);
          return { count, found: results.map((result) => ({ result, terms, label: among.length > 1 ? label : '' })) };
        }));
        if (mine !== asked) return;
        done();
        const count = answers.reduce((sum, one) => sum + one.count, 0);
        show(answers.flatMap(({ found }) => found).sort((a, b) => b.result.score - a.result.score).slice(0, 10));
        const start = query.length > 60 ? query.slice(0, 60) + '\u2026' : query;
        status.textContent = count ? `${count} ${count === 1 ? 'page' : 'pages'}` : `Nothing found for \u201c${start}\u201d.`;
        if (eager) options[active]?.click();
      } catch (error) {
        if (mine !== asked) return;
        done();
        show([]);
        const again = make('button', { type: 'button', class: 'button' }, 'Try again');
        again.addEventListener('click', () => { input.focus(); search(); });
        status.replaceChildren(`A part of the index could not be loaded (${error.message}). `, again);
      }
    };
    let timer;
    input.addEventListener('input', () => {
      // An answer that is on its way is to an older question.
      asked++;
      pending = true;
      eager = false;
      clearTimeout(timer);
      timer = setTimeout(search, 60);
    });
    scope.addEventListener('change', search);
    input.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        choose(active + step);
      } else if (event.key === 'Enter' && !event.isComposing) {
        event.preventDefault();
        if (pending) eager = true; else options[active]?.click();
      }
    });
    // A link to a place on this page leaves the dialog open, else.
    list.addEventListener('click', (event) => { if (event.target.closest('a') && !event.ctrlKey && !event.metaKey) box.close(); });
    box.addEventListener('click', (event) => { if (event.target === box) box.close(); });
    close.addEventListener('click', () => box.close());
    // The index is small: it is there when the first word is.
    own.forEach(({ index }) => index.get('index.js').catch(() => {}));
    return { box, input };
  };

  receive.open = (opener) => {
    dialog ??= build(opener);
    if (!dialog.box.open) dialog.box.showModal();
    dialog.input.select();
  };
  // For tests.
  receive.core = { Index, units };
  globalThis.docproofSearch = receive;
})();
