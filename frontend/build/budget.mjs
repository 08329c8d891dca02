// Prints what each page has to load, and fails when it is more than budget.json allows.
import { readFileSync, statSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const budget = JSON.parse(readFileSync(new URL('budget.json', root), 'utf8'));
const manifest = JSON.parse(readFileSync(new URL('dist/.vite/manifest.json', root), 'utf8'));
const size = (file) => statSync(new URL(`dist/${file}.gz`, root)).size / 1024;

/** The files of a part of the app with all that it imports from the start. */
function files(key, seen = new Set()) {
  if (seen.has(key)) return new Set();
  seen.add(key);
  const part = manifest[key];
  const found = new Set([part.file, ...(part.css ?? [])]);
  for (const next of part.imports ?? []) for (const file of files(next, seen)) found.add(file);
  return found;
}

const total = (list) => [...list].reduce((sum, file) => sum + size(file), 0);
const shell = files('index.html');
const light = files('light.html');
const list = new Set([...shell, ...files('src/list/Page.tsx')]);
const lazy = Object.keys(manifest)
  .filter((key) => manifest[key].isDynamicEntry)
  .map((key) => ({ key, kib: total([...files(key)].filter((file) => !shell.has(file) && !light.has(file))) }))
  .sort((a, b) => b.kib - a.kib);

const figures = { light: total(light), shell: total(shell), list: total(list), 'largest lazy part': lazy[0].kib };
let failed = false;
for (const [name, kib] of Object.entries(figures)) {
  const over = kib > budget[name];
  failed ||= over;
  console.log(
    `${over ? 'TOO LARGE' : 'ok'}  ${name}: ${kib.toFixed(1)} of ${budget[name]} KiB gzip${name === 'largest lazy part' ? ` (${lazy[0].key})` : ''}`,
  );
}
process.exit(failed ? 1 : 0);
