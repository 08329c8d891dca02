import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/**
 * Replaces each text file of the build by its brotli and gzip forms: the program
 * holds only what it sends. Pages stay as they are, since the server fills them in.
 */
export function compress(): Plugin {
  let dir = '';
  return {
    name: 'weft-compress',
    apply: 'build',
    configResolved: (config) => {
      dir = join(config.root, config.build.outDir);
    },
    closeBundle: () => {
      for (const path of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        const file = join(dir, path);
        if (!/\.(js|css|svg|webmanifest)$/.test(path) || statSync(file).isDirectory()) continue;
        const text = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        rmSync(file);
      }
    },
  };
}
