import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { RecordRow } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import type { FieldMeta } from '@/meta/meta';
import { listTexts } from '../texts';
import styles from './Grid.module.css';
import { GridHead } from './GridHead';
import { type Cell, useGridKeys } from './useGridKeys';

export type GridColumn = { field: FieldMeta; title: string; width: number; right: boolean };

export type GridProps = {
  name: string;
  rows: RecordRow[];
  columns: GridColumn[];
  sort: string[];
  rowTitle: (row: RecordRow) => string;
  render: (row: RecordRow, column: GridColumn) => ReactNode;
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onSort: (key: string, add: boolean) => void;
  onResize: (key: string, width: number) => void;
  onOpen: (row: RecordRow) => void;
  /** Draws the editor of a cell, or nothing when it cannot be changed. */
  editor: (
    row: RecordRow,
    column: GridColumn,
    typed: string | undefined,
    end: (next?: 'right' | 'down') => void,
  ) => ReactNode | undefined;
  onCopy: (cells: { rows: RecordRow[]; columns: GridColumn[] }) => string;
  onPaste: (text: string, row: number, column: number) => void;
  /** Called when the end of what is loaded comes near. */
  onEnd: () => void;
  /** All records, loaded or not, for screen readers. */
  count?: number;
  rowHeight?: number;
};

const selectWidth = 40;

/**
 * A table of any number of records: rows outside the window are not drawn. One input
 * always has the focus and moves over the active cell, so that the first letter of an
 * input method is not lost.
 */
export function Grid(p: GridProps) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const height = p.rowHeight ?? 40;
  const rows = useVirtualizer({
    count: p.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const near = p.rows.length > 0 && last >= p.rows.length - 60;
  const onEnd = useRef(p.onEnd);
  onEnd.current = p.onEnd;
  // biome-ignore lint/correctness/useExhaustiveDependencies: more rows may still not reach the end of the window
  useEffect(() => {
    if (near) onEnd.current();
  }, [near, p.rows.length]);
  const keyboard = useGridKeys(p, (row) => rows.scrollToIndex(row));
  const width = selectWidth + p.columns.reduce((sum, c) => sum + c.width, 0);
  const editing = keyboard.editing;
  const editor = editing && renderEditor(p, editing, keyboard.endEdit);
  return (
    <div className={styles.frame}>
      <div ref={scroller} className={styles.scroller} onScroll={keyboard.follow}>
        {/* biome-ignore lint/a11y/useSemanticElements: rows that are not drawn make no table */}
        <div
          role="grid"
          aria-label={p.name}
          aria-rowcount={(p.count ?? p.rows.length) + 1}
          aria-colcount={p.columns.length + 1}
          aria-multiselectable="true"
          className={styles.grid}
          style={{ minWidth: width }}
        >
          <GridHead {...p} id={id} />
          {/* biome-ignore lint/a11y/useSemanticElements: a table's body cannot be scrolled like this */}
          <div role="rowgroup" className={styles.body} style={{ height: rows.getTotalSize() }}>
            {items.map((item) => (
              <GridRow
                key={p.rows[item.index]?.id ?? item.index}
                {...p}
                id={id}
                index={item.index}
                top={item.start}
                height={height}
                active={keyboard.active?.row === item.index ? keyboard.active.column : undefined}
                inRange={keyboard.inRange}
                onCell={keyboard.click}
                onCellEdit={keyboard.startEdit}
              />
            ))}
          </div>
        </div>
        <input
          ref={keyboard.input}
          className={styles.focus}
          style={keyboard.position(selectWidth, height)}
          aria-label={p.name}
          role="combobox"
          aria-expanded="false"
          aria-controls={id}
          aria-activedescendant={keyboard.active ? `${id}-${keyboard.active.row}-${keyboard.active.column}` : undefined}
          autoComplete="off"
          onFocus={keyboard.focus}
          onKeyDown={keyboard.press}
          onCompositionStart={keyboard.compose}
          onInput={keyboard.typed}
          onCopy={keyboard.copy}
          onPaste={keyboard.paste}
        />
        {editor && (
          <div className={styles.editor} style={keyboard.position(selectWidth, height)}>
            {editor}
          </div>
        )}
      </div>
    </div>
  );
}

function renderEditor(p: GridProps, at: Cell & { typed?: string }, end: (next?: 'right' | 'down') => void): ReactNode {
  const row = p.rows[at.row];
  const column = p.columns[at.column];
  return row && column ? p.editor(row, column, at.typed, end) : undefined;
}

type RowProps = GridProps & {
  id: string;
  index: number;
  top: number;
  height: number;
  active?: number;
  inRange: (row: number, column: number) => boolean;
  onCell: (cell: Cell, extend: boolean) => void;
  onCellEdit: (cell: Cell) => void;
};

function GridRow(p: RowProps) {
  const t = useTexts(listTexts);
  const row = p.rows[p.index];
  if (!row) return null;
  const title = p.rowTitle(row);
  const on = p.selected.has(row.id);
  const toggle = () => {
    const next = new Set(p.selected);
    if (!next.delete(row.id)) next.add(row.id);
    p.onSelect(next);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={p.index + 2}
      aria-selected={on}
      aria-label={title}
      className={`${styles.row} ${on ? styles.selected : ''}`}
      style={{ top: p.top, height: p.height }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
      <div role="gridcell" tabIndex={-1} aria-colindex={1} className={styles.check} style={{ width: selectWidth }}>
        <input type="checkbox" checked={on} aria-label={t.selectRow(title)} tabIndex={-1} onChange={toggle} />
      </div>
      {p.columns.map((c, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the grid's input
        // biome-ignore lint/a11y/useSemanticElements: see the grid
        <div
          key={c.field.key}
          role="gridcell"
          tabIndex={-1}
          id={`${p.id}-${p.index}-${i}`}
          aria-colindex={i + 2}
          className={`${styles.cell} ${i === 0 ? styles.first : ''} ${c.right ? styles.right : ''} ${p.active === i ? styles.active : ''} ${p.inRange(p.index, i) ? styles.range : ''}`}
          style={i === 0 ? { flex: `1 0 ${c.width}px` } : { width: c.width }}
          onClick={(e) => p.onCell({ row: p.index, column: i }, e.shiftKey)}
          onDoubleClick={() => p.onCellEdit({ row: p.index, column: i })}
        >
          {p.render(row, c)}
        </div>
      ))}
    </div>
  );
}
