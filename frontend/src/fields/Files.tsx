import { PaperClipOutlined } from '@ant-design/icons';
import type { FieldMeta } from '@/meta/meta';
import styles from './FieldValue.module.css';

/** How many files a field holds; a single one can be opened here. */
export function Files({ ids, field }: { ids: string[]; field: FieldMeta }) {
  if (ids.length === 1 && field.type !== 'attachment') {
    return <img src={`/api/v1/files/${ids[0]}/thumbnail`} alt="" height={28} loading="lazy" />;
  }
  return (
    <span className={styles.file}>
      <PaperClipOutlined aria-hidden="true" />
      <span className="number">{ids.length}</span>
    </span>
  );
}
