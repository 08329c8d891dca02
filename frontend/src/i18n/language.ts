import { useSyncExternalStore } from 'react';

export type Language = 'zh-CN' | 'en';

const listeners = new Set<() => void>();
let current: Language = document.documentElement.lang === 'en' ? 'en' : 'zh-CN';

/** The language of this page; the server chose it from the cookie or the browser. */
export const language = (): Language => current;

/** Changes the language of the page at once, and of later pages by a cookie. */
export function setLanguage(next: Language) {
  if (next === current) return;
  current = next;
  document.documentElement.lang = next;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it to draw the page; the Cookie Store API lacks Firefox
  document.cookie = `weft_language=${next}; path=/; max-age=31536000; samesite=lax`;
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void) {
  listeners.add(tell);
  return () => {
    listeners.delete(tell);
  };
}

export const useLanguage = (): Language => useSyncExternalStore(subscribe, language);
