import type { AggregateRow } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import type { FieldMeta } from '@/meta/meta';
import { listTexts } from '../texts';
import styles from './Totals.module.css';

/** How many records a list has, and the sums of its figures. */
export function Totals({
  totals,
  columns,
  selected,
}: {
  totals?: AggregateRow;
  columns: FieldMeta[];
  selected: number;
}) {
  const t = useTexts(listTexts);
  const title = useTitle();
  const format = useFormat();
  if (!totals) return <footer className={styles.totals} />;
  return (
    <footer className={styles.totals}>
      <b className="number">{t.records(format.number(String(totals.n)))}</b>
      {selected > 0 && <span>{t.selected(selected)}</span>}
      <span className={styles.space} />
      {columns.flatMap((f) => {
        const sum = totals[`sum_${f.key}`];
        if (sum === undefined || sum === null || Number(sum) === 0) return [];
        return [
          <span key={f.key} className="number">
            {title(f.title, f.key)} {t.total} <b>{format.compact(String(sum))}</b>
          </span>,
        ];
      })}
    </footer>
  );
}
