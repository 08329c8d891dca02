import type { Schemas } from '@/api/client';
import type { Aggregate, AggregateRow, GroupBy, Metric, Where } from '@/api/records';
import { addDays, instantAt } from '@/i18n/zone';
import { allOf } from '@/list/lib/where';
import { type EntityMeta, entityOf, type FieldMeta, fieldOf } from '@/meta/meta';
import type { Meta } from '@/session/session';

export type Widget = Schemas['Widget'];

export const groupsOf = (w: Widget): GroupBy[] => (w.groupBy ?? []) as GroupBy[];
export const metricsOf = (w: Widget): Record<string, Metric> => w.metrics as Record<string, Metric>;

export const pathOf = (g: GroupBy): string => (typeof g === 'string' ? g : g.field);

/** The query of a widget over the period of the dashboard. */
export const queryOf = (w: Widget, period: Where | undefined): Aggregate => ({
  where: allOf([w.where as Where | undefined, period]),
  groupBy: w.groupBy ? groupsOf(w) : undefined,
  metrics: metricsOf(w),
  sort: w.sort,
  limit: w.limit,
});

/** The metric that a widget is about: its first sum, since only sums and counts add up, else the first. */
export function mainMetric(w: Widget): string {
  const all = Object.entries(metricsOf(w));
  return (all.find(([, m]) => m[0] === 'sum') ?? all[0])?.[0] ?? '';
}

/** The field at the end of a path that may cross one reference. */
export function fieldAt(meta: Meta, entity: EntityMeta, path: string): FieldMeta | undefined {
  const [first = '', second] = path.split('.');
  const own = fieldOf(entity, first);
  if (!second) return own;
  const target = entityOf(meta, own?.entity ?? '');
  return target && fieldOf(target, second);
}

/** The zone in which the values of a path are cut into days; undefined for values that are days. */
export type ZoneOf = (path: string) => string | undefined;

export const zoneOf =
  (meta: Meta, entity: string, zone: string): ZoneOf =>
  (path) => {
    const of = entityOf(meta, entity);
    return of && fieldAt(meta, of, path)?.type === 'datetime' ? zone : undefined;
  };

/** The filter of the records behind one group of a widget. */
export function drillWhere(
  w: Widget,
  row: AggregateRow | undefined,
  period: Where | undefined,
  zone: ZoneOf,
): Where | undefined {
  const groups = row ? groupsOf(w).map((g) => groupWhere(g, row[pathOf(g)], zone)) : [];
  return allOf([w.where as Where | undefined, period, ...groups]);
}

function groupWhere(g: GroupBy, key: unknown, zoneOf: ZoneOf): Where {
  const path = pathOf(g);
  if (key === null || key === undefined) return [path, 'empty'];
  if (typeof g === 'string') return [path, '=', key];
  const [from, to] = periodOf(g.by, String(key));
  const zone = zoneOf(path);
  if (!zone) return [path, 'between', [from, to]];
  const midnight = (day: string) => instantAt(day, '00:00', g.zone ?? zone);
  return {
    all: [
      [path, '>=', midnight(from)],
      [path, '<', midnight(addDays(to, 1))],
    ],
  };
}

const day = (d: Date): string => d.toISOString().slice(0, 10);

/** The first and last day of a group key such as 2017-04, 2017Q2 or 2017-W14. */
export function periodOf(by: string, key: string): [string, string] {
  const [year = 0, part = 1] = (key.match(/\d+/g) ?? []).map(Number);
  const span = (month: number, months: number): [string, string] => [
    day(new Date(Date.UTC(year, month, 1))),
    day(new Date(Date.UTC(year, month + months, 0))),
  ];
  switch (by) {
    case 'year':
      return span(0, 12);
    case 'quarter':
      return span((part - 1) * 3, 3);
    case 'month':
      return span(part - 1, 1);
    case 'week': {
      // ISO 8601: the first week is the one with 4 January in it.
      const fourth = new Date(Date.UTC(year, 0, 4));
      const monday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86_400_000 + (part - 1) * 7 * 86_400_000;
      return [day(new Date(monday)), day(new Date(monday + 6 * 86_400_000))];
    }
    default:
      return [key, key];
  }
}

/** The period before, by the name of each: what a figure is compared with. */
const periodsBefore: Record<string, 'last_week' | 'last_month' | 'last_quarter' | 'last_year'> = {
  this_week: 'last_week',
  this_month: 'last_month',
  this_quarter: 'last_quarter',
  this_year: 'last_year',
};

/** The same condition one period earlier, and its name; undefined where there is none. */
export function periodBefore(period: Where | undefined) {
  if (!Array.isArray(period)) return undefined;
  const name = (period[2] as { day?: string } | undefined)?.day ?? '';
  const before = periodsBefore[name];
  if (!before) return undefined;
  const where: Where = [period[0], '=', { day: before }];
  return { where, name: before };
}

/** How much a figure has grown, in percent; undefined where there was nothing to grow from. */
export function growth(now: unknown, before: unknown): number | undefined {
  const [a, b] = [Number(now ?? 0), Number(before ?? 0)];
  return b > 0 ? ((a - b) / b) * 100 : undefined;
}

/** The address of the records behind a figure. */
export const drillAddress = (entity: string, where: Where | undefined): string =>
  `/r/${entity}?${new URLSearchParams({ where: where ? JSON.stringify(where) : 'none' })}`;
