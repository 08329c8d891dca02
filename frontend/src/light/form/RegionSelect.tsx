import names from 'virtual:regions';
import { useMemo } from 'react';
import { regionPath, regionTree } from '@/fields/regionTree';
import { useTexts } from '@/i18n/texts';
import styles from './PublicForm.module.css';
import { publicTexts } from './texts';

type Props = { common: { id: string } & Record<string, unknown>; value: unknown; set: (value: unknown) => void };

/** Province, then city, then county, as plain lists. */
export default function RegionSelect({ common, value, set }: Props) {
  const t = useTexts(publicTexts);
  const tree = useMemo(() => regionTree(names), []);
  const path = typeof value === 'string' ? regionPath(names, value) : [];
  const levels = [tree];
  for (const code of path) {
    const next = levels.at(-1)?.find((r) => r.value === code)?.children;
    if (next) levels.push(next);
  }
  return (
    <span className={styles.regions}>
      {levels.map((list, i) => (
        <select
          key={list[0]?.value}
          {...common}
          id={i === 0 ? common.id : undefined}
          aria-label={i === 0 ? undefined : t.select}
          value={path[i] ?? ''}
          onChange={(e) => set(e.target.value || path[i - 1] || null)}
        >
          <option value="">{t.select}</option>
          {list.map((r) => (
            <option key={r.value} value={r.value}>
              {r.label}
            </option>
          ))}
        </select>
      ))}
    </span>
  );
}
