import type { Plugin } from 'vite';
import { stylesheet } from '../src/theme/tokens';

const name = 'virtual:tokens.css';

/** Makes the design tokens a stylesheet of both pages, so that the light one needs no script for its colours. */
export function tokensStylesheet(): Plugin {
  return {
    name: 'weft-tokens-stylesheet',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => (id === `\0${name}` ? stylesheet : undefined),
  };
}
