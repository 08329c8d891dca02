import { useEffect, useRef, useState } from 'react';
import { useConnection } from '@/api/live';
import { useTexts } from '@/i18n/texts';
import styles from './ConnectionBar.module.css';
import { shellTexts } from './texts';

/** The script of this page; the name of another version's is another. */
const scriptOf = (html: string): string | undefined => /\/assets\/index-[\w-]+\.js/.exec(html)?.[0];
const own = scriptOf(document.documentElement.outerHTML);

/** Looks after each reconnection whether the server has a newer app. A reload is the person's to choose. */
export function UpdateNotice() {
  const t = useTexts(shellTexts);
  const connection = useConnection();
  const [fresh, setFresh] = useState(false);
  const lost = useRef(false);
  useEffect(() => {
    if (connection === 'lost') lost.current = true;
    if (connection !== 'open' || !lost.current) return;
    lost.current = false;
    fetch('/', { headers: { Accept: 'text/html' } })
      .then((answer) => answer.text())
      .then((html) => setFresh(own !== undefined && scriptOf(html) !== undefined && scriptOf(html) !== own))
      .catch(() => undefined); // asked again after the next reconnection
  }, [connection]);
  if (!fresh) return null;
  return (
    <div role="status" className={styles.bar}>
      {t.newVersion}
      <button type="button" className={styles.action} onClick={() => location.reload()}>
        {t.reload}
      </button>
    </div>
  );
}
