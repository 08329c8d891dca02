import { send } from '@/api/client';
import type { Values } from './values';

/** What somebody has typed and not saved, kept on the server for all devices, and on this one when that fails. */
export type Draft = { values: Values; revision?: number; at?: string };

const path = (entity: string, id: string) => `/drafts/${entity}/${id}`;
const localKey = (entity: string, id: string) => `weft.draft.${entity}.${id}`;

export async function readDraft(entity: string, id: string): Promise<Draft | undefined> {
  const local = readLocal(entity, id);
  if (local) return local;
  const kept = await send<Draft | undefined>('GET', path(entity, id));
  return kept?.values && Object.keys(kept.values).length > 0 ? kept : undefined;
}

/** Keeps a draft; it stays on this device until the server has it. */
export async function keepDraft(entity: string, id: string, draft: Draft): Promise<void> {
  writeLocal(entity, id, draft);
  await send('POST', path(entity, id), { body: { values: draft.values, revision: draft.revision } });
  dropLocal(entity, id);
}

export async function dropDraft(entity: string, id: string): Promise<void> {
  dropLocal(entity, id);
  await send('DELETE', path(entity, id));
}

function readLocal(entity: string, id: string): Draft | undefined {
  try {
    const text = localStorage.getItem(localKey(entity, id));
    return text ? (JSON.parse(text) as Draft) : undefined;
  } catch {
    return undefined; // storage that is full or switched off holds no draft
  }
}

function writeLocal(entity: string, id: string, draft: Draft) {
  try {
    localStorage.setItem(localKey(entity, id), JSON.stringify(draft));
  } catch {
    // The server is the place of drafts; this copy is for the time without it.
  }
}

function dropLocal(entity: string, id: string) {
  try {
    localStorage.removeItem(localKey(entity, id));
  } catch {
    // as above
  }
}
