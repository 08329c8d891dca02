import { useDroppable } from '@dnd-kit/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import type { BoardColumn, RecordRow } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useJoin, useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, fieldOf, type StageMeta, type View } from '@/meta/meta';
import type { Verdict } from '@/stage/moves';
import { stageTexts } from '@/stage/texts';
import { choiceColor } from '@/theme/tokens';
import styles from './Board.module.css';
import { Card } from './Card';
import { boardTexts } from './texts';

type Props = {
  column: BoardColumn;
  title: string;
  color?: string;
  stage?: StageMeta;
  entity: EntityMeta;
  view?: View;
  dragging: boolean;
  from: boolean;
  verdict?: Verdict;
  targets: { key: string; title: string }[];
  put: (row: RecordRow, to: string) => void;
  open: (row: RecordRow) => void;
  more: () => void;
};

/** One column: its count and sums, its cards, and while something is dragged whether it can come here. */
export function Column(p: Props) {
  const t = useTexts(boardTexts);
  const { column, verdict } = p;
  const [collapsed, setCollapsed] = useState(p.stage?.type === 'lost');
  const drop = useDroppable({ id: column.key, disabled: column.key === '' });
  const state = !p.dragging || p.from ? '' : verdict?.kind === 'no' ? styles.no : drop.isOver ? styles.over : styles.go;
  if (collapsed && !p.dragging) {
    return (
      <section ref={drop.setNodeRef} className={styles.collapsed}>
        <button type="button" aria-expanded="false" aria-label={t.expand(p.title)} onClick={() => setCollapsed(false)}>
          <b>{p.title}</b>
          <span className="number">{column.count}</span>
        </button>
        <ul aria-label={p.title} className="visually-hidden" />
      </section>
    );
  }
  return (
    <section ref={drop.setNodeRef} className={`${styles.column} ${state}`}>
      <ColumnHead {...p} collapse={p.stage?.type === 'lost' ? () => setCollapsed(true) : undefined} />
      {p.dragging && !p.from && verdict && <Answer verdict={verdict} entity={p.entity} />}
      <Cards {...p} />
    </section>
  );
}

function ColumnHead({ column, title, color, stage, entity, view, collapse }: Props & { collapse?: () => void }) {
  const t = useTexts(boardTexts);
  const format = useFormat();
  const sums = (view?.sums ?? []).flatMap((key) => {
    const sum = column.sums?.[key];
    const field = fieldOf(entity, key);
    return sum === undefined || !field ? [] : [format.compact(sum)];
  });
  return (
    <header className={styles.head}>
      <i aria-hidden="true" style={{ background: `var(--c-${choiceColor(color)}-dot)` }} />
      <b>{title}</b>
      <span className="number">{column.count}</span>
      <span className={styles.space} />
      {stage?.probability !== undefined && stage.type === 'open' && (
        <small className="number">{t.probability(stage.probability)}</small>
      )}
      {collapse && (
        <button type="button" className={styles.fold} aria-label={t.collapse(title)} onClick={collapse}>
          ‹
        </button>
      )}
      <p className="number">{sums.join(' · ')}</p>
    </header>
  );
}

/** What a column says to the card in the hand. */
function Answer({ verdict, entity }: { verdict: Verdict; entity: EntityMeta }) {
  const t = useTexts(stageTexts);
  const join = useJoin();
  const title = useTitle();
  const names =
    verdict.kind === 'ask'
      ? verdict.missing.map((k) => title(fieldOf(entity, k)?.title, k))
      : verdict.kind === 'no'
        ? verdict.missing
        : [];
  return (
    <div className={styles.answer}>
      <b>{verdict.kind === 'no' ? verdict.why : t.drop(title(verdict.move.title, verdict.move.key))}</b>
      {names.length > 0 && <span>{t.missing(join(names))}</span>}
      {verdict.kind === 'ask' && verdict.reason && <span>{t.needsReason}</span>}
    </div>
  );
}

/** The cards of a column; those outside the window are not drawn. */
function Cards(p: Props) {
  const t = useTexts(boardTexts);
  const scroller = useRef<HTMLUListElement>(null);
  const { items, count } = p.column;
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 104,
    overscan: 8,
    gap: 6,
    getItemKey: (i) => items[i]?.id ?? i,
  });
  const virtual = items.length > 40;
  const shown = virtual
    ? rows.getVirtualItems().map((v) => ({ row: items[v.index], top: v.start, index: v.index }))
    : items.map((row, index) => ({ row, top: undefined, index }));
  return (
    <ul ref={scroller} aria-label={p.title} className={styles.cards}>
      {virtual && <div aria-hidden="true" style={{ height: rows.getTotalSize() }} />}
      {shown.map(
        ({ row, top, index }) =>
          row && (
            <Card
              key={row.id}
              {...p}
              row={row}
              top={top}
              index={index}
              measure={virtual ? rows.measureElement : undefined}
            />
          ),
      )}
      {count > items.length && (
        <li className={styles.more}>
          <Button type="text" size="small" onClick={p.more}>
            {t.more(count - items.length)}
          </Button>
        </li>
      )}
    </ul>
  );
}
