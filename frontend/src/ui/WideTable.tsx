import type { ReactNode } from 'react';
import styles from './page.module.css';

/** A table that may be wider than the window: it scrolls by itself, with the keyboard, too. */
export function WideTable({ name, children }: { name: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section aria-label={name} tabIndex={0} className={styles.wide}>
      {children}
    </section>
  );
}
