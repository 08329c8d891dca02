import { useCallback } from 'react';
import { putRecord, refreshEntity } from '@/api/cache';
import { refusalText } from '@/api/error';
import { type RecordRow, updateRecord } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useLanguage } from '@/i18n/language';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, type FieldMeta, recordTitle } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { toast } from '@/ui/toast';
import { formatCells, parseCells } from './lib/cells';
import { cellText, cellValue } from './lib/cellText';
import { listTexts } from './texts';

type Change = { row: RecordRow; field: FieldMeta; value: unknown };

/** Changes of single cells, at once and with a way back. */
export function useCellChanges(entity: EntityMeta) {
  const t = useTexts(listTexts);
  const title = useTitle();
  const lang = useLanguage();
  const format = useFormat();
  const meta = useMeta();

  const apply = useCallback(
    async (c: Change): Promise<RecordRow> => {
      const done = await updateRecord(entity.key, c.row.id, { [c.field.key]: c.value }, { rev: c.row.rev });
      putRecord(entity.key, done);
      return done;
    },
    [entity.key],
  );

  const save = useCallback(
    async (c: Change) => {
      putRecord(entity.key, { ...c.row, [c.field.key]: c.value ?? undefined, rev: c.row.rev + 0.5 }); // shown before the answer
      try {
        const done = await apply(c);
        const before = c.row[c.field.key] ?? null;
        toast({
          text: t.saved(recordTitle(entity, done), title(c.field.title, c.field.key)),
          undo: async () => {
            await apply({ ...c, row: done, value: before });
            void refreshEntity(entity.key);
          },
        });
      } catch (err) {
        toast({ text: refusalText(err), refused: true });
      }
      void refreshEntity(entity.key);
    },
    [apply, entity, t, title],
  );

  const copy = useCallback(
    (rows: RecordRow[], fields: FieldMeta[]) =>
      formatCells(rows.map((row) => fields.map((f) => cellText(meta, f, row, lang, format)))),
    [meta, lang, format],
  );

  /** Writes pasted cells into the rows from a place on; each record is one change, all can be undone together. */
  const paste = useCallback(
    async (text: string, rows: RecordRow[], fields: FieldMeta[]) => {
      const changed: { row: RecordRow; before: Record<string, unknown> }[] = [];
      let failed = 0;
      for (const [i, line] of parseCells(text).slice(0, rows.length).entries()) {
        const row = rows[i];
        if (!row) break;
        const values: Record<string, unknown> = {};
        for (const [j, cell] of line.entries()) {
          const field = fields[j];
          const read = field?.writable ? cellValue(field, cell, lang) : undefined;
          if (field && read) values[field.key] = read.value;
          else failed++;
        }
        if (Object.keys(values).length === 0) continue;
        try {
          const done = await updateRecord(entity.key, row.id, values, { rev: row.rev });
          putRecord(entity.key, done);
          changed.push({ row: done, before: Object.fromEntries(Object.keys(values).map((k) => [k, row[k] ?? null])) });
        } catch {
          failed += Object.keys(values).length;
        }
      }
      void refreshEntity(entity.key);
      toast({
        text: failed > 0 ? `${t.pasted(changed.length)}，${t.pasteFailed(failed)}` : t.pasted(changed.length),
        undo: async () => {
          for (const c of changed) await updateRecord(entity.key, c.row.id, c.before, { rev: c.row.rev });
          void refreshEntity(entity.key);
        },
      });
    },
    [entity.key, lang, t],
  );

  return { save, copy, paste };
}
