// docproof.js: what the default theme does in the browser. Loaded with defer, after theme.js. Each part does
// nothing when its markup is missing, and every page can be read without this file. It must not fetch
// anything, make HTML from strings, or fail when storage is off.
(() => {
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const wide = matchMedia('(width >= 80rem)');
  const narrow = matchMedia('(width < 50rem)');

  // Storage may throw: then nothing is remembered.
  const load = (key, otherwise) => {
    try { return JSON.parse(localStorage.getItem('docproof-' + key)) ?? otherwise; } catch { return otherwise; }
  };
  const save = (key, value) => {
    try { localStorage.setItem('docproof-' + key, JSON.stringify(value)); } catch { /* storage is off */ }
  };

  // Tells screen readers what a click did.
  const status = document.createElement('div');
  status.className = 'sr';
  status.setAttribute('role', 'status');
  document.body.append(status);
  const say = (text) => { status.textContent = text; };

  // Sets attributes; an empty one is taken away.
  const label = (element, attributes) => {
    for (const name in attributes) {
      if (attributes[name] === '') element.removeAttribute(name); else element.setAttribute(name, attributes[name]);
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

  // Scrolls the list, never the page, to the entry.
  const reveal = (list, entry) => {
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
    const names = { auto: 'automatic', light: 'light', dark: 'dark' };
    const show = () => {
      theme.title = 'Theme: ' + names[root.dataset.theme];
      label(theme, { 'aria-label': theme.title });
    };
    show();
    theme.addEventListener('click', () => {
      root.dataset.theme = { auto: 'light', light: 'dark', dark: 'auto' }[root.dataset.theme] || 'auto';
      try { localStorage.setItem('docproof-theme', root.dataset.theme); } catch { /* storage is off */ }
      show();
      say(theme.title);
    });
  }

  // Search: its script is loaded when it is first asked for.
  const seek = find('.search');
  if (seek) {
    const open = () => {
      if (globalThis.docproofSearch) return docproofSearch.open(seek);
      const script = document.createElement('script');
      script.src = seek.dataset.script;
      script.onload = () => docproofSearch.open(seek);
      script.onerror = () => { script.remove(); say('The search could not be loaded.'); };
      document.head.append(script);
    };
    seek.hidden = false;
    seek.addEventListener('click', open);
    document.addEventListener('keydown', (event) => {
      const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
      const asked = event.key === 'k' && (event.ctrlKey || event.metaKey) || event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!asked) return;
      event.preventDefault();
      open();
    });
  }

  // Drawer: the sidebar on narrow screens, a modal dialog while open.
  const side = find('.side'), opener = find('.burger');
  let closeDrawer = () => {};
  if (side && opener) {
    // Links become buttons.
    const swap = (link, click) => {
      const made = button('', link.className, click);
      made.append(...link.childNodes);
      link.replaceWith(made);
      return made;
    };
    const set = (open) => {
      root.classList.toggle('drawer', open);
      burger.setAttribute('aria-expanded', open);
      label(side, open ? { role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Menu' } : { role: '', 'aria-modal': '', 'aria-label': '' });
      all('.skip, .top, main, .toc, .foot').forEach((part) => { part.inert = open; });
      // Only what is shown takes focus: reading the height applies the styles.
      if (open && side.offsetHeight) close.focus();
      const current = find('.sidebar [aria-current]', side);
      if (open && current) reveal(side, current);
    };
    closeDrawer = () => {
      if (!root.classList.contains('drawer')) return;
      set(false);
      burger.focus();
    };
    const burger = swap(opener, () => set(true));
    label(burger, { 'aria-label': 'Menu', 'aria-controls': side.id, 'aria-expanded': 'false' });
    const close = swap(find('.close', side), closeDrawer);
    document.addEventListener('click', ({ target }) => {
      if (!side.contains(target) && !burger.contains(target) || target.closest('a')) closeDrawer();
    });
    narrow.addEventListener('change', closeDrawer);
    if (location.hash === '#' + side.id) history.replaceState(null, '', location.pathname + location.search);
  }

  // Version menu and the "On this page" bar: Escape, a click elsewhere and use close them.
  const toc = find('.toc'), tocList = find('.toc details');
  const menus = () => all('.versions[open], .toc details[open]').filter((menu) => menu !== tocList || !wide.matches);
  document.addEventListener('click', (event) => {
    menus().forEach((menu) => {
      if (!menu.contains(event.target) || event.target.closest('a')) menu.open = false;
    });
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const open = menus();
    open.forEach((menu) => { menu.open = false; find('summary', menu).focus(); });
    if (!open.length) closeDrawer();
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
      save('sidebar', known);
    });
    const current = find('.sidebar [aria-current]', side);
    if (current && !narrow.matches) reveal(side, current);
  }

  // On this page: open beside the text, closed above it; marks what is being read.
  if (toc) {
    const summary = find('summary', toc), here = find('.here', toc);
    const fit = () => {
      tocList.open = wide.matches;
      summary.tabIndex = wide.matches ? -1 : 0;
    };
    fit();
    wide.addEventListener('change', fit);
    const sections = all('a', toc).map((entry) => [entry, goal(entry.hash)]).filter(([, heading]) => heading);
    let active, waiting = false;
    const spy = () => {
      waiting = false;
      const line = parseFloat(getComputedStyle(root).fontSize) * 8;
      const end = innerHeight + scrollY >= root.scrollHeight - 2 && scrollY > 0;
      // A heading in a hidden tab has no place.
      const shown = sections.filter(([, heading]) => heading.offsetParent);
      const passed = shown.filter(([, heading]) => heading.getBoundingClientRect().top <= (end ? innerHeight : line));
      const next = (passed.at(-1) || shown[0])?.[0];
      if (next === active) return;
      active?.removeAttribute('aria-current');
      active = next;
      here.textContent = active ? active.textContent : '';
      if (!active) return;
      active.setAttribute('aria-current', 'true');
      if (wide.matches) reveal(toc, active);
    };
    const later = () => { if (!waiting) { waiting = true; requestAnimationFrame(spy); } };
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later);
    spy();
  }

  // Code: copy, hidden lines, long blocks.
  const shape = (name, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    label(made, attributes);
    return made;
  };
  const eye = () => {
    const icon = shape('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' });
    icon.append(shape('path', { d: 'M1 8s2.5-4.5 7-4.5S15 8 15 8s-2.5 4.5-7 4.5S1 8 1 8z' }), shape('circle', { cx: 8, cy: 8, r: 2 }));
    return icon;
  };
  // Over http: there is no Clipboard API.
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
  all('figure.code').forEach((figure) => {
    const code = find('code', figure), lines = all('.line', code), hidden = all('.hidden-line', code);
    const text = (from) => lines.length ? from.map((line) => line.textContent.replace('\n', '') + '\n').join('') : code.textContent;
    // Selected by hand, an empty line would be lost.
    lines.forEach((line) => { if (!line.textContent) line.textContent = '\n'; });
    const actions = document.createElement('div');
    actions.className = 'actions';
    find('figcaption', figure)?.append(actions);
    if (hidden.length) {
      const word = document.createElement('span');
      word.className = 'action-text';
      const name = (verb) => { toggle.title = word.textContent = verb + ' hidden lines'; };
      const toggle = button('', 'eye', () => name(figure.classList.toggle('all-lines') ? 'Hide' : 'Show'));
      name('Show');
      toggle.append(eye(), word);
      actions.append(toggle);
    }
    actions.append(copier('Copy', () => text(lines.filter((line) => !line.matches('.code:not(.all-lines) .hidden-line')))));
    if (hidden.length) actions.append(copier('Copy complete program', () => text(lines)));
    const count = lines.length - hidden.length;
    if (figure.matches('.collapse') && count > 30) {
      figure.append(button('Show all ' + count + ' lines', 'more', ({ currentTarget: pressed }) => {
        figure.classList.add('expanded');
        pressed.remove();
      }));
    }
  });

  // What scrolls sideways takes the keyboard's focus.
  const scrollers = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    if (target.scrollWidth > target.clientWidth + 1) {
      const title = find('.title', target.parentElement)?.textContent;
      label(target, { tabindex: 0, role: 'group', 'aria-label': target.matches('pre') ? title ? 'Code: ' + title : 'Code' : 'Table' });
    } else {
      label(target, { tabindex: '', role: '', 'aria-label': '' });
    }
  }));
  all('main pre, .table-scroll').forEach((box) => scrollers.observe(box));

  // Tabs: a choice holds for all groups with that label, and is remembered.
  const tabsOf = (group) => all(':scope > [role=tablist] > [role=tab]', group);
  const labelOf = (tab) => tab.textContent.trim();
  const choose = (tab) => tabsOf(tab.closest('.tabs')).forEach((other) => {
    const on = other === tab;
    other.setAttribute('aria-selected', on);
    other.tabIndex = on ? 0 : -1;
    document.getElementById(other.getAttribute('aria-controls')).hidden = !on;
  });
  const groups = all('.tabs').filter((group) => tabsOf(group).length);
  const pick = (tab) => {
    const word = labelOf(tab), top = tab.getBoundingClientRect().top;
    choose(tab);
    groups.forEach((group) => {
      const same = group !== tab.closest('.tabs') && tabsOf(group).find((other) => labelOf(other) === word);
      if (same) choose(same);
    });
    // Groups above may have grown: the tab stays in place.
    scrollBy({ top: tab.getBoundingClientRect().top - top, behavior: 'instant' });
    save('tabs', [word, ...load('tabs', []).filter((other) => other !== word)].slice(0, 30));
  };
  const chosen = load('tabs', []);
  groups.forEach((group) => {
    const tabs = tabsOf(group);
    const word = chosen.find((past) => tabs.some((tab) => labelOf(tab) === past));
    choose(tabs.find((tab) => labelOf(tab) === word) || tabs.find((tab) => tab.ariaSelected === 'true') || tabs[0]);
    group.addEventListener('click', ({ target }) => { if (tabs.includes(target)) pick(target); });
    group.addEventListener('keydown', (event) => {
      const at = tabs.indexOf(event.target), back = getComputedStyle(group).direction === 'rtl';
      const to = { ArrowRight: at + (back ? -1 : 1), ArrowLeft: at + (back ? 1 : -1), Home: 0, End: tabs.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      const tab = tabs[(to + tabs.length) % tabs.length];
      tab.focus({ preventScroll: true });
      pick(tab);
    });
  });
  // A link into a hidden panel opens it.
  const follow = () => {
    const target = goal(location.hash);
    for (let panel = target?.closest('[role=tabpanel]'); panel; panel = panel.parentElement.closest('[role=tabpanel]')) {
      choose(document.getElementById(panel.getAttribute('aria-labelledby')));
    }
    if (groups.length) target?.scrollIntoView();
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
