import { useEffect, useSyncExternalStore } from 'react';
import { refusalText } from '@/api/error';
import { useTexts } from '@/i18n/texts';
import { uiTexts } from './texts';
import styles from './toast.module.css';

/** Something that happened, with the way back if there is one; or something that was refused. */
export type Toast = {
  text: string;
  refused?: boolean;
  undo?: () => void | Promise<void>;
  action?: { label: string; run: () => void };
};

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

/** Does what a button asks for; what goes wrong is said. */
export async function attempt(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (err) {
    toast({ text: refusalText(err), refused: true });
  }
}

const subscribe = (tell: () => void) => {
  listeners.add(tell);
  return () => {
    listeners.delete(tell);
  };
};

/** The place of toasts, at the bottom of the page; one stays while the pointer is on it. */
export function ToastArea() {
  const current = useSyncExternalStore(subscribe, () => shown);
  useEffect(() => {
    if (!current) return;
    const timer = setTimeout(() => set(undefined), 8000);
    return () => clearTimeout(timer);
  }, [current]);
  return (
    <div className={styles.area}>
      <div role="status">{current && !current.refused && <ToastBox toast={current} />}</div>
      <div role="alert">{current?.refused && <ToastBox toast={current} />}</div>
    </div>
  );
}

function ToastBox({ toast: shownNow }: { toast: Shown }) {
  const t = useTexts(uiTexts);
  const { text, undo, action } = shownNow;
  const then = (run: () => void | Promise<void>) => () => {
    set(undefined);
    void attempt(run);
  };
  return (
    <div className={styles.toast} onPointerEnter={() => set({ ...shownNow })}>
      <span>{text}</span>
      {undo && (
        <button type="button" onClick={then(undo)}>
          {t.undo}
        </button>
      )}
      {action && (
        <button type="button" onClick={then(action.run)}>
          {action.label}
        </button>
      )}
    </div>
  );
}
