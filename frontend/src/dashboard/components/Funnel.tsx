import { useMemo } from 'react';
import type { AggregateRow } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useLabels } from '../lib/labels';
import { groupsOf, mainMetric, metricsOf, pathOf } from '../lib/widget';
import { DrillLink } from './DrillLink';
import styles from './Figures.module.css';
import { metricText } from './metricText';
import type { FigureProps } from './WidgetCard';

/** Stages as centred bars in their order, with the share that goes on between them. */
export function Funnel({ widget, entity, rows, period }: FigureProps) {
  const format = useFormat();
  const groups = groupsOf(widget);
  const group = groups[0];
  const label = useLabels(entity, groups, rows);
  const path = group === undefined ? '' : pathOf(group);
  const steps = useMemo((): AggregateRow[] => {
    const machine = entity.machines?.find((m) => m.field === path);
    const order = machine?.stages.filter((s) => s.type !== 'lost').map((s) => s.key) ?? [];
    return order.length > 0 ? order.flatMap((key) => rows.filter((r) => r[path] === key)) : rows;
  }, [entity, rows, path]);
  const count = Object.entries(metricsOf(widget)).find(([, m]) => m[0] === 'count')?.[0] ?? mainMetric(widget);
  const most = Math.max(...steps.map((r) => Number(r[count] ?? 0)), 1);
  if (group === undefined) return null;
  return (
    <ol className={styles.funnel}>
      {steps.map((row, i) => {
        const name = label(group, row[path]).text;
        const n = Number(row[count] ?? 0);
        const other = Object.keys(metricsOf(widget)).find((m) => m !== count);
        return (
          <li key={String(row[path])}>
            <DrillLink widget={widget} row={row} period={period} label={`${name} ${format.number(n, 0)}`}>
              <span className="ellipsis">{name}</span>
              <span className={styles.middle}>
                <i
                  style={{ width: `${Math.max(2, (100 * n) / most)}%`, background: `var(--r-${Math.min(5, i + 1)})` }}
                />
              </span>
              <b className="number">{format.number(n, 0)}</b>
              <small className="number">{other ? metricText(widget, entity, other, row[other], format) : ''}</small>
            </DrillLink>
          </li>
        );
      })}
    </ol>
  );
}
