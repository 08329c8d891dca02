import {
  type CollisionDetection,
  closestCenter,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  type DragStartEvent,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { keys, putRecord, refreshEntity } from '@/api/cache';
import { refusalText } from '@/api/error';
import { useLive } from '@/api/live';
import { type BoardColumn, type BoardQuery, boardRecords, type RecordRow, updateRecord } from '@/api/records';
import { useLanguage } from '@/i18n/language';
import { useTexts, useTitle } from '@/i18n/texts';
import { ListHeader } from '@/list/components/ListHeader';
import { Toolbar } from '@/list/components/Toolbar';
import { ViewTabs } from '@/list/components/ViewTabs';
import type { ListProps } from '@/list/ListPage';
import { whereParameter } from '@/list/lib/address';
import { rememberList } from '@/list/lib/remembered';
import { expandOf, fieldOf, recordTitle } from '@/meta/meta';
import { judge, type Verdict } from '@/stage/moves';
import { useMove } from '@/stage/useMove';
import { ErrorState, Skeleton } from '@/ui/State';
import { toast } from '@/ui/toast';
import styles from './Board.module.css';
import { CardFace } from './Card';
import { Column } from './Column';
import { keyboardCoordinates } from './keyboard';
import { BoardSummary } from './Summary';
import { boardTexts } from './texts';

const cardsAtFirst = 30;

/** The column under the pointer; for the keyboard the one whose middle is nearest. No other takes the card by chance. */
const columnUnder: CollisionDetection = (args) => (args.pointerCoordinates ? pointerWithin(args) : closestCenter(args));

/** The records of a view as cards in columns, by stage or another choice. */
export default function BoardPage(p: ListProps) {
  const { entity, state, set } = p;
  const t = useTexts(boardTexts);
  const title = useTitle();
  const lang = useLanguage();
  const navigate = useNavigate();
  const by = state.view?.by ?? entity.machine?.field ?? '';
  const field = fieldOf(entity, by);
  const machine = entity.machines?.find((m) => m.field === by);
  const [more, setMore] = useState(cardsAtFirst);
  const query: BoardQuery = useMemo(() => {
    const fields = [
      ...new Set([...(state.view?.columns ?? []), by, ...(entity.title_field ? [entity.title_field] : [])]),
    ];
    return {
      by,
      where: state.where,
      search: state.search || undefined,
      sort: state.sort.length ? state.sort : undefined,
      limit: more,
      sums: state.view?.sums,
      fields,
      expand: expandOf(entity, fields),
    };
  }, [by, state, more, entity]);
  useLive(entity.key, state.where);
  const board = useQuery({
    queryKey: keys.board(entity.key, query),
    queryFn: ({ signal }) => boardRecords(entity.key, query, signal),
    placeholderData: keepPreviousData,
  });
  const { move, dialog } = useMove(entity, machine);
  const [dragged, setDragged] = useState<RecordRow>();
  const columns = useMemo(
    () => ordered(board.data?.columns ?? [], field?.choices?.filter((c) => !c.retired).map((c) => c.key) ?? []),
    [board.data, field],
  );
  const rows = useMemo(() => new Map(columns.flatMap((c) => c.items.map((r) => [r.id, r] as const))), [columns]);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 4 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 250, tolerance: 6 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: keyboardCoordinates,
      keyboardCodes: { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter'] },
    }),
  );
  const verdictOf = useCallback(
    (to: string): Verdict | undefined =>
      dragged && machine && to !== dragged[by] ? judge(entity, machine, dragged, to, lang) : undefined,
    [dragged, machine, entity, by, lang],
  );
  const put = useCallback(
    async (row: RecordRow, to: string) => {
      if (row[by] === to) return;
      if (machine) return move(row, to);
      try {
        putRecord(entity.key, await updateRecord(entity.key, row.id, { [by]: to }, { rev: row.rev }));
        void refreshEntity(entity.key);
      } catch (err) {
        toast({ text: refusalText(err), refused: true });
      }
    },
    [by, machine, move, entity.key],
  );
  const end = (e: DragEndEvent) => {
    setDragged(undefined);
    const row = rows.get(String(e.active.id));
    if (row && e.over) void put(row, String(e.over.id));
  };
  const open = (row: RecordRow) => {
    rememberList(entity.key, [...rows.keys()], location.pathname + location.search);
    void navigate({ to: '/r/$entity/$id', params: { entity: entity.key, id: row.id } });
  };
  const columnTitle = (key: string) =>
    key === '' ? t.unset : title(field?.choices?.find((c) => c.key === key)?.title, key);
  const announce = useAnnouncements(rows, columnTitle, (r) => recordTitle(entity, r), verdictOf);
  const setWhere = (where: typeof state.where) => set({ where: whereParameter(where) });
  return (
    <>
      <ListHeader
        entity={entity}
        state={state}
        sub={<BoardSummary columns={columns} machine={machine} sums={state.view?.sums ?? []} entity={entity} />}
      />
      <ViewTabs {...p} setWhere={setWhere} />
      <Toolbar {...p} columns={[]} chosen={{}} setChosen={() => undefined} setWhere={setWhere} />
      {board.isError ? (
        <ErrorState error={board.error} retry={() => void board.refetch()} />
      ) : !board.data ? (
        <Skeleton rows={12} />
      ) : (
        <DndContext
          sensors={sensors}
          collisionDetection={columnUnder}
          accessibility={{ announcements: announce, screenReaderInstructions: { draggable: t.instructions } }}
          onDragStart={(e: DragStartEvent) => setDragged(rows.get(String(e.active.id)))}
          onDragCancel={() => setDragged(undefined)}
          onDragEnd={end}
        >
          <div className={styles.board}>
            {columns.map((c) => (
              <Column
                key={c.key}
                column={c}
                title={columnTitle(c.key)}
                color={field?.choices?.find((one) => one.key === c.key)?.color}
                stage={machine?.stages.find((s) => s.key === c.key)}
                entity={entity}
                view={state.view}
                dragging={dragged !== undefined}
                from={dragged?.[by] === c.key}
                verdict={c.key === '' ? undefined : verdictOf(c.key)}
                targets={columns.flatMap((one) =>
                  one.key === '' ? [] : [{ key: one.key, title: columnTitle(one.key) }],
                )}
                put={(row, to) => void put(row, to)}
                open={open}
                more={() => setMore(more * 2)}
              />
            ))}
          </div>
          <DragOverlay dropAnimation={null}>
            {dragged && <CardFace entity={entity} view={state.view} row={dragged} lifted />}
          </DragOverlay>
        </DndContext>
      )}
      {dialog}
    </>
  );
}

