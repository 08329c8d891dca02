import { MoreOutlined } from '@ant-design/icons';
import { useDraggable } from '@dnd-kit/core';
import { Dropdown } from 'antd';
import type { RecordRow } from '@/api/records';
import { FieldValue, isSet } from '@/fields/FieldValue';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, fieldOf, recordTitle, type View } from '@/meta/meta';
import styles from './Board.module.css';
import { boardTexts } from './texts';

type FaceProps = { entity: EntityMeta; view?: View; row: RecordRow; lifted?: boolean };

/** What a card shows: its title, then the fields that the view names. */
export function CardFace({ entity, view, row, lifted }: FaceProps) {
  const title = useTitle();
  const fields = (view?.columns ?? []).flatMap((key) => {
    const f = key === entity.title_field ? undefined : fieldOf(entity, key);
    return f?.readable && isSet(row[key]) ? [f] : [];
  });
  return (
    <div className={`${styles.face} ${lifted ? styles.lifted : ''}`}>
      <b className="ellipsis">{recordTitle(entity, row)}</b>
      <div className={styles.facts}>
        {fields.slice(0, 4).map((f) => (
          <span key={f.key} className="ellipsis" title={title(f.title, f.key)}>
            <FieldValue entity={entity} field={f} row={row} />
          </span>
        ))}
      </div>
    </div>
  );
}

type Props = FaceProps & {
  targets: { key: string; title: string }[];
  put: (row: RecordRow, to: string) => void;
  open: (row: RecordRow) => void;
  top?: number;
  index: number;
  measure?: (node: Element | null) => void;
};

/** A card that can be dragged by mouse, touch and keyboard, or moved from its menu. */
export function Card(p: Props) {
  const t = useTexts(boardTexts);
  const drag = useDraggable({ id: p.row.id });
  const name = recordTitle(p.entity, p.row);
  return (
    <li
      ref={p.measure}
      data-index={p.index}
      aria-label={name}
      className={`${styles.card} ${drag.isDragging ? styles.away : ''}`}
      style={p.top === undefined ? undefined : { position: 'absolute', top: p.top, left: 8, right: 8 }}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the attributes of the drag give it the role of a button */}
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: as above */}
      <div
        ref={drag.setNodeRef}
        {...drag.attributes}
        {...drag.listeners}
        className={styles.handle}
        aria-label={name}
        onClick={() => p.open(p.row)}
        onKeyUp={(e) => e.key === 'Enter' && !drag.isDragging && p.open(p.row)}
      >
        <CardFace entity={p.entity} view={p.view} row={p.row} />
      </div>
      <Dropdown
        trigger={['click']}
        menu={{
          items: p.targets.map((c) => ({ key: c.key, label: c.title })),
          onClick: ({ key }) => p.put(p.row, key),
        }}
      >
        <button type="button" className={styles.menu} aria-label={t.moveCard(name)} title={t.moveTo}>
          <MoreOutlined aria-hidden="true" />
        </button>
      </Dropdown>
    </li>
  );
}
