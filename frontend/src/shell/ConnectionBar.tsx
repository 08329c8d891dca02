import { CloudOutlined } from '@ant-design/icons';
import { useEffect, useState } from 'react';
import { useConnection } from '@/api/live';
import { useTexts } from '@/i18n/texts';
import styles from './ConnectionBar.module.css';
import { shellTexts } from './texts';

/** Says that the page is not connected, once that has lasted two seconds. */
export function ConnectionBar() {
  const t = useTexts(shellTexts);
  const lost = useConnection() === 'lost';
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!lost) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), 2000);
    return () => clearTimeout(timer);
  }, [lost]);
  if (!shown) return null;
  return (
    <div role="status" className={styles.bar}>
      <CloudOutlined aria-hidden="true" />
      {t.offline}
    </div>
  );
}
