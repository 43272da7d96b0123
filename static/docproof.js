// docproof.js: what the default theme does in the browser: theme button, drawer, menus, sidebar, on-page
// contents, code blocks, tabs, printing. Loaded with defer, after theme.js. Each part stands alone and does
// nothing when its markup is missing; every page can be read and navigated without this file.
// It must not fetch anything, write HTML from strings, or fail when storage is switched off.
(() => {
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const wide = matchMedia('(width >= 80rem)');
  const narrow = matchMedia('(width < 50rem)');

  // Storage throws in private windows, in sandboxes and for some file:// pages: then nothing is remembered.
  const load = (key, otherwise) => {
    try { return JSON.parse(localStorage.getItem('docproof-' + key)) ?? otherwise; } catch { return otherwise; }
  };
  const save = (key, value) => {
    try { localStorage.setItem('docproof-' + key, JSON.stringify(value)); } catch { /* not remembered */ }
  };

  // Tells screen readers what a click has done.
  const status = document.createElement('div');
  status.className = 'sr';
  status.setAttribute('role', 'status');
  document.body.append(status);
  const say = (text) => { status.textContent = text; };

  const button = (text, className, click) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = className;
    made.textContent = text;
    made.addEventListener('click', click);
    return made;
  };

  // Scrolls a list, and never the page, until the entry can be seen.
  const reveal = (list, entry) => {
    const outer = list.getBoundingClientRect(), inner = entry.getBoundingClientRect();
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      list.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
    }
  };

  // Theme button: automatic, light, dark. theme.js reads the plain word before the first paint.
  const theme = find('.theme');
  if (theme) {
    const names = { auto: 'automatic', light: 'light', dark: 'dark' };
    const label = () => {
      theme.title = 'Theme: ' + names[root.dataset.theme];
      theme.setAttribute('aria-label', theme.title);
    };
    label();
    theme.addEventListener('click', () => {
      root.dataset.theme = { auto: 'light', light: 'dark', dark: 'auto' }[root.dataset.theme] || 'auto';
      try { localStorage.setItem('docproof-theme', root.dataset.theme); } catch { /* not remembered */ }
      label();
      say(theme.title);
    });
  }

  // Drawer: the sidebar on narrow screens, a modal dialog while it is open.
  const side = find('#sidebar'), opener = find('.burger');
  let closeDrawer = () => {};
  if (side && opener) {
    // Without scripts these are links; with them, buttons.
    const swap = (link, click) => {
      const made = button('', link.className, click);
      made.append(...link.childNodes);
      link.replaceWith(made);
      return made;
    };
    const set = (open) => {
      root.classList.toggle('drawer', open);
      burger.setAttribute('aria-expanded', open);
      const names = { role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Menu' };
      for (const name in names) open ? side.setAttribute(name, names[name]) : side.removeAttribute(name);
      all('.skip, .top, main, .toc, .foot').forEach((part) => { part.inert = open; });
      // Reading the height works out the styles: only what is shown takes focus.
      if (open && side.offsetHeight) close.focus();
      const current = find('.sidebar [aria-current]', side);
      if (open && current) reveal(side, current);
    };
    closeDrawer = () => {
      if (!root.classList.contains('drawer')) return;
      set(false);
      burger.focus();
    };
    const burger = swap(opener, (event) => { event.stopPropagation(); set(true); });
    burger.setAttribute('aria-label', 'Menu');
    burger.setAttribute('aria-controls', 'sidebar');
    burger.setAttribute('aria-expanded', 'false');
    const close = swap(find('.close', side), closeDrawer);
    document.addEventListener('click', ({ target }) => {
      if (!side.contains(target) || target.closest('a')) closeDrawer();
    });
    narrow.addEventListener('change', closeDrawer);
    if (location.hash === '#sidebar') history.replaceState(null, '', location.pathname + location.search);
  }

  // Version menu and the "On this page" bar: closed by Escape, by a click elsewhere, and by use.
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

  // Sidebar: remembers what was opened and closed by hand, and shows the active entry.
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

  // On this page: open beside the text, closed above it; marks the section being read.
  if (toc) {
    const summary = find('summary', toc), here = find('.here', toc);
    const fit = () => {
      tocList.open = wide.matches;
      summary.tabIndex = wide.matches ? -1 : 0;
    };
    fit();
    wide.addEventListener('change', fit);
    const sections = all('a', toc).map((entry) => [entry, document.getElementById(decodeURIComponent(entry.hash.slice(1)))])
      .filter(([, heading]) => heading);
    let active, waiting = false;
    const spy = () => {
      waiting = false;
      const line = parseFloat(getComputedStyle(root).fontSize) * 8;
      const end = innerHeight + scrollY >= root.scrollHeight - 2 && scrollY > 0;
      // Headings in a tab that is not shown have no place on the page.
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
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    return made;
  };
  const eye = () => {
    const icon = shape('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' });
    icon.append(shape('path', { d: 'M1 8s2.5-4.5 7-4.5S15 8 15 8s-2.5 4.5-7 4.5S1 8 1 8z' }), shape('circle', { cx: 8, cy: 8, r: 2 }));
    return icon;
  };
  // Without the Clipboard API (http:, file:) the text goes through a field that is selected and copied.
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* the old way */ }
    const field = document.createElement('textarea'), focused = document.activeElement;
    field.className = 'sr';
    field.value = text;
    document.body.append(field);
    field.select();
    let done = false;
    try { done = document.execCommand('copy'); } catch { /* not allowed */ }
    field.remove();
    focused?.focus({ preventScroll: true });
    return done;
  };
  const copier = (label, text) => button(label, 'copy', async ({ currentTarget: pressed }) => {
    const done = await copy(text());
    pressed.textContent = done ? 'Copied' : 'Not copied';
    say(done ? 'Copied to the clipboard' : 'The browser did not allow copying');
    setTimeout(() => { pressed.textContent = label; }, 2000);
  });
  all('figure.code').forEach((figure) => {
    const code = find('code', figure), lines = all('.line', code), hidden = all('.hidden-line', code);
    const text = (from) => lines.length ? from.map((line) => line.textContent + '\n').join('') : code.textContent;
    const visible = () => lines.filter((line) => !line.matches('.code:not(.all-lines) .hidden-line'));
    const actions = document.createElement('div');
    actions.className = 'actions';
    find('figcaption', figure)?.append(actions);
    if (hidden.length) {
      const word = document.createElement('span');
      word.className = 'action-text';
      const name = (shown) => { word.textContent = (shown ? 'Hide' : 'Show') + ' hidden lines'; };
      const toggle = button('', 'eye', () => {
        name(figure.classList.toggle('all-lines'));
        toggle.title = word.textContent;
      });
      name(false);
      toggle.title = word.textContent;
      toggle.append(eye(), word);
      actions.append(toggle);
    }
    actions.append(copier('Copy', () => text(visible())));
    if (hidden.length) actions.append(copier('Copy complete program', () => text(lines)));
    if (figure.matches('.collapse') && lines.length - hidden.length > 30) {
      const more = button('Show all ' + (lines.length - hidden.length) + ' lines', 'more', () => {
        const top = more.getBoundingClientRect().top;
        const open = figure.classList.toggle('expanded');
        more.setAttribute('aria-expanded', open);
        more.textContent = open ? 'Show fewer lines' : 'Show all ' + (lines.length - hidden.length) + ' lines';
        // Folding takes away what is above the button: keep it under the pointer.
        if (!open) scrollBy(0, more.getBoundingClientRect().top - top);
      });
      more.setAttribute('aria-expanded', 'false');
      figure.append(more);
    }
  });

  // What scrolls sideways can be reached with the keyboard, and only then.
  const scrollers = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    if (target.scrollWidth > target.clientWidth + 1) {
      const title = find('.title', target.parentElement)?.textContent;
      target.tabIndex = 0;
      target.setAttribute('role', 'region');
      target.setAttribute('aria-label', target.matches('pre') ? title ? 'Code: ' + title : 'Code' : 'Table');
    } else {
      ['tabindex', 'role', 'aria-label'].forEach((name) => target.removeAttribute(name));
    }
  }));
  all('main pre, .table-scroll').forEach((box) => scrollers.observe(box));

  // Tabs: one choice for all groups of the page that have the label; the last choices are remembered.
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
    const label = labelOf(tab), top = tab.getBoundingClientRect().top;
    choose(tab);
    groups.forEach((group) => {
      const same = group !== tab.closest('.tabs') && tabsOf(group).find((other) => labelOf(other) === label);
      if (same) choose(same);
    });
    // Groups above may have changed height: the tab stays where it was.
    scrollBy({ top: tab.getBoundingClientRect().top - top, behavior: 'instant' });
    save('tabs', [label, ...load('tabs', []).filter((other) => other !== label)].slice(0, 30));
  };
  const chosen = load('tabs', []);
  groups.forEach((group) => {
    const tabs = tabsOf(group);
    const label = chosen.find((past) => tabs.some((tab) => labelOf(tab) === past));
    choose(tabs.find((tab) => labelOf(tab) === label) || tabs.find((tab) => tab.ariaSelected === 'true') || tabs[0]);
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
  // A link into a panel that is not shown opens it.
  const follow = () => {
    let target;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    let moved = false;
    for (let panel = target?.closest('[role=tabpanel]'); panel; panel = panel.parentElement.closest('[role=tabpanel]')) {
      if (panel.hidden) { choose(document.getElementById(panel.getAttribute('aria-labelledby'))); moved = true; }
    }
    if (moved || (groups.length && target)) target.scrollIntoView();
  };
  addEventListener('hashchange', follow);
  if (location.hash) follow();

  // Paper shows what is folded; the screen gets it back as it was.
  let unfolded = [];
  addEventListener('beforeprint', () => {
    unfolded = all('main details:not([open])');
    unfolded.forEach((details) => { details.open = true; });
  });
  addEventListener('afterprint', () => unfolded.forEach((details) => { details.open = false; }));
})();
