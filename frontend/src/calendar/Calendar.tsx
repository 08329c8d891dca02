import {
  type CollisionDetection,
  closestCenter,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { RecordRow } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { instantAt } from '@/i18n/zone';
import type { ListProps } from '@/list/ListPage';
import { whereParameter } from '@/list/lib/address';
import { dated } from '@/list/lib/columns';
import { allOf } from '@/list/lib/where';
import { useCellChanges } from '@/list/useCellChanges';
import { useRows } from '@/list/useRows';
import { can, type FieldMeta, recordTitle } from '@/meta/meta';
import { useSettings } from '@/session/session';
import { usePhone } from '@/ui/media';
import { ErrorState, Skeleton } from '@/ui/State';
import styles from './Calendar.module.css';
import { Day } from './Day';
import { EntryFace } from './Entry';
import { keyboardCoordinates } from './keyboard';
import { holdsInstants, isMonth, movedTo, weeksOf, withinDays } from './lib/month';
import { MonthBar } from './MonthBar';
import { calendarTexts } from './texts';

/** As many records as one answer holds; a month with more says so. */
const limit = 1000;

/** The day under the pointer; for the keyboard the one whose middle is nearest. */
const dayUnder: CollisionDetection = (args) => (args.pointerCoordinates ? pointerWithin(args) : closestCenter(args));

type Props = Pick<ListProps, 'entity' | 'state' | 'set'> & { name: string; open: (row: RecordRow) => void };

/** The records of a list on the days of a month. */
export default function Calendar(p: Props) {
  const fields = dated(p.entity);
  const field = fields.find((f) => f.key === p.state.calendar) ?? fields[0];
  return field ? <Month {...p} fields={fields} field={field} /> : null;
}

function Month({ entity, state, set, name, open, fields, field }: Props & { fields: FieldMeta[]; field: FieldMeta }) {
  const t = useTexts(calendarTexts);
  const format = useFormat();
  const phone = usePhone();
  const navigate = useNavigate();
  const { zone, first_weekday } = useSettings();
  const changes = useCellChanges(entity);
  const [dragged, setDragged] = useState<RecordRow>();
  const today = format.day(new Date());
  const month = isMonth(state.month) ? state.month : today.slice(0, 7);
  const weeks = useMemo(() => weeksOf(month, first_weekday), [month, first_weekday]);
  const days = weeks.flat();
  const where = useMemo(() => {
    const [first = '', last = ''] = [weeks[0]?.[0], weeks.at(-1)?.[6]];
    return allOf([state.where, withinDays(field, first, last, zone)]);
  }, [weeks, state.where, field, zone]);
  const columns = useMemo(() => [field], [field]);
  const sort = useMemo(() => [field.key], [field]);
  const data = useRows({ entity, columns, where, sort, search: state.search, limit });
  const byDay = useMemo(() => {
    const all = new Map<string, RecordRow[]>();
    for (const row of data.rows) {
      const value = String(row[field.key] ?? '');
      const day = holdsInstants(field) && value ? format.day(value) : value;
      all.set(day, [...(all.get(day) ?? []), row]);
    }
    return all;
  }, [data.rows, field, format]);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 4 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 250, tolerance: 6 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: keyboardCoordinates,
      keyboardCodes: { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter'] },
    }),
  );
  const rowOf = (id: string | number) => data.rows.find((r) => r.id === id);
  const nameOf = (id: string | number) => recordTitle(entity, rowOf(id) ?? { id: '', rev: 0 });
  const end = ({ active, over }: DragEndEvent) => {
    setDragged(undefined);
    const row = rowOf(active.id);
    if (!row || !over) return;
    const value = movedTo(field, row[field.key], String(over.id), zone);
    if (value !== row[field.key]) void changes.save({ row, field, value });
  };
  const showAll = (day: string) =>
    set({
      calendar: undefined,
      month: undefined,
      where: whereParameter(allOf([state.where, withinDays(field, day, day, zone)])),
    });
  const create = (day: string) =>
    void navigate({
      to: '/r/$entity/new',
      params: { entity: entity.key },
      search: { [field.key]: holdsInstants(field) ? instantAt(day, '09:00', zone) : day },
    });
  if (data.isError) return <ErrorState error={data.error} retry={() => void data.refetch()} />;
  const shown = phone ? days.filter((d) => d.startsWith(month) && (byDay.has(d) || d === today)) : days;
  return (
    <section className={styles.calendar} aria-label={name}>
      <MonthBar
        month={month}
        thisMonth={today.slice(0, 7)}
        name={format.month(month)}
        fields={fields}
        field={field}
        setMonth={(m) => set({ month: m === today.slice(0, 7) ? undefined : m })}
        setField={(key) => set({ calendar: key })}
      />
      {data.hasNextPage && <p role="status">{t.tooMany(format.number(limit))}</p>}
      {data.isPending ? (
        <Skeleton rows={14} />
      ) : (
        <DndContext
          sensors={sensors}
          collisionDetection={dayUnder}
          accessibility={{
            announcements: {
              onDragStart: ({ active }) => t.lifted(nameOf(active.id)),
              onDragOver: ({ over }) => (over ? t.over(format.dayName(String(over.id))) : undefined),
              onDragEnd: ({ active, over }) =>
                over ? t.dropped(nameOf(active.id), format.dayName(String(over.id))) : undefined,
              onDragCancel: () => t.cancelled,
            },
            screenReaderInstructions: { draggable: t.instructions },
          }}
          onDragStart={({ active }) => setDragged(rowOf(active.id))}
          onDragCancel={() => setDragged(undefined)}
          onDragEnd={end}
        >
          {!phone && (
            <div className={styles.weekdays} aria-hidden="true">
              {days.slice(0, 7).map((d) => (
                <span key={d}>{format.weekday(d)}</span>
              ))}
            </div>
          )}
          <ol className={styles.days} style={phone ? undefined : { gridTemplateRows: `repeat(${weeks.length}, 1fr)` }}>
            {shown.map((day) => (
              <Day
                key={day}
                entity={entity}
                field={field}
                day={day}
                name={format.dayName(day)}
                wholeName={phone}
                rows={byDay.get(day) ?? []}
                fits={phone ? limit : 4}
                inMonth={day.startsWith(month)}
                today={day === today}
                movable={field.writable && can(entity, 'update')}
                open={open}
                showAll={() => showAll(day)}
                create={can(entity, 'create') && field.writable ? () => create(day) : undefined}
              />
            ))}
          </ol>
          {data.rows.length === 0 && <p className={styles.nothing}>{t.nothing}</p>}
          <DragOverlay dropAnimation={null}>
            {dragged && <EntryFace entity={entity} field={field} row={dragged} lifted />}
          </DragOverlay>
        </DndContext>
      )}
    </section>
  );
}
