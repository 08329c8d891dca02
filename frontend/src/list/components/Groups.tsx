import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { keys } from '@/api/cache';
import { aggregateRecords, type GroupBy, type Metric, type Where } from '@/api/records';
import { DataTable } from '@/dashboard/components/DataTable';
import { queryOf, type Widget } from '@/dashboard/lib/widget';
import { type EntityMeta, type FieldMeta, fieldOf } from '@/meta/meta';
import { ErrorState, Skeleton } from '@/ui/State';
import { summable } from '../lib/columns';
import styles from './Groups.module.css';

type Props = { entity: EntityMeta; by: string; where?: Where; columns: FieldMeta[] };

/** The records of a list by a field: how many each group has, and the sums of its figures. Each opens its records. */
export default function Groups({ entity, by, where, columns }: Props) {
  const widget: Widget = useMemo(() => {
    const field = fieldOf(entity, by);
    const dated = field?.type === 'date' || field?.type === 'datetime';
    const group: GroupBy = dated ? { field: by, by: 'month' } : by;
    const metrics: Record<string, Metric> = { n: ['count'] };
    for (const f of columns) if (summable(f)) metrics[`sum_${f.key}`] = ['sum', f.key];
    return {
      key: 'groups',
      title: {},
      type: 'table',
      entity: entity.key,
      where,
      groupBy: [group],
      metrics,
      limit: 1000,
    };
  }, [entity, by, where, columns]);
  const query = queryOf(widget, undefined);
  const found = useQuery({
    queryKey: keys.aggregate(entity.key, query),
    queryFn: ({ signal }) => aggregateRecords(entity.key, query, signal),
    placeholderData: keepPreviousData,
  });
  if (found.isError) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton />;
  return (
    <div className={styles.groups}>
      <DataTable widget={widget} entity={entity} rows={found.data.rows} />
    </div>
  );
}
