import { PlusOutlined } from '@ant-design/icons';
import { useDroppable } from '@dnd-kit/core';
import type { RecordRow } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import type { EntityMeta, FieldMeta } from '@/meta/meta';
import styles from './Calendar.module.css';
import { Entry } from './Entry';
import { calendarTexts } from './texts';

type Props = {
  entity: EntityMeta;
  field: FieldMeta;
  day: string;
  /** The day in words, such as 12月1日 周二. */
  name: string;
  /** Whether the day stands alone, without a weekday above it. */
  wholeName: boolean;
  rows: RecordRow[];
  fits: number;
  inMonth: boolean;
  today: boolean;
  movable: boolean;
  open: (row: RecordRow) => void;
  showAll: () => void;
  create?: () => void;
};

/** One day with as many records as fit; the others are a click away. */
export function Day(p: Props) {
  const t = useTexts(calendarTexts);
  const drop = useDroppable({ id: p.day, disabled: !p.movable });
  const shown = p.rows.length > p.fits ? p.rows.slice(0, p.fits - 1) : p.rows;
  const rest = p.rows.length - shown.length;
  const state = `${p.inMonth ? '' : styles.outside} ${p.today ? styles.today : ''} ${drop.isOver ? styles.over : ''}`;
  return (
    <li ref={drop.setNodeRef} aria-label={p.name} className={`${styles.day} ${state}`}>
      <header>
        <time dateTime={p.day} aria-current={p.today ? 'date' : undefined} className="number">
          {p.wholeName ? p.name : Number(p.day.slice(8))}
        </time>
        {p.create && (
          <button type="button" className={styles.add} aria-label={t.newOn(p.name)} onClick={p.create}>
            <PlusOutlined aria-hidden="true" />
          </button>
        )}
      </header>
      <ul aria-label={p.name}>
        {shown.map((row) => (
          <Entry
            key={row.id}
            entity={p.entity}
            field={p.field}
            row={row}
            movable={p.movable}
            open={() => p.open(row)}
          />
        ))}
      </ul>
      {rest > 0 && (
        <button type="button" className={styles.more} aria-label={t.moreOn(p.name, rest)} onClick={p.showAll}>
          {t.more(rest)}
        </button>
      )}
    </li>
  );
}
