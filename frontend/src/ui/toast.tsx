import { useEffect, useSyncExternalStore } from 'react';
import { useTexts } from '@/i18n/texts';
import { uiTexts } from './texts';
import styles from './toast.module.css';

/** Something that happened, with the way back if there is one. */
export type Toast = { text: string; undo?: () => void | Promise<void>; action?: { label: string; run: () => void } };

type Shown = Toast & { id: number };

let shown: Shown | undefined;
let next = 0;
const listeners = new Set<() => void>();

function set(value: Shown | undefined) {
  shown = value;
  for (const tell of listeners) tell();
}

/** Shows a toast for 8 seconds, in place of the one before. */
export function toast(t: Toast) {
  set({ ...t, id: next++ });
}

const subscribe = (tell: () => void) => {
  listeners.add(tell);
  return () => {
    listeners.delete(tell);
  };
};

/** The place of toasts, at the bottom of the page; it stays while the pointer is on it. */
export function ToastArea() {
  const t = useTexts(uiTexts);
  const current = useSyncExternalStore(subscribe, () => shown);
  useEffect(() => {
    if (!current) return;
    const timer = setTimeout(() => set(undefined), 8000);
    return () => clearTimeout(timer);
  }, [current]);
  return (
    <div role="status" className={styles.area}>
      {current && (
        <div className={styles.toast} onPointerEnter={() => set({ ...current })}>
          <span>{current.text}</span>
          {current.undo && (
            <button
              type="button"
              onClick={() => {
                set(undefined);
                void current.undo?.();
              }}
            >
              {t.undo}
            </button>
          )}
          {current.action && (
            <button
              type="button"
              onClick={() => {
                set(undefined);
                current.action?.run();
              }}
            >
              {current.action.label}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
