import { type InfiniteData, QueryClient } from '@tanstack/react-query';
import { ApiError, isTemporary } from './error';
import type { BoardColumn, Page, RecordRow } from './records';

/** The one cache of what the server said. The websocket keeps it current. */
export const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, err) => count < 3 && isTemporary(err),
      retryDelay: (count) => Math.min(500 * 2 ** count, 8000),
    },
    mutations: { retry: false },
  },
});

/** Keys begin with the entity, so that a change of one record finds all that shows it. */
export const keys = {
  entity: (entity: string) => ['records', entity] as const,
  record: (entity: string, id: string) => ['records', entity, 'one', id] as const,
  history: (entity: string, id: string) => ['records', entity, 'history', id] as const,
  pages: (entity: string, query: unknown) => ['records', entity, 'pages', query] as const,
  count: (entity: string, query: unknown) => ['records', entity, 'count', query] as const,
  board: (entity: string, query: unknown) => ['records', entity, 'board', query] as const,
  aggregate: (entity: string, query: unknown) => ['records', entity, 'aggregate', query] as const,
};

/** Puts a newer revision of a record wherever the cache shows it. */
export function putRecord(entity: string, row: RecordRow) {
  const newer = (old: RecordRow) =>
    old.id === row.id && old.rev < row.rev ? { ...old, ...withoutGone(old, row) } : old;
  cache.setQueryData<RecordRow>(keys.record(entity, row.id), (old) => old && newer(old));
  cache.setQueriesData<InfiniteData<Page>>({ queryKey: [...keys.entity(entity), 'pages'] }, (data) =>
    data?.pages ? { ...data, pages: data.pages.map((p) => ({ ...p, items: p.items.map(newer) })) } : data,
  );
  cache.setQueriesData<{ columns: BoardColumn[] }>({ queryKey: [...keys.entity(entity), 'board'] }, (data) =>
    data?.columns ? { columns: data.columns.map((c) => ({ ...c, items: c.items.map(newer) })) } : data,
  );
}

/** An unset field is absent from answers, so what the new row lacks is cleared; what was not asked for stays. */
function withoutGone(old: RecordRow, row: RecordRow): RecordRow {
  const cleared = Object.fromEntries(
    Object.keys(old)
      .filter((k) => k !== 'expanded' && !(k in row))
      .map((k) => [k, undefined]),
  );
  return { ...cleared, ...row };
}

/** Asks again for everything of an entity that is on screen. */
export const refreshEntity = (entity: string) => cache.invalidateQueries({ queryKey: keys.entity(entity) });

/** The record that a 412 answer carries. */
export function presentRecord(err: unknown): RecordRow | undefined {
  if (!(err instanceof ApiError) || err.status !== 412) return undefined;
  return err.body.record as RecordRow | undefined;
}
