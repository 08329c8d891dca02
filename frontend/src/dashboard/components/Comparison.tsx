import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { keys } from '@/api/cache';
import { aggregateRecords, type Where } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { relationTexts } from '@/list/texts';
import { type EntityMeta, fieldOf } from '@/meta/meta';
import { growth, metricsOf, periodBefore, queryOf, type Widget } from '../lib/widget';
import { dashboardTexts } from '../texts';
import { DrillLink } from './DrillLink';
import styles from './Figures.module.css';

type Props = { widget: Widget; entity: EntityMeta; metric: string; now: unknown; period?: Where };

/**
 * The figure of the whole period before, how far this one is from it, and the way to its
 * records. Without a colour: a month that has just begun is not yet worse than the last.
 */
export function Comparison({ widget, entity, metric, now, period }: Props) {
  const t = useTexts(dashboardTexts);
  const words = useTexts(relationTexts);
  const format = useFormat();
  const before = periodBefore(period);
  const query = queryOf(widget, before?.where);
  const found = useQuery({
    queryKey: keys.aggregate(widget.entity, query),
    enabled: before !== undefined,
    queryFn: ({ signal }) => aggregateRecords(widget.entity, query, signal),
    placeholderData: keepPreviousData,
  });
  if (!before || !found.data) return null;
  const value = found.data.rows[0]?.[metric] ?? 0;
  const [, path] = metricsOf(widget)[metric] ?? ['count'];
  const money = path && fieldOf(entity, path)?.type === 'currency';
  const text = money ? format.compact(String(value)) : format.number(String(value), 1);
  const percent = growth(now, value);
  return (
    <DrillLink widget={widget} period={before.where}>
      <span className="number">
        {t.before(words[before.name], text)}
        {percent !== undefined && Math.round(percent) !== 0 && (
          <b className={styles.growth}>
            {' '}
            <span aria-hidden="true">{percent > 0 ? '↑' : '↓'}</span>{' '}
            {(percent > 0 ? t.grown : t.shrunk)(format.percent(Math.abs(Math.round(percent))))}
          </b>
        )}
      </span>
    </DrillLink>
  );
}
