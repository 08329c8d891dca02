import type { BoardColumn } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { type EntityMeta, fieldOf, type MachineMeta } from '@/meta/meta';
import { boardTexts } from './texts';

type Props = { columns: BoardColumn[]; machine?: MachineMeta; sums: string[]; entity: EntityMeta };

/** The open records of a board: how many, what they come to, and what of it is likely. */
export function BoardSummary({ columns, machine, sums, entity }: Props) {
  const t = useTexts(boardTexts);
  const format = useFormat();
  if (!machine) return null;
  const stage = (key: string) => machine.stages.find((s) => s.key === key);
  const open = columns.filter((c) => stage(c.key)?.type === 'open');
  const n = open.reduce((all, c) => all + c.count, 0);
  const money = sums.find((key) => fieldOf(entity, key)?.type === 'currency');
  if (!money) return <>{t.open(format.number(n), '')}</>;
  const total = open.reduce((all, c) => all + Number(c.sums?.[money] ?? 0), 0);
  const weighted = open.reduce(
    (all, c) => all + (Number(c.sums?.[money] ?? 0) * (stage(c.key)?.probability ?? 0)) / 100,
    0,
  );
  return (
    <>
      {t.open(format.number(n), ` · ${format.compact(total)}`)} · {t.weighted(format.compact(Math.round(weighted)))}
    </>
  );
}
