import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ClipboardEvent } from 'react';
import { useTexts, useTitle } from '@/i18n/texts';
import { parseCells } from '@/list/lib/cells';
import { entityOf, type FieldMeta } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { formTexts } from '../texts';
import styles from './ChildRows.module.css';
import { FieldInput, type InputProps } from './FieldInput';

type Row = Record<string, unknown>;

/** The rows of a child entity as a table to type in; rows pasted from a spreadsheet are added. */
export function ChildRows(p: InputProps) {
  const t = useTexts(formTexts);
  const title = useTitle();
  const child = entityOf(useMeta(), p.field.entity ?? '');
  if (!child) return null;
  const rows = (Array.isArray(p.value) ? p.value : []) as Row[];
  const columns = child.fields.filter((f) => f.key !== child.child_of?.field && f.readable && f.type !== 'child_rows');
  const set = (next: Row[]) => p.onChange(next);
  const change = (at: number, key: string, value: unknown) =>
    set(rows.map((row, i) => (i === at ? { ...row, [key]: value ?? undefined } : row)));
  const paste = (e: ClipboardEvent) => {
    const cells = parseCells(e.clipboardData.getData('text/plain'));
    if (p.disabled || (cells.length < 2 && (cells[0]?.length ?? 0) < 2)) return;
    e.preventDefault();
    set([...rows.filter((r) => Object.keys(r).length > 0), ...cells.map((line) => fromCells(columns, line))]);
  };
  return (
    <div className={styles.rows} onPaste={paste}>
      <table id={p.id}>
        <thead>
          <tr>
            {columns.map((f) => (
              <th key={f.key} scope="col">
                {title(f.title, f.key)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={typeof row.id === 'string' ? row.id : `new-${i}`}>
              {columns.map((f) => (
                <td key={f.key}>
                  <FieldInput
                    id={`${p.id}-${i}-${f.key}`}
                    entity={child}
                    field={f}
                    value={row[f.key]}
                    disabled={p.disabled || !f.writable}
                    onChange={(value) => change(i, f.key, value)}
                  />
                </td>
              ))}
              <td>
                {!p.disabled && (
                  <Button
                    type="text"
                    icon={<DeleteOutlined aria-hidden="true" />}
                    aria-label={t.removeRow(i + 1)}
                    onClick={() => set(rows.filter((_, at) => at !== i))}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!p.disabled && (
        <Button type="dashed" icon={<PlusOutlined aria-hidden="true" />} onClick={() => set([...rows, {}])}>
          {t.addRow}
        </Button>
      )}
    </div>
  );
}

/** A pasted line, taken by the columns that can be written. */
function fromCells(columns: FieldMeta[], line: string[]): Row {
  const writable = columns.filter((f) => f.writable);
  return Object.fromEntries(
    writable.flatMap((f, i) => {
      const text = line[i]?.trim();
      if (!text) return [];
      const numeric = ['number', 'integer', 'percent'].includes(f.type);
      return [
        [
          f.key,
          numeric
            ? Number(text.replace(/[,，%]/g, ''))
            : f.type === 'currency'
              ? text.replace(/[,，¥￥\s]/g, '')
              : text,
        ],
      ];
    }),
  );
}
