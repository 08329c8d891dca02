import { type ReactNode, useState } from 'react';
import { cache, keys, putRecord, refreshEntity } from '@/api/cache';
import { ApiError } from '@/api/error';
import { getRecord, type RecordRow, transitionRecord } from '@/api/records';
import { useLanguage } from '@/i18n/language';
import { useJoin, useTexts } from '@/i18n/texts';
import { type EntityMeta, type MachineMeta, recordTitle, stageOf, type TransitionMeta } from '@/meta/meta';
import { toast } from '@/ui/toast';
import { MoveDialog } from './MoveDialog';
import { judge, stageTitle } from './moves';
import { stageTexts } from './texts';

type Open = { row: RecordRow; move: TransitionMeta; refused?: unknown };

/** Moves records between stages. What is missing is asked for; what cannot be is said. */
export function useMove(
  entity: EntityMeta,
  machine: MachineMeta | undefined,
): { move: (row: RecordRow, to: string) => Promise<void>; dialog: ReactNode } {
  const t = useTexts(stageTexts);
  const join = useJoin();
  const lang = useLanguage();
  const [open, setOpen] = useState<Open>();

  async function send(row: RecordRow, move: TransitionMeta, values = {}, comment?: string) {
    if (!machine) return;
    const done = await transitionRecord(entity.key, row.id, { to: move.to, values, comment });
    putRecord(entity.key, done);
    void cache.invalidateQueries({ queryKey: keys.history(entity.key, row.id) });
    void refreshEntity(entity.key);
    setOpen(undefined);
    toast({
      text: t.moved(recordTitle(entity, done), stageTitle(stageOf(machine, move.to), lang)),
      undo: backwards(entity, machine, done, String(row[machine.field]), lang),
    });
  }

  async function move(row: RecordRow, to: string) {
    if (!machine) return;
    const whole = await getRecord(entity.key, row.id); // a card does not hold all fields that guards ask for
    const verdict = judge(entity, machine, whole, to, lang);
    if (verdict.kind === 'no') {
      const missing = verdict.missing.length > 0 ? ` ${t.missing(join(verdict.missing))}` : '';
      return toast({ text: verdict.why + missing, refused: true });
    }
    if (verdict.kind === 'ask') return setOpen({ row: whole, move: verdict.move });
    try {
      await send(whole, verdict.move);
    } catch (err) {
      if (!(err instanceof ApiError))
        return toast({ text: err instanceof Error ? err.message : String(err), refused: true });
      setOpen({ row: whole, move: verdict.move, refused: err });
    }
  }

  const dialog = open && machine && (
    <MoveDialog
      key={open.row.id}
      entity={entity}
      machine={machine}
      {...open}
      run={(values, comment) => send(open.row, open.move, values, comment)}
      close={() => setOpen(undefined)}
    />
  );
  return { move, dialog };
}

/** The way back of a move, when there is one that asks for nothing. */
function backwards(entity: EntityMeta, machine: MachineMeta, row: RecordRow, to: string, lang: 'zh-CN' | 'en') {
  const verdict = judge(entity, machine, row, to, lang);
  if (verdict.kind !== 'go') return undefined;
  return async () => {
    putRecord(entity.key, await transitionRecord(entity.key, row.id, { to }));
    void refreshEntity(entity.key);
  };
}
