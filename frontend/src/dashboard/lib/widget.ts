import type { Schemas } from '@/api/client';
import type { Aggregate, AggregateRow, GroupBy, Metric, Where } from '@/api/records';
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

/** The filter of the records behind one group of a widget. */
export function drillWhere(w: Widget, row: AggregateRow | undefined, period: Where | undefined): Where | undefined {
  const groups = row ? groupsOf(w).map((g) => groupWhere(g, row[pathOf(g)])) : [];
  return allOf([w.where as Where | undefined, period, ...groups]);
}

function groupWhere(g: GroupBy, key: unknown): Where {
  const path = pathOf(g);
  if (key === null || key === undefined) return [path, 'empty'];
  if (typeof g === 'string') return [path, '=', key];
  const [from, to] = periodOf(g.by, String(key));
  return [path, 'between', [from, to]];
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

/** The address of the records behind a figure. */
export const drillAddress = (entity: string, where: Where | undefined): string =>
  `/r/${entity}?${new URLSearchParams({ where: where ? JSON.stringify(where) : 'none' })}`;
