import { type KeyboardEvent, type ReactNode, useId } from 'react';
import styles from './Tabs.module.css';

export type Tab = { key: string; title: string; content: () => ReactNode };

/** Tabs whose names are their accessible names; arrows move between them. */
export function Tabs({ tabs, on, choose }: { tabs: Tab[]; on: string; choose: (key: string) => void }) {
  const id = useId();
  const shown = tabs.find((t) => t.key === on) ?? tabs[0];
  const press = (e: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    const at = tabs.findIndex((t) => t.key === shown?.key);
    const next = step === undefined ? undefined : tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    e.preventDefault();
    choose(next.key);
    document.getElementById(`${id}-${next.key}`)?.focus();
  };
  return (
    <>
      <div role="tablist" className={styles.tabs}>
        {tabs.map((t) => (
          <button
            type="button"
            role="tab"
            key={t.key}
            id={`${id}-${t.key}`}
            aria-selected={t.key === shown?.key}
            aria-controls={`${id}-panel`}
            tabIndex={t.key === shown?.key ? 0 : -1}
            onClick={() => choose(t.key)}
            onKeyDown={press}
          >
            {t.title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown?.key}`} className={styles.panel}>
        {shown?.content()}
      </div>
    </>
  );
}
