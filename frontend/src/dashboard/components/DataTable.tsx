import type { AggregateRow } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import { fieldOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { StagePill } from '@/ui/Pill';
import { stageOrder, useLabels } from '../lib/labels';
import { fieldAt, groupsOf, metricsOf, pathOf, type Widget } from '../lib/widget';
import { dashboardTexts } from '../texts';
import { DrillLink } from './DrillLink';
import styles from './Figures.module.css';
import { metricText } from './metricText';
import type { FigureProps } from './WidgetCard';

const funcTexts: Record<string, { 'zh-CN': string; en: string }> = {
  count: { 'zh-CN': '条数', en: 'Records' },
  count_distinct: { 'zh-CN': '不同的', en: 'Distinct' },
  sum: { 'zh-CN': '合计', en: 'Sum' },
  avg: { 'zh-CN': '平均', en: 'Average' },
  min: { 'zh-CN': '最小', en: 'Least' },
  max: { 'zh-CN': '最大', en: 'Most' },
};

/** Groups and metrics as a table: for reading, and for those who cannot see a chart. */
export function DataTable({ widget, entity, rows: answered, period }: FigureProps) {
  const t = useTexts(dashboardTexts);
  const title = useTitle();
  const format = useFormat();
  const meta = useMeta();
  const groups = groupsOf(widget);
  const metrics = metricsOf(widget);
  const rows = inOrder(
    answered,
    widget,
    groups[0] === undefined ? undefined : stageOrder(meta.entities, entity, pathOf(groups[0]), answered),
  );
  const label = useLabels(entity, groups, rows);
  const head = (key: string) => {
    const [func, path] = metrics[key] ?? ['count'];
    const field = path ? title(fieldOf(entity, path)?.title, path) : '';
    return `${field} ${title(funcTexts[func], key)}`.trim();
  };
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            {groups.map((g) => (
              <th key={pathOf(g)} scope="col">
                {title(fieldAt(meta, entity, pathOf(g))?.title, pathOf(g)) || t.group}
              </th>
            ))}
            {Object.keys(metrics).map((m) => (
              <th key={m} scope="col" className={styles.right}>
                {head(m)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={groups.map((g) => String(row[pathOf(g)])).join('|') || 'all'}>
              {groups.map((g) => {
                const l = label(g, row[pathOf(g)]);
                return <td key={pathOf(g)}>{l.color ? <StagePill color={l.color}>{l.text}</StagePill> : l.text}</td>;
              })}
              {Object.keys(metrics).map((m) => (
                <td key={m} className={styles.right}>
                  <DrillLink widget={widget} row={row} period={period}>
                    <span className="number">{metricText(widget, entity, m, row[m], format)}</span>
                  </DrillLink>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Rows of stages stand in the order of the stages, unless the widget has an order of its own. */
function inOrder(rows: AggregateRow[], widget: Widget, order: string[] | undefined): AggregateRow[] {
  const group = groupsOf(widget)[0];
  if (!order || widget.sort?.length || group === undefined) return rows;
  const place = (row: AggregateRow) => order.indexOf(String(row[pathOf(group)]));
  return [...rows].sort((a, b) => place(a) - place(b));
}
