import { CaretDownOutlined, CaretUpOutlined } from '@ant-design/icons';
import type { PointerEvent } from 'react';
import { useTexts } from '@/i18n/texts';
import { listTexts } from '../texts';
import type { GridColumn, GridProps } from './Grid';
import styles from './Grid.module.css';

/** The head of a grid: click to sort, Shift and click to sort by several, drag an edge for the width. */
export function GridHead(p: GridProps & { id: string }) {
  const t = useTexts(listTexts);
  const all = p.rows.length > 0 && p.rows.every((r) => p.selected.has(r.id));
  const some = !all && p.selected.size > 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    <div role="rowgroup" className={styles.head}>
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
      <div role="row" tabIndex={-1} aria-rowindex={1} className={styles.headRow}>
        {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
        <div role="columnheader" tabIndex={-1} aria-colindex={1} className={styles.check} style={{ width: 40 }}>
          <input
            type="checkbox"
            aria-label={t.selectAll}
            checked={all}
            ref={(box) => {
              if (box) box.indeterminate = some;
            }}
            onChange={() => p.onSelect(all ? new Set() : new Set(p.rows.map((r) => r.id)))}
          />
        </div>
        {p.columns.map((c, i) => (
          <HeadCell key={c.field.key} {...p} column={c} index={i} />
        ))}
      </div>
    </div>
  );
}

function HeadCell(p: GridProps & { column: GridColumn; index: number }) {
  const { key } = p.column.field;
  const sorted = p.sort.includes(key) ? 'ascending' : p.sort.includes(`-${key}`) ? 'descending' : undefined;
  const at = p.sort.findIndex((s) => s === key || s === `-${key}`);
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    <div
      role="columnheader"
      tabIndex={-1}
      aria-colindex={p.index + 2}
      aria-sort={sorted ?? 'none'}
      className={`${styles.headCell} ${p.column.right ? styles.right : ''}`}
      style={p.index === 0 ? { flex: `1 0 ${p.column.width}px` } : { width: p.column.width }}
    >
      <button type="button" tabIndex={-1} onClick={(e) => p.onSort(key, e.shiftKey)}>
        <span className="ellipsis">{p.column.title}</span>
        {sorted &&
          (sorted === 'ascending' ? <CaretUpOutlined aria-hidden="true" /> : <CaretDownOutlined aria-hidden="true" />)}
        {sorted && p.sort.length > 1 && <small aria-hidden="true">{at + 1}</small>}
      </button>
      <ResizeHandle width={p.column.width} set={(w) => p.onResize(key, w)} />
    </div>
  );
}

function ResizeHandle({ width, set }: { width: number; set: (width: number) => void }) {
  const begin = (e: PointerEvent<HTMLSpanElement>) => {
    e.preventDefault();
    const [from, handle] = [e.clientX, e.currentTarget];
    handle.setPointerCapture(e.pointerId);
    const move = (m: globalThis.PointerEvent) => set(Math.max(56, Math.min(640, width + m.clientX - from)));
    const end = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', end);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end);
  };
  return <span aria-hidden="true" className={styles.resize} onPointerDown={begin} />;
}
