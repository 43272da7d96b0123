let refreshing = null;

// All callers wait for one refresh, however many there are.
function refresh() {
  refreshing ??= fetch("/session/refresh", { method: "POST" })
    .finally(() => { refreshing = null; });
  return refreshing;
}

export async function request(url, options) {
  const first = await fetch(url, options);
  if (first.status !== 401) return first;
  const refreshed = await refresh();
  return refreshed.ok ? fetch(url, options) : first;
}
