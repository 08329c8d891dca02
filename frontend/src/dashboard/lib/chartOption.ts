import type { EChartsCoreOption } from 'echarts/core';
import type { AggregateRow } from '@/api/records';
import type { Format } from '@/i18n/format';
import type { EntityMeta } from '@/meta/meta';
import { metricText } from '../components/metricText';
import { type Label, stageOrder } from './labels';
import { groupsOf, mainMetric, pathOf, type Widget } from './widget';

export type Clicked = { row: AggregateRow };

const most = 6;

/** What ECharts draws for the rows of a widget. */
export function chartOption(
  widget: Widget,
  entity: EntityMeta,
  rows: AggregateRow[],
  label: Label,
  format: Format,
  unset: string,
  ramp: string[],
): EChartsCoreOption {
  const main = mainMetric(widget);
  const text = (value: unknown) => metricText(widget, entity, main, value, format);
  const common = { aria: { enabled: true }, tooltip: { confine: true, valueFormatter: text } };
  return {
    ...common,
    ...(widget.type === 'pie'
      ? pie(widget, rows, label, main, text)
      : axes(widget, entity, rows, label, main, text, unset, ramp)),
  };
}

function pie(widget: Widget, rows: AggregateRow[], label: Label, main: string, text: (v: unknown) => string) {
  const group = groupsOf(widget)[0] ?? '';
  const data = rows.map((row) => ({ name: label(group, row[pathOf(group)]).text, value: Number(row[main] ?? 0), row }));
  return {
    series: [
      {
        type: 'pie',
        radius: ['44%', '70%'],
        data,
        label: {
          textBorderWidth: 0,
          formatter: (p: { name: string; value: number; percent?: number }) =>
            `${p.name}\n${text(p.value)}  ${Math.round(p.percent ?? 0)}%`,
        },
        itemStyle: { borderWidth: 1, borderColor: 'transparent' },
      },
    ],
  };
}

/** The first group is the axis, a second one makes the series of a stack. */
function axes(
  widget: Widget,
  entity: EntityMeta,
  rows: AggregateRow[],
  label: Label,
  main: string,
  text: (v: unknown) => string,
  unset: string,
  ramp: string[],
) {
  const [x = '', by] = groupsOf(widget);
  const keys = [...new Set(rows.map((r) => String(r[pathOf(x)] ?? '')))].sort((a, b) =>
    a === '' ? 1 : b === '' ? -1 : a.localeCompare(b),
  );
  const order = by === undefined ? undefined : stageOrder([], entity, pathOf(by), rows);
  const found = by === undefined ? [] : [...new Set(rows.map((r) => String(r[pathOf(by)] ?? '')))];
  if (order) found.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const series = by === undefined ? [undefined] : found.slice(0, most);
  const type = widget.type === 'bar' ? 'bar' : 'line';
  const at = (key: string, one: string | undefined) =>
    rows.find((r) => String(r[pathOf(x)] ?? '') === key && (by === undefined || String(r[pathOf(by)] ?? '') === one));
  return {
    grid: { left: 8, right: 16, top: 24, bottom: series.length > 1 ? 32 : 8, containLabel: true },
    legend: series.length > 1 ? { bottom: 0 } : undefined,
    xAxis: {
      type: 'category',
      data: keys.map((k) => (k === '' ? unset : label(x, k).text)),
      axisTick: { show: false },
    },
    yAxis: { type: 'value', axisLabel: { formatter: text }, splitNumber: 4 },
    series: series.map((one, i) => ({
      type,
      // Stages are ordered, and so are their shades.
      color: order ? ramp[Math.min(i, ramp.length - 1)] : undefined,
      name: one === undefined ? undefined : label(by ?? '', one === '' ? null : one).text,
      stack: by === undefined ? undefined : 'all',
      areaStyle: widget.type === 'area' ? { opacity: 0.16 } : undefined,
      label: {
        show: by === undefined && keys.length <= 14,
        position: 'top',
        formatter: (p: { value: number }) => text(p.value),
      },
      data: keys.map((k) => {
        const row = at(k, one);
        return { value: row ? Number(row[main] ?? 0) : by === undefined ? 0 : null, row };
      }),
    })),
  };
}
