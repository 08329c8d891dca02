import { chart, font, type Mode, tokens } from './tokens';

/** What ECharts is given so that charts look like the rest. */
export function chartTheme(mode: Mode) {
  const t = tokens[mode];
  const c = chart[mode];
  const axis = {
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: t['text-3'], fontSize: 12 },
    splitLine: { lineStyle: { color: c.grid } },
  };
  return {
    color: c.series,
    backgroundColor: 'transparent',
    animationDuration: 240,
    textStyle: { fontFamily: font.sans, color: t['text-2'], fontSize: 12 },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: axis,
    legend: { textStyle: { color: t['text-2'], fontSize: 12 }, itemWidth: 8, itemHeight: 8, icon: 'roundRect' },
    tooltip: {
      backgroundColor: t.ink,
      borderWidth: 0,
      textStyle: { color: t['on-ink'], fontSize: 12 },
      padding: [8, 12],
    },
    pie: { label: { color: t['text-2'] } },
    bar: { itemStyle: { borderRadius: 2 }, barMaxWidth: 32 },
    line: { symbolSize: 6, lineStyle: { width: 2 } },
  };
}
