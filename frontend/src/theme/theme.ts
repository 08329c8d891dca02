import { useSyncExternalStore } from 'react';
import type { Mode } from './tokens';

export type ThemeChoice = Mode | 'system';

const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
const root = document.documentElement;

export const themeChoice = (): ThemeChoice => {
  const choice = root.dataset.theme;
  return choice === 'light' || choice === 'dark' ? choice : 'system';
};

/** Sets how this browser shows pages; the server reads the cookie, so that nothing flashes. */
export function setTheme(choice: ThemeChoice) {
  root.dataset.theme = choice;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it to draw the page; the Cookie Store API lacks Firefox
  document.cookie = `weft_theme=${choice}; path=/; max-age=31536000; samesite=lax`;
  for (const tell of listeners) tell();
}

const mode = (): Mode => {
  const choice = themeChoice();
  if (choice !== 'system') return choice;
  return system.matches ? 'dark' : 'light';
};

function subscribe(tell: () => void) {
  listeners.add(tell);
  system.addEventListener('change', tell);
  return () => {
    listeners.delete(tell);
    system.removeEventListener('change', tell);
  };
}

export const useMode = (): Mode => useSyncExternalStore(subscribe, mode);
export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, themeChoice);
