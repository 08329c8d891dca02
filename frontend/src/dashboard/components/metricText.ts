import type { Format } from '@/i18n/format';
import { type EntityMeta, fieldOf } from '@/meta/meta';
import { metricsOf, type Widget } from '../lib/widget';

/** A metric's value as people read it, short. */
export function metricText(widget: Widget, entity: EntityMeta, metric: string, value: unknown, format: Format): string {
  if (value === null || value === undefined) return '';
  const [func, path] = metricsOf(widget)[metric] ?? ['count'];
  if (func === 'count' || func === 'count_distinct') return format.number(value as number, 0);
  const field = path ? fieldOf(entity, path) : undefined;
  if (field?.type === 'datetime') return format.dateTime(String(value));
  if (field?.type === 'date') return String(value);
  if (field?.type === 'currency') return format.compact(String(value));
  return Number.isNaN(Number(value)) ? String(value) : format.number(String(value), 1);
}
