import { useFormat } from '@/i18n/format';
import { useLabels } from '../lib/labels';
import { groupsOf, mainMetric, metricsOf, pathOf } from '../lib/widget';
import { DrillLink } from './DrillLink';
import styles from './Figures.module.css';
import { metricText } from './metricText';
import type { FigureProps } from './WidgetCard';

/** Groups as horizontal bars from zero, each with its figure. */
export function Bars({ widget, entity, rows, period }: FigureProps) {
  const format = useFormat();
  const groups = groupsOf(widget);
  const label = useLabels(entity, groups, rows);
  const main = mainMetric(widget);
  const most = Math.max(...rows.map((r) => Number(r[main] ?? 0)), 1);
  const group = groups[0];
  if (group === undefined) return null;
  return (
    <ol className={styles.bars}>
      {rows.slice(0, 40).map((row) => {
        const name = label(group, row[pathOf(group)]);
        const figure = metricText(widget, entity, main, row[main], format);
        return (
          <li key={String(row[pathOf(group)])}>
            <DrillLink widget={widget} row={row} period={period} label={`${name.text} ${figure}`}>
              <span className="ellipsis">{name.text}</span>
              <span className={styles.track}>
                <i style={{ width: `${(100 * Math.max(0, Number(row[main] ?? 0))) / most}%` }} />
              </span>
              <b className="number">{figure}</b>
              <small className="number">
                {Object.keys(metricsOf(widget))
                  .filter((m) => m !== main)
                  .map((m) => metricText(widget, entity, m, row[m], format))
                  .join(' ')}
              </small>
            </DrillLink>
          </li>
        );
      })}
    </ol>
  );
}
