import { useNavigate } from '@tanstack/react-router';
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { chartTheme } from '@/theme/chart';
import { useMode } from '@/theme/theme';
import { chart as chartColors } from '@/theme/tokens';
import { type Clicked, chartOption } from '../lib/chartOption';
import { useLabels } from '../lib/labels';
import { useDrill } from '../lib/useDrill';
import { groupsOf } from '../lib/widget';
import { dashboardTexts } from '../texts';
import styles from './Figures.module.css';
import type { FigureProps } from './WidgetCard';

echarts.use([
  BarChart,
  LineChart,
  PieChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  AriaComponent,
  CanvasRenderer,
]);

/** Lines, stacked bars and pies. A click on a part opens its records. */
export default function Chart({ widget, entity, rows, period }: FigureProps) {
  const t = useTexts(dashboardTexts);
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts>(undefined);
  const mode = useMode();
  const format = useFormat();
  const navigate = useNavigate();
  const label = useLabels(entity, groupsOf(widget), rows);
  const drill = useDrill(widget, period);
  const clicked = useRef<(at: Clicked) => void>(() => undefined);
  clicked.current = (at) => {
    const where = drill(at.row);
    void navigate({
      to: '/r/$entity',
      params: { entity: widget.entity },
      search: { where: where ? JSON.stringify(where) : 'none' },
    });
  };
  useEffect(() => {
    if (!box.current) return;
    const made = echarts.init(box.current, chartTheme(mode));
    chart.current = made;
    made.on('click', (e) => {
      const row = (e.data as { row?: Clicked['row'] } | undefined)?.row;
      if (row) clicked.current({ row });
    });
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, [mode]);
  useEffect(() => {
    chart.current?.setOption(chartOption(widget, entity, rows, label, format, t.unset, chartColors[mode].ramp), {
      notMerge: true,
    });
  }, [widget, entity, rows, label, format, t, mode]);
  return <div ref={box} className={styles.chart} />;
}
