// theme.js: runs in <head> before the first paint, so a chosen theme does not flash. Adds the class "js" and
// sets data-theme: auto, light or dark. docproof.js has the button.
(function () {
  var root = document.documentElement, saved;
  root.classList.add('js');
  try { saved = localStorage.getItem('docproof-theme'); } catch (e) { /* storage is off */ }
  root.dataset.theme = saved === 'light' || saved === 'dark' ? saved : 'auto';
})();
