import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const name = 'virtual:regions';
const source = fileURLToPath(new URL('../../runtime/model/data/regions.csv', import.meta.url));

/** Gives the app the server's own list of regions, so that both know the same codes. */
export function regions(): Plugin {
  return {
    name: 'weft-regions',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      this.addWatchFile(source);
      const rows = readFileSync(source, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(','))
        .filter(([code]) => /^\d{6}$/.test(code ?? ''));
      return { code: `export default ${JSON.stringify(Object.fromEntries(rows))};`, moduleType: 'js' };
    },
  };
}
