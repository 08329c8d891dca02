import { BarChartOutlined, DownloadOutlined, TableOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useId, useState } from 'react';
import { keys } from '@/api/cache';
import { useLive } from '@/api/live';
import { type AggregateRow, aggregateRecords, type Where } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useJoin, useTexts, useTitle } from '@/i18n/texts';
import { download } from '@/list/components/ListHeader';
import { formatCells } from '@/list/lib/cells';
import { type EntityMeta, useEntity } from '@/meta/meta';
import { ErrorState, Skeleton } from '@/ui/State';
import { useLabels } from '../lib/labels';
import { groupsOf, metricsOf, pathOf, queryOf, type Widget } from '../lib/widget';
import { dashboardTexts } from '../texts';
import { Bars } from './Bars';
import { DataTable } from './DataTable';
import { Funnel } from './Funnel';
import { HeatMap } from './HeatMap';
import { NumberFigure } from './NumberFigure';
import styles from './WidgetCard.module.css';

const Chart = lazy(() => import('./Chart'));

export type FigureProps = { widget: Widget; entity: EntityMeta; rows: AggregateRow[]; period?: Where };

/** One widget of a dashboard, live, with its data as a table. */
export function WidgetCard({ widget, period }: { widget: Widget; period?: Where }) {
  const t = useTexts(dashboardTexts);
  const title = useTitle();
  const id = useId();
  const entity = useEntity(widget.entity);
  const [asTable, setAsTable] = useState(false);
  useLive(entity ? widget.entity : undefined, widget.where as Where | undefined);
  const query = queryOf(widget, period);
  const data = useQuery({
    queryKey: keys.aggregate(widget.entity, query),
    enabled: entity !== undefined,
    queryFn: ({ signal }) => aggregateRecords(widget.entity, query, signal),
    placeholderData: keepPreviousData,
  });
  const rows = data.data?.rows;
  if (!entity) return null;
  const number = widget.type === 'number';
  const table = widget.type === 'table' || asTable;
  return (
    <figure
      aria-labelledby={id}
      className={`${styles.card} ${number ? styles.number : widget.type === 'table' ? '' : styles.chart}`}
    >
      <figcaption className={styles.head}>
        <h2 id={id}>{title(widget.title, widget.key)}</h2>
        <Subtitle widget={widget} entity={entity} />
        {!number && rows && (
          <CardActions widget={widget} entity={entity} rows={rows} asTable={asTable} setAsTable={setAsTable} />
        )}
      </figcaption>
      {data.isError ? (
        <ErrorState error={data.error} retry={() => void data.refetch()} />
      ) : !rows ? (
        <Skeleton rows={3} />
      ) : rows.length === 0 ? (
        <p className={styles.empty}>{t.empty}</p>
      ) : table ? (
        <DataTable widget={widget} entity={entity} rows={rows} period={period} />
      ) : (
        <Figure widget={widget} entity={entity} rows={rows} period={period} />
      )}
    </figure>
  );
}

function Figure(p: FigureProps) {
  switch (p.widget.type) {
    case 'number':
      return <NumberFigure {...p} />;
    case 'funnel':
      return <Funnel {...p} />;
    case 'heat_map':
      return <HeatMap {...p} />;
    case 'bar':
    case 'leaderboard':
      if (groupsOf(p.widget).length === 1 && typeof groupsOf(p.widget)[0] === 'string') return <Bars {...p} />;
      break;
  }
  return (
    <Suspense fallback={<Skeleton rows={4} />}>
      <Chart {...p} />
    </Suspense>
  );
}

function Subtitle({ widget, entity }: { widget: Widget; entity: EntityMeta }) {
  const t = useTexts(dashboardTexts);
  const join = useJoin();
  const title = useTitle();
  const names = groupsOf(widget).map((g) =>
    title(entity.fields.find((f) => f.key === pathOf(g).split('.')[0])?.title, pathOf(g)),
  );
  return <small>{names.length > 0 ? t.by(join(names)) : ''}</small>;
}

type ActionsProps = {
  widget: Widget;
  entity: EntityMeta;
  rows: AggregateRow[];
  asTable: boolean;
  setAsTable: (on: boolean) => void;
};

function CardActions({ widget, entity, rows, asTable, setAsTable }: ActionsProps) {
  const t = useTexts(dashboardTexts);
  const title = useTitle();
  const format = useFormat();
  const groups = groupsOf(widget);
  const label = useLabels(entity, groups, rows);
  const save = () => {
    const head = [...groups.map((g) => pathOf(g)), ...Object.keys(metricsOf(widget))];
    const lines = rows.map((r) => [
      ...groups.map((g) => label(g, r[pathOf(g)]).text),
      ...Object.keys(metricsOf(widget)).map((m) => String(r[m] ?? '')),
    ]);
    const csv = formatCells([head, ...lines]).replaceAll('\t', ',');
    download(
      new Blob([`\ufeff${csv}`], { type: 'text/csv' }),
      `${title(widget.title, widget.key)} ${format.day(new Date())}.csv`,
    );
  };
  return (
    <span className={styles.actions}>
      {widget.type !== 'table' && (
        <button
          type="button"
          aria-label={asTable ? t.chart : t.table}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? <BarChartOutlined aria-hidden="true" /> : <TableOutlined aria-hidden="true" />}
        </button>
      )}
      <button type="button" aria-label={t.csv} onClick={save}>
        <DownloadOutlined aria-hidden="true" />
      </button>
    </span>
  );
}
