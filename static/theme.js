// theme.js: runs in <head> before the first paint, so that a reader who chose a theme sees no flash.
// Marks the page as having scripts (class "js") and sets data-theme to auto, light or dark.
// Storage may be switched off; then the page follows the system. docproof.js holds the theme button.
(function () {
  var root = document.documentElement, saved;
  root.classList.add('js');
  try { saved = localStorage.getItem('docproof-theme'); } catch (e) { /* storage is off */ }
  root.dataset.theme = saved === 'light' || saved === 'dark' ? saved : 'auto';
})();
