import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { fieldOf } from '@/meta/meta';
import { mainMetric, metricsOf } from '../lib/widget';
import { dashboardTexts } from '../texts';
import { Comparison } from './Comparison';
import { DrillLink } from './DrillLink';
import styles from './Figures.module.css';
import type { FigureProps } from './WidgetCard';

/** One large number; what else was asked for stands below it. */
export function NumberFigure({ widget, entity, rows, period }: FigureProps) {
  const t = useTexts(dashboardTexts);
  const format = useFormat();
  const main = mainMetric(widget);
  const row = rows[0] ?? {};
  const text = (key: string) => {
    const [func, path] = metricsOf(widget)[key] ?? ['count'];
    const value = row[key] ?? 0;
    if (func === 'count' || func === 'count_distinct') return format.number(value as number, 0);
    const field = path ? fieldOf(entity, path) : undefined;
    return field?.type === 'currency' ? format.compact(String(value)) : format.number(String(value), 1);
  };
  const full = (key: string) => format.number(String(row[key] ?? 0), 2);
  return (
    <>
      <DrillLink widget={widget} period={period} className={styles.big} label={full(main)}>
        <span className="number" title={full(main)}>
          {text(main)}
        </span>
      </DrillLink>
      <p className={styles.below}>
        {Object.entries(metricsOf(widget))
          .filter(([key]) => key !== main)
          .map(([key, [func]]) => (
            <DrillLink key={key} widget={widget} period={period}>
              <span className="number">{func === 'count' ? t.records(text(key)) : text(key)}</span>
            </DrillLink>
          ))}
        <Comparison widget={widget} entity={entity} metric={main} now={row[main]} period={period} />
      </p>
    </>
  );
}
