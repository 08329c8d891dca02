import { useFormat } from '@/i18n/format';
import { useLabels } from '../lib/labels';
import { groupsOf, mainMetric, pathOf } from '../lib/widget';
import { DrillLink } from './DrillLink';
import styles from './Figures.module.css';
import type { FigureProps } from './WidgetCard';

/** Two groups as rows and columns; each cell prints its number, and is deeper the larger it is. */
export function HeatMap({ widget, entity, rows, period }: FigureProps) {
  const format = useFormat();
  const groups = groupsOf(widget);
  const label = useLabels(entity, groups, rows);
  const main = mainMetric(widget);
  const [down, across] = groups;
  if (down === undefined || across === undefined) return null;
  const [rowKeys, columnKeys] = [down, across].map((g) => [...new Set(rows.map((r) => r[pathOf(g)]))]);
  const most = Math.max(...rows.map((r) => Number(r[main] ?? 0)), 1);
  return (
    <table className={styles.heat}>
      <thead>
        <tr>
          <th />
          {columnKeys?.map((c) => (
            <th key={String(c)} scope="col">
              {label(across, c).text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rowKeys?.map((r) => (
          <tr key={String(r)}>
            <th scope="row">{label(down, r).text}</th>
            {columnKeys?.map((c) => {
              const row = rows.find((one) => one[pathOf(down)] === r && one[pathOf(across)] === c);
              const n = Number(row?.[main] ?? 0);
              return (
                <td
                  key={String(c)}
                  style={{
                    background: `color-mix(in srgb, var(--r-3) ${Math.round((70 * n) / most)}%, var(--w-sunken))`,
                  }}
                >
                  {row ? (
                    <DrillLink widget={widget} row={row} period={period}>
                      <span className="number">{format.number(n, 0)}</span>
                    </DrillLink>
                  ) : (
                    '·'
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
