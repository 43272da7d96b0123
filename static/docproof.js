// docproof.js: what the default theme does in the browser, after theme.js. A part whose markup is missing does nothing.
// It must not fetch anything, make HTML from strings, or fail when storage is off.
(() => {
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const wide = matchMedia('(width >= 80rem)');
  const narrow = matchMedia('(width < 50rem)');

  // Storage may throw: then nothing is remembered.
  const load = (key, otherwise) => {
    try { return JSON.parse(localStorage['docproof-' + key]) ?? otherwise; } catch { return otherwise; }
  };
  const save = (key, value) => {
    try { localStorage['docproof-' + key] = value; } catch { /* storage is off */ }
  };

  // Tells screen readers what a click did.
  const status = find('body > [role=status]');
  const say = (text) => { if (status) status.textContent = text; };

  // Sets attributes; one that is false is taken away.
  const label = (element, attributes) => {
    for (const name in attributes) {
      if (attributes[name] === false) element.removeAttribute(name); else element.setAttribute(name, attributes[name]);
    }
  };

  const button = (text, className, click) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = className;
    made.textContent = text;
    made.addEventListener('click', click);
    return made;
  };

  // Scrolls the list, never the page, to the entry if there is one.
  const reveal = (list, entry) => {
    if (!entry) return;
    const outer = list.getBoundingClientRect(), inner = entry.getBoundingClientRect();
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      list.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
    }
  };

  // What a hash leads to; a stray % in it makes decoding throw.
  const goal = (hash) => {
    try { return document.getElementById(decodeURIComponent(hash.slice(1))); } catch { return null; }
  };

  // Theme button. theme.js reads what it saves.
  const theme = find('.theme');
  if (theme) {
    const next = { auto: 'light', light: 'dark', dark: 'auto' };
    const show = () => { theme.title = theme.ariaLabel = 'Theme: ' + root.dataset.theme; };
    show();
    theme.addEventListener('click', () => {
      root.dataset.theme = next[root.dataset.theme];
      save('theme', root.dataset.theme);
      show();
      say(theme.title);
    });
    addEventListener('storage', show);
  }

  // Search: its script is loaded when it is first asked for.
  const seek = find('.search');
  if (seek) {
    let script;
    const open = () => {
      if (globalThis.docproofSearch) docproofSearch.open(seek);
      if (script) return;
      script = document.createElement('script');
      script.src = seek.dataset.script;
      script.onload = open;
      script.onerror = () => { script = script.remove(); say('The search could not be loaded.'); };
      document.head.append(script);
    };
    seek.addEventListener('click', open);
    document.addEventListener('keydown', (event) => {
      const command = event.ctrlKey || event.metaKey;
      if (command ? event.key !== 'k' : event.key !== '/' || event.altKey || event.target.closest?.('input, textarea, select, [contenteditable]')) return;
      event.preventDefault();
      open();
    });
  }

  // Drawer: the sidebar on narrow screens, a modal dialog while open.
  const side = find('.side'), burger = find('button.burger');
  const drawer = (open) => {
    if (!side || !burger || open === root.classList.contains('drawer')) return;
    root.classList.toggle('drawer', open);
    label(burger, { 'aria-expanded': '' + open });
    label(side, { role: open && 'dialog', 'aria-modal': open, 'aria-label': open && 'Menu' });
    all('.skip, .top, main, .toc, .foot').forEach((part) => { part.inert = open; });
    // Only what is shown takes focus: reading the height applies the styles.
    if (side.offsetHeight) (open ? find('button', side) : burger)?.focus();
    if (open) reveal(side, find('[aria-current=page]', side));
  };
  burger?.addEventListener('click', () => drawer(true));
  narrow.addEventListener('change', () => drawer(false));
  // The address of the drawer without scripts.
  if (side && location.hash === '#' + side.id) history.replaceState(null, '', location.pathname + location.search);

  // Drawer, version menu and the "On this page" bar: Escape, a click elsewhere and use close them.
  const menus = () => all(wide.matches ? '.versions[open]' : '.versions[open], .toc details[open]');
  document.addEventListener('click', ({ target }) => {
    const link = target.closest('a');
    menus().forEach((menu) => {
      if (link || !menu.contains(target)) menu.open = false;
    });
    if (link || !target.closest('.side, .burger') || target.closest('.close')) drawer(false);
    // The same address again, after another tab was chosen.
    if (link?.href === location.href) follow();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || find('dialog[open]')) return;
    const open = menus();
    open.forEach((menu) => { menu.open = false; find('summary', menu).focus(); });
    if (!open.length) drawer(false);
  });

  // Sidebar: remembers what was opened by hand, shows the active entry.
  if (side) {
    const path = (details) => {
      const above = details.parentElement.closest('details');
      return (above ? path(above) + ' / ' : '') + find('summary', details).textContent;
    };
    const known = load('sidebar', {});
    all('.sidebar details', side).forEach((details) => {
      const wanted = known[path(details)];
      if (wanted !== undefined && !find('[aria-current]', details)) details.open = wanted;
    });
    side.addEventListener('click', (event) => {
      const details = event.target.closest('summary')?.parentElement;
      if (!details) return;
      known[path(details)] = !details.open;
      save('sidebar', JSON.stringify(known));
    });
    if (!narrow.matches) reveal(side, find('[aria-current=page]', side));
  }

  // On this page: open beside the text, closed above it; marks what is being read.
  const fit = () => all('.toc details').forEach((details) => {
    details.open = wide.matches;
    find('summary', details).tabIndex = wide.matches ? -1 : 0;
  });
  fit();
  wide.addEventListener('change', fit);
  let waiting = false;
  const spy = () => {
    waiting = false;
    const line = parseFloat(getComputedStyle(root).fontSize) * 8;
    const end = innerHeight + scrollY >= root.scrollHeight - 2 && scrollY > 0;
    // A heading in a hidden tab has no place.
    const shown = all('.toc a').map((entry) => [entry, goal(entry.hash)]).filter(([, heading]) => heading?.offsetParent);
    const passed = shown.filter(([, heading]) => heading.getBoundingClientRect().top <= (end ? innerHeight : line));
    const next = (passed.at(-1) || shown[0])?.[0], active = find('.toc [aria-current]');
    if (next == active) return;
    active?.removeAttribute('aria-current');
    next?.setAttribute('aria-current', true);
    find('.toc .here').textContent = next?.textContent;
    if (wide.matches) reveal(find('.toc'), next);
  };
  const later = () => { if (!waiting) { waiting = true; requestAnimationFrame(spy); } };
  addEventListener('scroll', later, { passive: true });
  addEventListener('resize', later);

  // Code: copy, hidden lines, long blocks. Over http: there is no Clipboard API.
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* the old way */ }
    const field = document.createElement('textarea'), focused = document.activeElement;
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    focused.focus({ preventScroll: true });
    return done;
  };
  const copier = (name, text) => button(name, 'copy', async ({ currentTarget: pressed }) => {
    const done = await copy(text());
    pressed.textContent = done ? 'Copied' : 'Not copied';
    say(pressed.textContent);
    setTimeout(() => { pressed.textContent = name; }, 2000);
  });
  const dress = (figure) => {
    const code = find('code', figure), lines = all('.line', code), hidden = all('.hidden-line', code);
    const text = (from) => from.map((line) => line.textContent.replace(/\n?$/, '\n')).join('');
    // Selected by hand, an empty line would be lost.
    lines.forEach((line) => { if (!line.textContent) line.textContent = '\n'; });
    const actions = document.createElement('div');
    actions.className = 'actions';
    find('figcaption', figure)?.append(actions);
    if (hidden.length) {
      const toggle = button('Show hidden lines', 'eye', () => {
        toggle.textContent = (figure.classList.toggle('all-lines') ? 'Hide' : 'Show') + ' hidden lines';
      });
      actions.append(toggle);
    }
    actions.append(copier('Copy', () => text(lines.filter((line) => !line.matches('.code:not(.all-lines) .hidden-line')))));
    if (hidden.length) actions.append(copier('Copy complete program', () => text(lines)));
    find('.more', figure)?.addEventListener('click', ({ currentTarget: pressed }) => {
      figure.classList.add('expanded');
      // The focus stays here, though the button goes.
      figure.tabIndex = -1;
      figure.focus({ preventScroll: true });
      pressed.remove();
    });
  };

  // What scrolls sideways takes the keyboard's focus.
  const scrollers = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    const scrolls = target.scrollWidth > target.clientWidth + 1, title = find('.title', target.parentElement);
    const name = target.matches('pre') ? title ? 'Code: ' + title.textContent : 'Code' : 'Table';
    label(target, { tabindex: scrolls && 0, role: scrolls && 'group', 'aria-label': scrolls && name });
  }));

  // Tabs: a choice holds for all groups with that label, and is remembered.
  const tabsOf = (group) => all(':scope > [role=tablist] > [role=tab]', group);
  const labelOf = (tab) => tab.textContent.trim();
  const choose = (tab) => tabsOf(tab.closest('.tabs')).forEach((other) => {
    const on = other === tab;
    other.setAttribute('aria-selected', on);
    other.tabIndex = on ? 0 : -1;
    document.getElementById(other.getAttribute('aria-controls')).hidden = !on;
  });
  // Whatever is stored becomes a list.
  let chosen = [].concat(load('tabs', []));
  const groups = () => all('.tabs').map(tabsOf).filter((tabs) => tabs.length);
  const pick = (tab) => {
    const word = labelOf(tab), top = tab.getBoundingClientRect().top;
    groups().forEach((tabs) => {
      const same = tabs.find((other) => labelOf(other) === word);
      if (same) choose(same);
    });
    choose(tab);
    // Groups above may have grown: the tab stays in place.
    scrollBy({ top: tab.getBoundingClientRect().top - top, behavior: 'instant' });
    chosen = [word, ...chosen.filter((other) => other !== word)].slice(0, 30);
    save('tabs', JSON.stringify(chosen));
  };
  document.addEventListener('click', ({ target }) => { if (target.matches('[role=tab]')) pick(target); });
  document.addEventListener('keydown', (event) => {
    const here = event.target;
    if (!here.matches?.('[role=tab]')) return;
    const tabs = tabsOf(here.closest('.tabs')), at = tabs.indexOf(here), back = getComputedStyle(here).direction === 'rtl';
    const to = { ArrowRight: at + (back ? -1 : 1), ArrowLeft: at + (back ? 1 : -1), Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    tab.focus({ preventScroll: true });
    pick(tab);
  });

  // Again when `docproof serve` has changed the page.
  const ready = () => {
    all('figure.code:not(:has(.actions))').forEach(dress);
    all('main pre, .table-scroll').forEach((box) => scrollers.observe(box));
    groups().forEach((tabs) => choose(chosen.map((word) => tabs.find((tab) => labelOf(tab) === word)).find(Boolean) || tabs[0]));
    spy();
  };
  ready();
  document.addEventListener('docproof', ready);

  // A link into what is folded opens it.
  const follow = () => {
    const target = goal(location.hash);
    for (let fold = target; (fold = fold?.closest('[role=tabpanel], details')); fold = fold.parentElement) {
      if (fold.open === undefined) choose(find(`[aria-controls="${fold.id}"]`)); else fold.open = true;
    }
    if (groups().length) target?.scrollIntoView();
  };
  addEventListener('hashchange', follow);
  follow();

  // Paper shows what is folded.
  let unfolded = [];
  addEventListener('beforeprint', () => {
    unfolded = all('main details:not([open])');
    unfolded.forEach((details) => { details.open = true; });
  });
  addEventListener('afterprint', () => unfolded.forEach((details) => { details.open = false; }));
})();
