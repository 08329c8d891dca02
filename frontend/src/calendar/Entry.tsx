import { useDraggable } from '@dnd-kit/core';
import type { RecordRow } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { type EntityMeta, type FieldMeta, fieldOf, recordTitle } from '@/meta/meta';
import { choiceColor } from '@/theme/tokens';
import styles from './Calendar.module.css';
import { holdsInstants } from './lib/month';

type Props = { entity: EntityMeta; field: FieldMeta; row: RecordRow };

/** A record on its day: its time, if it has one, its title, and the colour of its stage. */
export function EntryFace({ entity, field, row, lifted }: Props & { lifted?: boolean }) {
  const format = useFormat();
  const stage = entity.machine && fieldOf(entity, entity.machine.field);
  const choice = stage?.choices?.find((c) => c.key === row[stage.key]);
  return (
    <span className={`${styles.face} ${lifted ? styles.lifted : ''}`}>
      <i aria-hidden="true" style={{ background: `var(--c-${choiceColor(choice?.color)}-dot)` }} />
      {holdsInstants(field) && <small className="number">{format.time(String(row[field.key]))}</small>}
      <span className="ellipsis">{recordTitle(entity, row)}</span>
    </span>
  );
}

/** A record that can be put on another day by mouse, touch and keyboard. */
export function Entry({ entity, field, row, movable, open }: Props & { movable: boolean; open: () => void }) {
  const drag = useDraggable({ id: row.id, disabled: !movable });
  const name = recordTitle(entity, row);
  return (
    <li aria-label={name} className={drag.isDragging ? styles.away : ''}>
      <button
        type="button"
        ref={drag.setNodeRef}
        {...(movable ? drag.attributes : {})}
        {...drag.listeners}
        className={styles.entry}
        title={name}
        onClick={open}
        onKeyUp={(e) => e.key === 'Enter' && !drag.isDragging && open()}
      >
        <EntryFace entity={entity} field={field} row={row} />
      </button>
    </li>
  );
}
