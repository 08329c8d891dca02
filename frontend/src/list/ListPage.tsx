import { EyeOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { useActions } from '@/actions/registry';
import type { RecordRow, Where } from '@/api/records';
import { FieldValue } from '@/fields/FieldValue';
import { useTexts, useTitle } from '@/i18n/texts';
import { can, type EntityMeta, recordTitle } from '@/meta/meta';
import { usePreference } from '@/session/session';
import { usePhone } from '@/ui/media';
import { ErrorState, Skeleton } from '@/ui/State';
import { BulkBar } from './components/BulkBar';
import { Cards } from './components/Cards';
import { ListHeader } from './components/ListHeader';
import { NothingHere } from './components/NothingHere';
import { Toolbar } from './components/Toolbar';
import { Totals } from './components/Totals';
import { ViewTabs } from './components/ViewTabs';
import { Grid, type GridColumn } from './grid/Grid';
import styles from './ListPage.module.css';
import type { ListState, OwnView } from './lib/address';
import { whereParameter } from './lib/address';
import { type ColumnChoice, columnsOf, columnWidth, isNumber, toggleSort } from './lib/columns';
import { rememberList } from './lib/remembered';
import type { SetSearch } from './Page';
import { listTexts } from './texts';
import { useCellChanges } from './useCellChanges';
import { useRows, useTotals } from './useRows';

export type ListProps = {
  entity: EntityMeta;
  state: ListState;
  set: SetSearch;
  own: OwnView[];
  setOwn: (views: OwnView[]) => void;
};

// Editors bring all controls of forms; they are fetched when the list is there.
const loadEditor = () => import('./grid/CellEditor');
const CellEditor = lazy(loadEditor);
const ProvinceMap = lazy(() => import('@/map/ProvinceMap'));
const Peek = lazy(() => import('./components/Peek'));
const Calendar = lazy(() => import('@/calendar/Calendar'));
const Groups = lazy(() => import('./components/Groups'));

const none: ReadonlySet<string> = new Set();

/** The records of a view as a table, on phones as cards. */
export function ListPage(p: ListProps) {
  const { entity, state, set } = p;
  const t = useTexts(listTexts);
  const title = useTitle();
  const phone = usePhone();
  const navigate = useNavigate();
  const viewKey = state.own?.key ?? state.view?.key ?? entity.key;
  const [chosen, setChosen] = usePreference<ColumnChoice>(`columns.${viewKey}`, {});
  const [selected, setSelected] = useState<ReadonlySet<string>>(none);
  const [peeked, setPeeked] = useState<string>();
  const fields = useMemo(() => columnsOf(entity, state.view?.columns, chosen), [entity, state.view, chosen]);
  const data = useRows({ entity, columns: fields, where: state.where, sort: state.sort, search: state.search });
  const totals = useTotals(entity, fields, state.where, state.search);
  const changes = useCellChanges(entity);
  const columns: GridColumn[] = useMemo(
    () =>
      fields.map((f) => ({
        field: f,
        title: title(f.title, f.key),
        width: columnWidth(f, chosen.widths?.[f.key]),
        right: isNumber(f),
      })),
    [fields, chosen.widths, title],
  );
  const rowTitle = useCallback((row: RecordRow) => recordTitle(entity, row), [entity]);
  const open = useCallback(
    (row: RecordRow) => {
      rememberList(
        entity.key,
        data.rows.map((r) => r.id),
        location.pathname + location.search,
      );
      void navigate({ to: '/r/$entity/$id', params: { entity: entity.key, id: row.id } });
    },
    [entity.key, data.rows, navigate],
  );
  const setWhere = (where: Where | undefined) => set({ where: whereParameter(where) });
  useListActions(entity);
  useEffect(() => {
    const timer = setTimeout(loadEditor, 1500);
    return () => clearTimeout(timer);
  }, []);
  const name = state.own?.title ?? title(state.view?.title, title(entity.title, entity.key));
  const render = (row: RecordRow, c: GridColumn) =>
    c.field.key === entity.title_field ? (
      <>
        <a
          href={`/r/${entity.key}/${row.id}`}
          tabIndex={-1}
          onClick={(e) => {
            if (e.ctrlKey || e.metaKey || e.shiftKey) return;
            e.preventDefault();
            e.stopPropagation();
            open(row);
          }}
        >
          {rowTitle(row)}
        </a>
        <button
          type="button"
          tabIndex={-1}
          className={styles.peek}
          aria-label={t.peek(rowTitle(row))}
          onClick={(e) => {
            e.stopPropagation();
            setPeeked(row.id);
          }}
        >
          <EyeOutlined aria-hidden="true" />
        </button>
      </>
    ) : (
      <FieldValue entity={entity} field={c.field} row={row} />
    );
  const editor: Parameters<typeof Grid>[0]['editor'] = (row, c, typed, end) =>
    c.field.writable &&
    can(entity, 'update') &&
    !['attachment', 'image', 'signature', 'child_rows', 'location'].includes(c.field.type) ? (
      <Suspense>
        <CellEditor
          key={`${row.id} ${c.field.key}`}
          entity={entity}
          field={c.field}
          row={row}
          typed={typed}
          end={end}
          save={(value) => void changes.save({ row, field: c.field, value })}
        />
      </Suspense>
    ) : undefined;
  return (
    <>
      <ListHeader entity={entity} state={state} columns={fields} />
      <ViewTabs {...p} setWhere={setWhere} />
      <Toolbar {...p} columns={fields} chosen={chosen} setChosen={setChosen} setWhere={setWhere} />
      {state.calendar ? (
        <Suspense fallback={<Skeleton rows={14} />}>
          <Calendar entity={entity} state={state} set={set} name={name} open={(row) => setPeeked(row.id)} />
        </Suspense>
      ) : state.map ? (
        <Suspense fallback={<Skeleton rows={10} />}>
          <ProvinceMap entity={entity} state={state} set={set} name={name} />
        </Suspense>
      ) : state.group ? (
        <Suspense fallback={<Skeleton rows={10} />}>
          <Groups entity={entity} by={state.group} where={state.where} columns={fields} />
        </Suspense>
      ) : data.isError ? (
        <ErrorState error={data.error} retry={() => void data.refetch()} />
      ) : data.isPending ? (
        <Skeleton rows={14} />
      ) : data.rows.length === 0 ? (
        <NothingHere {...p} setWhere={setWhere} />
      ) : phone ? (
        <Cards
          entity={entity}
          name={name}
          fields={fields}
          rows={data.rows}
          open={open}
          more={data.hasNextPage ? () => void data.fetchNextPage() : undefined}
        />
      ) : (
        <Grid
          name={name}
          rows={data.rows}
          columns={columns}
          sort={state.sort}
          count={typeof totals?.n === 'number' ? totals.n : undefined}
          rowTitle={rowTitle}
          render={render}
          editor={editor}
          selected={selected}
          onSelect={setSelected}
          onSort={(key, add) => set({ sort: toggleSort(state.sort, key, add).join(',') })}
          onResize={(key, width) => setChosen({ ...chosen, widths: { ...chosen.widths, [key]: width } })}
          onOpen={open}
          onCopy={(cells) =>
            changes.copy(
              cells.rows,
              cells.columns.map((c) => c.field),
            )
          }
          onPaste={(text, row, column) => void changes.paste(text, data.rows.slice(row), fields.slice(column))}
          onEnd={() => !data.isFetchingNextPage && data.hasNextPage && void data.fetchNextPage()}
        />
      )}
      {data.rows.length > 0 && !state.calendar && !state.map && (
        <Totals totals={totals} columns={fields} selected={selected.size} />
      )}
      {selected.size > 0 && (
        <BulkBar entity={entity} rows={data.rows.filter((r) => selected.has(r.id))} done={() => setSelected(none)} />
      )}
      {peeked && (
        <Suspense>
          <Peek entity={entity} id={peeked} close={() => setPeeked(undefined)} />
        </Suspense>
      )}
      <span className={styles.busy} role="status">
        {data.isFetching && !data.isPending ? <span className="visually-hidden">{t.refreshing}</span> : null}
      </span>
    </>
  );
}

/** N makes a new record; the palette offers it, too. */
function useListActions(entity: EntityMeta) {
  const t = useTexts(listTexts);
  const title = useTitle();
  const navigate = useNavigate();
  useActions(
    useMemo(() => {
      if (!can(entity, 'create')) return [];
      return [
        {
          id: 'new',
          title: t.new(title(entity.title, entity.key)),
          key: 'n',
          run: () => void navigate({ to: '/r/$entity/new', params: { entity: entity.key } }),
        },
      ];
    }, [entity, navigate, t, title]),
  );
}
