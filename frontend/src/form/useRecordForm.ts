import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { keys, presentRecord, putRecord, refreshEntity } from '@/api/cache';
import { ConnectionError } from '@/api/error';
import { live } from '@/api/live';
import { createRecord, type RecordRow, updateRecord } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import type { EntityMeta } from '@/meta/meta';
import { type Draft, dropDraft, keepDraft } from './lib/draft';
import {
  type Conflict,
  changesOf,
  compareRevisions,
  missingFields,
  type Problems,
  problemsOf,
  setValues,
  type Values,
} from './lib/values';
import { formTexts } from './texts';

export type DraftState = 'none' | 'saving' | 'saved' | 'failed';
export type SaveState = 'idle' | 'saving' | 'waiting';

type Options = {
  entity: EntityMeta;
  /** The record that is edited; a new one without. */
  row?: RecordRow;
  start: Values;
  draft?: Draft;
  fields: string[];
  saved: (row: RecordRow) => void;
};

const noProblems: Problems = { fields: {}, page: [] };

/** The state of a form over one record: what was typed, what is wrong, and how it is saved. */
export function useRecordForm(o: Options) {
  const t = useTexts(formTexts);
  const client = useQueryClient();
  const { entity, row } = o;
  const id = row?.id ?? 'new';
  const [base, setBase] = useState<Values>(row ?? {});
  const [rev, setRev] = useState(o.draft?.revision ?? row?.rev);
  const [values, setAll] = useState<Values>(() => ({
    ...(row ? onlyFields(row, o.fields) : o.start),
    ...o.draft?.values,
  }));
  const [problems, setProblems] = useState<Problems>(noProblems);
  const [conflicts, setConflicts] = useState<{ theirs: RecordRow; list: Conflict[]; merged: Values }>();
  const [state, setState] = useState<SaveState>('idle');
  const key = useRef(crypto.randomUUID());
  const draftState = useDraft(entity.key, id, values, row ? base : o.start, rev);

  const set = useCallback((field: string, value: unknown) => {
    key.current = crypto.randomUUID();
    setAll((all) => ({ ...all, [field]: value }));
    setProblems((p) => (p.fields[field] ? { ...p, fields: { ...p.fields, [field]: '' } } : p));
  }, []);

  const check = useCallback(
    (fields: string[]): boolean => {
      const missing = missingFields(entity, fields, values);
      setProblems((p) => ({
        ...p,
        fields: { ...p.fields, ...Object.fromEntries(missing.map((k) => [k, t.required])) },
      }));
      return missing.length === 0;
    },
    [entity, values, t],
  );

  const finish = async (done: RecordRow) => {
    draftState.stop();
    await dropDraft(entity.key, id).catch(() => undefined); // a left draft is offered again, and can be dropped there
    client.setQueryData(keys.record(entity.key, done.id), (old: RecordRow | undefined) => ({ ...old, ...done }));
    putRecord(entity.key, done);
    void refreshEntity(entity.key);
    o.saved(done);
  };

  async function save(from: Values = base, revision = rev, all = values): Promise<void> {
    setProblems(noProblems);
    if (!check(o.fields)) return;
    setState('saving');
    try {
      const g = { rev: row ? revision : undefined, idempotencyKey: key.current };
      const changes = row ? changesOf(from, all) : setValues(all);
      const done = row
        ? await updateRecord(entity.key, row.id, changes, g)
        : await createRecord(entity.key, changes, g);
      setState('idle');
      await finish(done);
    } catch (err) {
      await failed(err, from, all);
    }
  }

  async function failed(err: unknown, from: Values, all: Values) {
    if (err instanceof ConnectionError) return setState('waiting');
    setState('idle');
    const theirs = presentRecord(err);
    if (!theirs) return setProblems(problemsOf(err, o.fields));
    key.current = crypto.randomUUID();
    const { merged, conflicts: list } = compareRevisions(from, all, theirs);
    if (list.length > 0) return setConflicts({ theirs, list, merged });
    await saveOver(theirs, all, merged);
  }

  /** Saves over a newer revision: what is there now, with one's own changes. */
  async function saveOver(theirs: RecordRow, all: Values, mine: Values) {
    const next = { ...all, ...onlyFields(theirs, o.fields), ...mine };
    setBase(theirs);
    setRev(theirs.rev);
    setAll(next);
    await save(theirs, theirs.rev, next);
  }

  /** Goes on after a conflict with what was chosen for each field. */
  async function resolve(chosen: Values) {
    if (!conflicts) return;
    setConflicts(undefined);
    await saveOver(conflicts.theirs, values, { ...conflicts.merged, ...chosen });
  }

  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    if (state !== 'waiting') return;
    // The idempotency key makes sure that a try that did arrive is not done twice.
    const again = () => live.state === 'open' && void latest.current();
    const timer = setInterval(again, 2000);
    return () => clearInterval(timer);
  }, [state]);

  const dirty = Object.keys(changesOf(row ? base : o.start, values)).length > 0;
  return {
    values,
    set,
    problems,
    check,
    save: () => save(),
    state,
    dirty,
    draftState: draftState.state,
    conflicts,
    resolve,
    dismiss: () => setConflicts(undefined),
  };
}

const onlyFields = (row: RecordRow, fields: string[]): Values => Object.fromEntries(fields.map((k) => [k, row[k]]));

/** Keeps what was typed a second after the last change. */
function useDraft(entity: string, id: string, values: Values, start: Values, rev: number | undefined) {
  const [state, setState] = useState<DraftState>('none');
  const stopped = useRef(false);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    const changes = changesOf(start, values);
    const timer = setTimeout(async () => {
      if (stopped.current) return;
      setState('saving');
      try {
        if (Object.keys(changes).length > 0) await keepDraft(entity, id, { values: changes, revision: rev });
        else await dropDraft(entity, id);
        setState('saved');
      } catch {
        setState('failed');
      }
    }, 1000);
    return () => clearTimeout(timer);
  }, [values, entity, id, start, rev]);
  return { state, stop: () => (stopped.current = true) };
}
