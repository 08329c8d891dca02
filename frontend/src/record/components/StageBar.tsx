import { RightOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useActions } from '@/actions/registry';
import { aggregateRecords, queryRecords, type RecordRow, type Where } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useLanguage } from '@/i18n/language';
import { useJoin, useTexts, useTitle } from '@/i18n/texts';
import {
  type EntityMeta,
  entityOf,
  fieldOf,
  type MachineMeta,
  movesFrom,
  stageOf,
  type TransitionMeta,
} from '@/meta/meta';
import { useMeta } from '@/session/session';
import { judge, stageTitle } from '@/stage/moves';
import { stageTexts } from '@/stage/texts';
import { useMove } from '@/stage/useMove';
import styles from './StageBar.module.css';

type Props = { entity: EntityMeta; machine: MachineMeta; row: RecordRow };

/** The stages of a record with the days in each, and the moves that are possible now. */
export function StageBar({ entity, machine, row }: Props) {
  const t = useTexts(stageTexts);
  const lang = useLanguage();
  const format = useFormat();
  const now = String(row[machine.field] ?? '');
  const days = useDays(entity, machine, row);
  const { move, dialog } = useMove(entity, machine);
  const moves = useMemo(() => movesFrom(machine, now), [machine, now]);
  useActions(
    useMemo(
      () =>
        moves.map((m, i) => ({
          id: `move ${m.key}`,
          title: stageTitle(stageOf(machine, m.to), lang),
          key: i === 0 ? 'm' : undefined,
          run: () => void move(row, m.to),
        })),
      [moves, machine, lang, move, row],
    ),
  );
  const shown = machine.stages.filter(
    (s) =>
      !s.retired &&
      (s.type === 'open' || s.key === now || (s.type === 'won' && stageOf(machine, now)?.type !== 'lost')),
  );
  const at = shown.findIndex((s) => s.key === now);
  return (
    <div className={styles.bar}>
      <ol aria-label={t.stages}>
        {shown.map((s, i) => (
          <li
            key={s.key}
            className={s.key === now ? styles.now : i < at ? styles.past : undefined}
            aria-current={s.key === now ? 'step' : undefined}
          >
            <span className="ellipsis">{stageTitle(s, lang)}</span>
            <small className="number">
              {days.own.get(s.key) !== undefined &&
                (s.key === now
                  ? t.dayNumber(Math.floor(days.own.get(s.key) ?? 0) + 1)
                  : t.days(Math.round(days.own.get(s.key) ?? 0)))}
              {days.average.get(s.key) !== undefined && ` · ⌀ ${format.number(days.average.get(s.key) ?? 0, 0)}`}
            </small>
          </li>
        ))}
      </ol>
      <div className={styles.moves}>
        {moves.map((m) => (
          <Move key={m.key} {...{ entity, machine, row }} move={m} run={() => void move(row, m.to)} />
        ))}
      </div>
      {dialog}
    </div>
  );
}

function Move({ entity, machine, row, move, run }: Props & { move: TransitionMeta; run: () => void }) {
  const t = useTexts(stageTexts);
  const join = useJoin();
  const title = useTitle();
  const lang = useLanguage();
  const verdict = judge(entity, machine, row, move.to, lang);
  const missing = verdict.kind === 'ask' ? verdict.missing.map((k) => title(fieldOf(entity, k)?.title, k)) : [];
  const note =
    missing.length > 0
      ? t.missingCount(missing.length, join(missing))
      : verdict.kind === 'ask' && verdict.reason
        ? t.needsReason
        : '';
  const name = title(move.title, move.key);
  return (
    <button
      type="button"
      aria-label={name}
      aria-description={note || undefined}
      className={move.direction === 'forward' ? styles.forward : undefined}
      onClick={run}
    >
      <span>
        {move.direction === 'forward' && <RightOutlined aria-hidden="true" />}
        {name}
      </span>
      {note && <small className={missing.length > 0 ? styles.missing : undefined}>{note}</small>}
    </button>
  );
}

/** Days in each stage: of this record, and on average of all that the reader may see. */
function useDays(entity: EntityMeta, machine: MachineMeta, row: RecordRow) {
  // Visits name their field only where an entity has several machines.
  const ofMachine: Where =
    machine.key === entity.machine?.key
      ? {
          any: [
            ['field', '=', machine.field],
            ['field', 'empty'],
          ],
        }
      : ['field', '=', machine.field];
  const visits = entityOf(useMeta(), 'stage_visit');
  const own = useQuery({
    queryKey: ['records', 'stage_visit', 'of', row.id, row.rev],
    enabled: visits !== undefined,
    queryFn: ({ signal }) =>
      queryRecords(
        'stage_visit',
        {
          where: {
            all: [['entity', '=', entity.key], ['record', '=', row.id], ofMachine],
          },
          limit: 200,
        },
        signal,
      ),
  }).data;
  const average = useQuery({
    queryKey: ['records', 'stage_visit', 'average', entity.key, machine.field],
    enabled: visits !== undefined,
    staleTime: 5 * 60_000,
    queryFn: ({ signal }) =>
      aggregateRecords(
        'stage_visit',
        {
          where: {
            all: [['entity', '=', entity.key], ofMachine, ['left_at', 'present']],
          },
          groupBy: ['stage'],
          metrics: { days: ['avg', 'days'] },
        },
        signal,
      ),
  }).data;
  return useMemo(() => {
    const mine = new Map<string, number>();
    for (const v of own?.items ?? []) {
      const days = typeof v.days === 'number' ? v.days : (Date.now() - Date.parse(String(v.entered_at))) / 86_400_000;
      mine.set(String(v.stage), (mine.get(String(v.stage)) ?? 0) + days);
    }
    return {
      own: mine,
      average: new Map(
        (average?.rows ?? []).flatMap((r) =>
          r.days === null || r.days === undefined ? [] : [[String(r.stage), Number(r.days)] as const],
        ),
      ),
    };
  }, [own, average]);
}
