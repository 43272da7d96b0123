// server.mjs: serves a built site as a web server would, under the Content-Security-Policy that the theme promises to work with.
// In: a folder. Out: its address. Addresses without `.html` lead to the file with it, unknown ones to 404.html.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

/** The policy of the specification, word for word. */
export const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
  + "base-uri 'none'; form-action 'none'";

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.json': 'application/json', '.xml': 'application/xml', '.txt': 'text/plain; charset=utf-8', '.md': 'text/markdown; charset=utf-8',
};

const read = async (folder, path) => {
  for (const name of path.endsWith('/') ? [path + 'index.html'] : [path, path + '.html', path + '/index.html']) {
    try {
      return { name, body: await readFile(join(folder, name)), status: 200 };
    } catch { /* the next name */ }
  }
  return { name: '404.html', body: await readFile(join(folder, '404.html')), status: 404 };
};

/** Serves the folder under `base`, which begins and ends with a slash, and gives the address without the last one. */
export const serve = async (folder, base = '/') => {
  const server = createServer(async (request, response) => {
    try {
      const path = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname));
      const { name, body, status } = await read(folder, path.startsWith(base) ? path.slice(base.length - 1) : '/404.html');
      response.writeHead(status, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'content-security-policy': POLICY });
      response.end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  server.unref();
  return `http://127.0.0.1:${server.address().port}${base.slice(0, -1)}`;
};
