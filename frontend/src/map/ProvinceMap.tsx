import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { keys } from '@/api/cache';
import { useLive } from '@/api/live';
import { aggregateRecords, type Where } from '@/api/records';
import { useRegionNames } from '@/fields/regions';
import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import type { ListProps } from '@/list/ListPage';
import { whereParameter } from '@/list/lib/address';
import { placed } from '@/list/lib/columns';
import { allOf } from '@/list/lib/where';
import { ErrorState, Skeleton } from '@/ui/State';
import { countByProvince, provinces, within } from './lib/provinces';
import styles from './ProvinceMap.module.css';
import { mapTexts } from './texts';

type Props = Pick<ListProps, 'entity' | 'state' | 'set'> & { name: string };

/** How many records of a list each province has. */
export default function ProvinceMap({ entity, state, set, name }: Props) {
  const t = useTexts(mapTexts);
  const title = useTitle();
  const format = useFormat();
  const names = useRegionNames();
  const fields = placed(entity);
  const field = fields.find((f) => f.key === state.map) ?? fields[0];
  useLive(entity.key, state.where);
  const query = { where: state.where, search: state.search || undefined, provinces: field?.key };
  const found = useQuery({
    queryKey: keys.aggregate(entity.key, query),
    enabled: field !== undefined,
    queryFn: ({ signal }) =>
      countByProvince(
        field?.key ?? '',
        (more) => allOf([state.where, more]),
        async (q) => (await aggregateRecords(entity.key, { ...q, search: query.search }, signal)).rows,
      ),
    placeholderData: keepPreviousData,
  });
  if (!field) return null;
  if (found.isError) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data || !names) return <Skeleton rows={10} />;
  const counts = found.data;
  const most = Math.max(1, ...provinces.map((p) => counts.get(p.code) ?? 0));
  const open = (where: Where) => set({ map: undefined, where: whereParameter(allOf([state.where, where])) });
  const unset = counts.get('') ?? 0;
  return (
    <section className={styles.map} aria-label={name}>
      <div className={styles.bar}>
        <p>{t.note}</p>
        {fields.length > 1 && (
          <Select
            aria-label={t.by}
            value={field.key}
            options={fields.map((f) => ({ value: f.key, label: title(f.title, f.key) }))}
            onChange={(key) => set({ map: key })}
          />
        )}
      </div>
      <ul className={styles.tiles}>
        {provinces.map((p) => {
          const n = counts.get(p.code) ?? 0;
          return (
            <li key={p.code} style={{ gridColumn: p.column + 1, gridRow: p.row + 1 }}>
              <button
                type="button"
                disabled={n === 0}
                aria-label={t.open(names[p.code] ?? p.code, format.number(n, 0))}
                style={{ '--share': `${n === 0 ? 0 : 20 + (n / most) * 80}%` } as React.CSSProperties}
                onClick={() => open(within(field.key, p.code))}
              >
                <span>{shortName(names[p.code] ?? p.code)}</span>
                <b className="number">{n > 0 ? format.compact(n) : ''}</b>
              </button>
            </li>
          );
        })}
      </ul>
      {unset > 0 && (
        <button type="button" className={styles.unset} onClick={() => open([field.key, 'empty'])}>
          {t.unset} <b className="number">{format.number(unset, 0)}</b>
        </button>
      )}
    </section>
  );
}

/** 浙江 for 浙江省: what fits on a tile. */
const shortName = (name: string): string => name.replace(/(特别行政区|(壮族|回族|维吾尔)?自治区|省|市)$/u, '');
