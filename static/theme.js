// theme.js: runs in <head> before the first paint, so a chosen theme does not flash. Adds the class "js" and
// sets data-theme: auto, light or dark. docproof.js has the button. Another page's choice counts at once. Without docproof.js
// the page is one without scripts.
(() => {
  const root = document.documentElement;
  const show = () => {
    let saved;
    try { saved = localStorage['docproof-theme']; } catch { /* storage is off */ }
    root.dataset.theme = saved === 'light' || saved === 'dark' ? saved : 'auto';
  };
  root.classList.add('js');
  show();
  addEventListener('storage', show);
  addEventListener('error', ({ target }) => { if (target.defer) root.classList.remove('js'); }, true);
})();
