import type { ReactNode } from 'react';
import styles from './PageHeader.module.css';

type Props = { title: string; sub?: ReactNode; children?: ReactNode };

/** The head of a page: its name, a word on it, and its actions at the right. */
export function PageHeader({ title, sub, children }: Props) {
  return (
    <header className={styles.header}>
      <h1 className="ellipsis">{title}</h1>
      {sub && <span className={styles.sub}>{sub}</span>}
      <span className={styles.space} />
      {children}
    </header>
  );
}
