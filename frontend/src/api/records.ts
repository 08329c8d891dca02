import { call, type Schemas, send } from './client';

/** A record as the server answers it: unset fields are absent. */
export type RecordRow = {
  id: string;
  rev: number;
  created_at?: string;
  updated_at?: string;
  created_by?: string;
  updated_by?: string;
  expanded?: Record<string, RecordRow>;
  [field: string]: unknown;
};

/** A filter in the query language; see docs/api.md. */
export type Where =
  | [path: string, operator: string, value?: unknown]
  | { all: Where[] }
  | { any: Where[] }
  | { not: Where };

export type Query = {
  where?: Where;
  search?: string;
  sort?: string[];
  limit?: number;
  cursor?: string;
  fields?: string[];
  expand?: string[];
  count?: 'none' | 'capped' | 'exact';
};

export type Page = { items: RecordRow[]; cursor?: string; count?: number; exact?: boolean };

export type GroupBy = string | { field: string; by: 'day' | 'week' | 'month' | 'quarter' | 'year'; zone?: string };
export type Metric = [func: string, path?: string];
export type Aggregate = {
  where?: Where;
  search?: string;
  groupBy?: GroupBy[];
  metrics?: Record<string, Metric>;
  sort?: string[];
  limit?: number;
};
export type AggregateRow = Record<string, unknown>;

export type BoardQuery = {
  by: string;
  where?: Where;
  search?: string;
  sort?: string[];
  limit?: number;
  sums?: string[];
  fields?: string[];
  expand?: string[];
};
export type BoardColumn = {
  /** A key of the choice; empty for records without one. */
  key: string;
  count: number;
  sums?: Record<string, string | number>;
  items: RecordRow[];
  cursor?: string;
};

export type BulkRequest = {
  op: 'update' | 'delete' | 'restore' | 'transition';
  ids?: string[];
  where?: Where;
  values?: Record<string, unknown>;
  to?: string;
};
export type BulkResult = { id: string; status: number; errors?: { path: string; code: string; message: string }[] };

export type Guarded = { rev?: number; idempotencyKey?: string };

function headersOf(g: Guarded): Record<string, string> {
  const headers: Record<string, string> = {};
  if (g.rev !== undefined) headers['If-Match'] = `"${g.rev}"`;
  if (g.idempotencyKey) headers['Idempotency-Key'] = g.idempotencyKey;
  return headers;
}

const at = (entity: string, id?: string) => `/records/${entity}${id ? `/${id}` : ''}`;

export const queryRecords = (entity: string, query: Query, signal?: AbortSignal) =>
  send<Page>('POST', `${at(entity)}/query`, { body: query, signal });

export const getRecord = (entity: string, id: string, expand: string[] = [], signal?: AbortSignal) =>
  send<RecordRow>('GET', at(entity, id) + (expand.length ? `?expand=${expand.join(',')}` : ''), { signal });

export const createRecord = (entity: string, values: Record<string, unknown>, g: Guarded = {}) =>
  send<RecordRow>('POST', at(entity), { body: values, headers: headersOf(g) });

/** Changes the fields given; null clears one. */
export const updateRecord = (entity: string, id: string, values: Record<string, unknown>, g: Guarded = {}) =>
  send<RecordRow>('PATCH', at(entity, id), { body: values, headers: headersOf(g) });

export const deleteRecord = (entity: string, id: string) => send<void>('DELETE', at(entity, id));

export const restoreRecord = (entity: string, id: string) => send<RecordRow>('POST', `${at(entity, id)}/restore`);

export type Transition = { to: string; values?: Record<string, unknown>; comment?: string };

export const transitionRecord = (entity: string, id: string, move: Transition, g: Guarded = {}) =>
  send<RecordRow>('POST', `${at(entity, id)}/transition`, { body: move, headers: headersOf(g) });

export const aggregateRecords = (entity: string, query: Aggregate, signal?: AbortSignal) =>
  send<{ rows: AggregateRow[] }>('POST', `${at(entity)}/aggregate`, { body: query, signal });

export const boardRecords = (entity: string, query: BoardQuery, signal?: AbortSignal) =>
  send<{ columns: BoardColumn[] }>('POST', `${at(entity)}/board`, { body: query, signal });

export const bulkRecords = (entity: string, request: BulkRequest) =>
  send<{ results: BulkResult[] }>('POST', `${at(entity)}/bulk`, { body: request });

export const recordHistory = (entity: string, id: string, cursor = '', signal?: AbortSignal) =>
  send<Schemas['History']>('GET', `${at(entity, id)}/history${cursor ? `?cursor=${cursor}` : ''}`, { signal });

/** The records of a query as a file. */
export async function exportRecords(entity: string, query: Query, format: 'csv' | 'xlsx'): Promise<Blob> {
  const accept = format === 'csv' ? 'text/csv' : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  const answer = await call('POST', `${at(entity)}/export`, { body: query, headers: { Accept: accept } });
  return answer.blob();
}
