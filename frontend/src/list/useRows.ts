import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { keys } from '@/api/cache';
import { useLive } from '@/api/live';
import { aggregateRecords, type Metric, queryRecords, type RecordRow, type Where } from '@/api/records';
import { type EntityMeta, expandOf, type FieldMeta } from '@/meta/meta';
import { summable } from './lib/columns';

const pageSize = 100;

type Options = {
  entity: EntityMeta;
  columns: FieldMeta[];
  where?: Where;
  sort: string[];
  search: string;
  limit?: number;
};

/** The records of a list page by page, live. */
export function useRows({ entity, columns, where, sort, search, limit = pageSize }: Options) {
  useLive(entity.key, where);
  const query = useMemo(() => {
    const fields = [
      ...new Set([
        ...columns.map((f) => f.key),
        ...(entity.title_field ? [entity.title_field] : []),
        ...(entity.machines ?? []).map((m) => m.field),
      ]),
    ];
    return {
      where,
      sort: sort.length > 0 ? sort : undefined,
      search: search || undefined,
      fields,
      expand: expandOf(entity, fields),
      limit,
    };
  }, [entity, columns, where, sort, search, limit]);
  const pages = useInfiniteQuery({
    queryKey: keys.pages(entity.key, query),
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => queryRecords(entity.key, { ...query, cursor: pageParam || undefined }, signal),
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });
  const rows: RecordRow[] = useMemo(() => pages.data?.pages.flatMap((p) => p.items) ?? [], [pages.data]);
  return { ...pages, rows };
}

/** The number of records of a filter and the sums of its number columns. */
export function useTotals(entity: EntityMeta, columns: FieldMeta[], where: Where | undefined, search: string) {
  const metrics = useMemo(() => {
    const all: Record<string, Metric> = { n: ['count'] };
    for (const f of columns) if (summable(f)) all[`sum_${f.key}`] = ['sum', f.key];
    return all;
  }, [columns]);
  const query = { where, search: search || undefined, metrics };
  return useQuery({
    queryKey: keys.aggregate(entity.key, query),
    queryFn: ({ signal }) => aggregateRecords(entity.key, query, signal),
    placeholderData: keepPreviousData,
  }).data?.rows[0];
}
