import type { AggregateRow, Where } from '@/api/records';
import { useMeta, useSettings } from '@/session/session';
import { drillWhere, type Widget, zoneOf } from './widget';

/** Returns the filter of the records behind a row of a widget, or behind the whole of it. */
export function useDrill(widget: Widget, period: Where | undefined): (row?: AggregateRow) => Where | undefined {
  const meta = useMeta();
  const { zone } = useSettings();
  return (row) => drillWhere(widget, row, period, zoneOf(meta, widget.entity, zone));
}
