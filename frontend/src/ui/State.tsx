import { Button } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError, ConnectionError } from '@/api/error';
import { useTexts } from '@/i18n/texts';
import styles from './State.module.css';
import { uiTexts } from './texts';

type StateProps = { title: string; text?: ReactNode; children?: ReactNode };

/** A page or part that has nothing to show: what it is, and the ways on. */
export function EmptyState({ title, text, children }: StateProps) {
  return (
    <div className={styles.state}>
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
}

/** Why something could not be loaded, what is safe, and the way to try again. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useTexts(uiTexts);
  const offline = error instanceof ConnectionError;
  const said = error instanceof ApiError ? error.detail || error.message : undefined;
  return (
    <div className={styles.state} role="alert">
      <h2>{offline ? t.offlineTitle : (said ?? t.errorTitle)}</h2>
      {offline && <p>{t.offlineText}</p>}
      {error instanceof ApiError && <p className={styles.code}>{t.errorNumber(`${error.status} ${error.code}`)}</p>}
      {retry && (
        <div className={styles.actions}>
          <Button onClick={retry}>{t.retry}</Button>
        </div>
      )}
    </div>
  );
}

/** Grey lines in the shape of what is coming; nothing is shown in the first second. */
export function Skeleton({ rows = 8 }: { rows?: number }) {
  const t = useTexts(uiTexts);
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 1000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.skeleton} aria-busy="true">
      <span className="visually-hidden">{t.loading}</span>
      {late && Array.from({ length: rows }, (_, i) => `line-${i}`).map((key) => <div key={key} />)}
    </div>
  );
}
