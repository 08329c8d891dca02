import { useEffect, useSyncExternalStore } from 'react';

/** Something that a person can do here. One list feeds toolbars, menus, shortcuts and the palette. */
export type Action = {
  id: string;
  title: string;
  /** Words by which the palette finds it, too: pinyin initials, English. */
  words?: string;
  /** A key such as `n`, `ctrl+k`, `shift+?`; single letters do nothing while somebody types. */
  key?: string;
  group?: string;
  disabled?: boolean;
  /** Not listed in the palette, such as moving to the next row. */
  hidden?: boolean;
  run: () => void;
};

let sets: { owner: symbol; actions: Action[] }[] = [];
let all: Action[] = [];
const listeners = new Set<() => void>();

function change(next: typeof sets) {
  sets = next;
  const byKey = new Set<string>();
  // The page on top is registered last: its keys come before those of the shell.
  all = [...sets].reverse().flatMap((s) =>
    s.actions.map((a) => {
      if (!a.key || a.disabled) return a;
      if (byKey.has(a.key)) return { ...a, key: undefined };
      byKey.add(a.key);
      return a;
    }),
  );
  for (const tell of listeners) tell();
}

const subscribe = (tell: () => void) => {
  listeners.add(tell);
  return () => {
    listeners.delete(tell);
  };
};

/** All actions that are possible now, those of the page first. */
export const useAllActions = (): Action[] => useSyncExternalStore(subscribe, () => all);
export const allActions = (): Action[] => all;

/** Offers actions while the component is on the page. `actions` must be memoized. */
export function useActions(actions: Action[]) {
  useEffect(() => {
    const owner = Symbol('actions');
    change([...sets, { owner, actions }]);
    return () => change(sets.filter((s) => s.owner !== owner));
  }, [actions]);
}
