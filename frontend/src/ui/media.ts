import { useCallback, useSyncExternalStore } from 'react';

/** Whether a media query holds; right at the first drawing, too. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (tell: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', tell);
      return () => list.removeEventListener('change', tell);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** Below 768 px: cards instead of tables, actions at the bottom. */
export const usePhone = () => useMedia('(max-width: 767px)');
/** From 768 to 1199 px the navigation is a rail. */
export const useNarrow = () => useMedia('(max-width: 1199px)');
export const useWide = () => useMedia('(min-width: 1440px)');
