import { type ClipboardEvent, type FormEvent, type KeyboardEvent, useCallback, useRef, useState } from 'react';
import type { GridProps } from './Grid';

export type Cell = { row: number; column: number };

/** The active cell of a grid, the range from it, the editor, and what keys do. */
export function useGridKeys(p: GridProps, show: (row: number) => void) {
  const input = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState<Cell>();
  const [anchor, setAnchor] = useState<Cell>();
  const [editing, setEditing] = useState<Cell & { typed?: string }>();
  const props = useRef(p);
  // The focus comes before the state of the click that gives it is drawn.
  const touched = useRef(false);
  props.current = p;

  const clamp = useCallback((c: Cell): Cell => {
    const { rows, columns } = props.current;
    return {
      row: Math.max(0, Math.min(rows.length - 1, c.row)),
      column: Math.max(0, Math.min(columns.length - 1, c.column)),
    };
  }, []);

  const activate = useCallback(
    (to: Cell, extend: boolean): Cell => {
      const next = clamp(to);
      touched.current = true;
      setActive(next);
      if (!extend) setAnchor(next);
      return next;
    },
    [clamp],
  );

  const go = useCallback((to: Cell, extend = false) => show(activate(to, extend).row), [activate, show]);

  const startEdit = useCallback((at: Cell, typed?: string) => {
    const { rows, columns, editor } = props.current;
    const [row, column] = [rows[at.row], columns[at.column]];
    if (!row || !column || editor(row, column, typed, () => undefined) === undefined) return;
    setActive(at);
    setEditing({ ...at, typed });
  }, []);

  const endEdit = useCallback(
    (next?: 'right' | 'down') => {
      setEditing((at) => {
        if (at && next) go({ row: at.row + (next === 'down' ? 1 : 0), column: at.column + (next === 'right' ? 1 : 0) });
        return undefined;
      });
      input.current?.focus({ preventScroll: true });
    },
    [go],
  );

  // What was clicked is on screen: to scroll now would move the second click of a double click to another row.
  const click = useCallback(
    (cell: Cell, extend: boolean) => {
      activate(cell, extend);
      input.current?.focus({ preventScroll: true });
    },
    [activate],
  );

  const press = (e: KeyboardEvent<HTMLInputElement>) => {
    if (e.nativeEvent.isComposing || !active) return;
    const target = keyTarget(e, active, p.rows.length, p.columns.length);
    if (target) {
      e.preventDefault();
      return go(target, e.shiftKey);
    }
    const row = p.rows[active.row];
    if (!row) return;
    if (e.key === 'Enter' && !e.ctrlKey) {
      e.preventDefault();
      return active.column === 0 ? p.onOpen(row) : startEdit(active);
    }
    if (e.key === 'F2') {
      e.preventDefault();
      return startEdit(active);
    }
    if (e.key === ' ') {
      e.preventDefault();
      const next = new Set(p.selected);
      if (!next.delete(row.id)) next.add(row.id);
      p.onSelect(next);
    }
    if (e.key === 'Escape' && p.selected.size > 0) p.onSelect(new Set());
  };

  /** A typed letter begins an editor with that letter, as in spreadsheets. */
  const typed = (e: FormEvent<HTMLInputElement>) => {
    const text = e.currentTarget.value;
    if ((e.nativeEvent as InputEvent).isComposing || !active || text === '') return;
    e.currentTarget.value = '';
    startEdit(active, text);
  };

  const range = active && anchor ? rectangle(active, anchor) : undefined;
  const inRange = useCallback(
    (row: number, column: number) =>
      range !== undefined &&
      (range.rows > 0 || range.columns > 0) &&
      row >= range.top &&
      row <= range.top + range.rows &&
      column >= range.left &&
      column <= range.left + range.columns,
    [range],
  );

  const copy = (e: ClipboardEvent) => {
    if (!range) return;
    e.preventDefault();
    const cells = {
      rows: p.rows.slice(range.top, range.top + range.rows + 1),
      columns: p.columns.slice(range.left, range.left + range.columns + 1),
    };
    e.clipboardData.setData('text/plain', p.onCopy(cells));
  };
  const paste = (e: ClipboardEvent) => {
    if (!range) return;
    e.preventDefault();
    p.onPaste(e.clipboardData.getData('text/plain'), range.top, range.left);
  };

  const position = (select: number, height: number) => {
    if (!active) return { top: 0, left: 0, width: 1, height: 1 };
    const left = p.columns.slice(0, active.column).reduce((sum, c) => sum + c.width, select);
    const cell = document.querySelector(`[role=gridcell][id$="-${active.row}-${active.column}"]`);
    const box =
      cell instanceof HTMLElement
        ? { left: cell.offsetLeft, width: cell.offsetWidth }
        : { left, width: p.columns[active.column]?.width ?? 100 };
    return { top: 36 + active.row * height, left: box.left, width: box.width, height };
  };

  return {
    input,
    active,
    editing,
    inRange,
    press,
    typed,
    copy,
    paste,
    click,
    startEdit,
    endEdit,
    position,
    compose: () => active && startEdit(active, ''),
    focus: () => !touched.current && p.rows.length > 0 && go({ row: 0, column: 0 }),
    follow: () => undefined,
  };
}

function rectangle(a: Cell, b: Cell) {
  const [top, left] = [Math.min(a.row, b.row), Math.min(a.column, b.column)];
  return { top, left, rows: Math.abs(a.row - b.row), columns: Math.abs(a.column - b.column) };
}

const pageRows = 15;

/** Where a key moves the active cell; undefined for other keys. */
export function keyTarget(
  e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>,
  at: Cell,
  rows: number,
  columns: number,
): Cell | undefined {
  const far = e.ctrlKey || e.metaKey;
  switch (e.key) {
    case 'ArrowDown':
      return { ...at, row: far ? rows - 1 : at.row + 1 };
    case 'ArrowUp':
      return { ...at, row: far ? 0 : at.row - 1 };
    case 'ArrowRight':
      return { ...at, column: far ? columns - 1 : at.column + 1 };
    case 'ArrowLeft':
      return { ...at, column: far ? 0 : at.column - 1 };
    case 'Home':
      return { row: far ? 0 : at.row, column: 0 };
    case 'End':
      return { row: far ? rows - 1 : at.row, column: columns - 1 };
    case 'PageDown':
      return { ...at, row: at.row + pageRows };
    case 'PageUp':
      return { ...at, row: at.row - pageRows };
    default:
      return undefined;
  }
}
