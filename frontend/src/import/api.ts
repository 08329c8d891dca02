import { call, type Schemas, send } from '@/api/client';

export type ImportReport = Schemas['Import'];
export type FileMapping = { entity: string; key?: string; columns: Record<string, { field: string }[]> };

export type Job = { files: File[]; entity?: string; mapping?: string | { files: FileMapping[] }; historical?: boolean };

/** Starts an import, or only checks it. */
export async function startImport(job: Job, dryRun: boolean): Promise<ImportReport> {
  const form = new FormData();
  for (const file of job.files) form.append('file', file, file.name);
  if (job.mapping) form.append('mapping', typeof job.mapping === 'string' ? job.mapping : JSON.stringify(job.mapping));
  const path = job.entity && typeof job.mapping !== 'string' ? `/records/${job.entity}/import` : '/imports';
  const flags = new URLSearchParams({
    ...(dryRun ? { dry_run: 'true' } : {}),
    ...(job.historical ? { historical: 'true' } : {}),
  });
  const answer = await call('POST', `${path}?${flags}`, {
    raw: form,
    headers: { 'Idempotency-Key': crypto.randomUUID() },
  });
  return (await answer.json()) as ImportReport;
}

export const getImport = (id: string, signal?: AbortSignal) => send<ImportReport>('GET', `/imports/${id}`, { signal });

/** Begins the undo; the import then tells how it goes. */
export const undoImport = (id: string) => send<ImportReport>('POST', `/imports/${id}/undo`, { body: {} });

export const isRunning = (r: ImportReport | undefined): boolean =>
  r !== undefined && ['queued', 'running', 'undoing'].includes(r.state);

export const sum = (r: ImportReport, key: 'rows' | 'created' | 'updated' | 'failed' | 'read'): number =>
  r.files.reduce((all, f) => all + f[key], 0);
