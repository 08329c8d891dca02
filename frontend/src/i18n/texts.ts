import { type Language, language, useLanguage } from './language';

/** A text, or one that takes values. */
type Text = string | ((...values: never[]) => string);
type Texts = Record<string, Text>;

/** The other language has the same keys, and its functions take the same values. */
type Translated<T extends Texts> = {
  [K in keyof T]: T[K] extends (...values: infer V) => string ? (...values: V) => string : string;
};

/**
 * The texts of one part of the app in both languages. A key that one language lacks
 * does not compile.
 */
export function defineTexts<T extends Texts>(zh: T, en: Translated<T>): Record<Language, Translated<T>> {
  return { 'zh-CN': zh as unknown as Translated<T>, en };
}

export const useTexts = <T>(texts: Record<Language, T>): T => texts[useLanguage()];

/** The texts outside a component, such as in an action that runs later. */
export const textsNow = <T>(texts: Record<Language, T>): T => texts[language()];

/** A title of a definition: one language suffices, the other falls back to it. */
export type Title = { 'zh-CN'?: string; en?: string };

export function titleIn(lang: Language, title: Title | undefined, fallback = ''): string {
  return title?.[lang] || title?.['zh-CN'] || title?.en || fallback;
}

/** Returns a function that reads titles in the language of the page. */
export function useTitle(): (title: Title | undefined, fallback?: string) => string {
  const lang = useLanguage();
  return (title, fallback) => titleIn(lang, title, fallback);
}

/** Returns a function that writes a list: 、 in Chinese, commas in English. */
export function useJoin(): (list: string[]) => string {
  const lang = useLanguage();
  return (list) => list.join(lang === 'en' ? ', ' : '、');
}