/** Columns in the order of the choices; those that only old records have come last, if they hold any. */
function ordered(columns: BoardColumn[], keysInOrder: string[]): BoardColumn[] {
  const place = (c: BoardColumn) =>
    c.key === '' ? -1 : keysInOrder.indexOf(c.key) < 0 ? keysInOrder.length : keysInOrder.indexOf(c.key);
  return columns.filter((c) => keysInOrder.includes(c.key) || c.count > 0).sort((a, b) => place(a) - place(b));
}

function useAnnouncements(
  rows: Map<string, RecordRow>,
  column: (key: string) => string,
  name: (row: RecordRow) => string,
  verdict: (to: string) => Verdict | undefined,
) {
  const t = useTexts(boardTexts);
  const title = (id: string | number) => name(rows.get(String(id)) ?? { id: '', rev: 0 });
  return {
    onDragStart: ({ active }: { active: { id: string | number } }) => t.lifted(title(active.id)),
    onDragOver: ({ over }: { over: { id: string | number } | null }) => {
      if (!over) return undefined;
      const v = verdict(String(over.id));
      return v?.kind === 'no' ? `${column(String(over.id))}，${v.why}` : t.over(column(String(over.id)));
    },
    onDragEnd: ({ active, over }: { active: { id: string | number }; over: { id: string | number } | null }) =>
      over ? t.dropped(title(active.id), column(String(over.id))) : undefined,
    onDragCancel: () => t.cancelled,
  };
}
