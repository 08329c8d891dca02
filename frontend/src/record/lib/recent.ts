import { useSyncExternalStore } from 'react';

/** A record that was looked at on this device. */
export type Recent = { entity: string; id: string; title: string };

const key = 'weft.recent';
const most = 20;
const listeners = new Set<() => void>();
let list: Recent[] = read();

function read(): Recent[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(value) ? (value as Recent[]) : [];
  } catch {
    return [];
  }
}

export function remember(record: Recent) {
  list = [record, ...list.filter((r) => r.id !== record.id)].slice(0, most);
  try {
    localStorage.setItem(key, JSON.stringify(list));
  } catch {
    // The list then lasts as long as the page.
  }
  for (const tell of listeners) tell();
}

const subscribe = (tell: () => void) => {
  listeners.add(tell);
  return () => {
    listeners.delete(tell);
  };
};

export const useRecent = (): Recent[] => useSyncExternalStore(subscribe, () => list);
