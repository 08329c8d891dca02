import { useBlocker } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useEffect, useId, useMemo, useRef } from 'react';
import { useActions } from '@/actions/registry';
import type { RecordRow } from '@/api/records';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, entityOf, recordTitle } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { usePhone } from '@/ui/media';
import { PageHeader } from '@/ui/PageHeader';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import { ConflictDialog } from './components/ConflictDialog';
import { DuplicateHint } from './components/DuplicateHint';
import { FormSections } from './components/FormSections';
import { type Draft, dropDraft } from './lib/draft';
import { chooseForm, formFields, type Values } from './lib/values';
import styles from './RecordForm.module.css';
import { formTexts } from './texts';
import { useRecordForm } from './useRecordForm';

type Props = {
  entity: EntityMeta;
  row?: RecordRow;
  start: Values;
  draft?: Draft;
  saved: (row: RecordRow) => void;
  cancel: () => void;
  /** Begins again without the draft. */
  restart: () => void;
};

/** The form of a record as a page: new or edited. */
export function RecordForm(p: Props) {
  const t = useTexts(formTexts);
  const ui = useTexts(uiTexts);
  const title = useTitle();
  const meta = useMeta();
  const phone = usePhone();
  const id = useId();
  const form = useMemo(() => chooseForm(meta.forms, p.entity, phone), [meta, p.entity, phone]);
  const fields = useMemo(() => formFields(form), [form]);
  const state = useRecordForm({
    ...p,
    fields,
    saved: (row) => {
      toast({ text: p.row ? t.saved : t.created(recordTitle(p.entity, row)) });
      p.saved(row);
    },
  });
  const leaving = useRef(false);
  useLeaveGuard(state.dirty && state.draftState === 'failed' && !leaving.current);
  const submit = () => {
    leaving.current = true;
    void state.save().finally(() => {
      leaving.current = false;
    });
  };
  useFocusOnProblem(id, fields, state.problems.fields);
  const latest = useRef(submit);
  latest.current = submit;
  useActions(
    useMemo(
      () => [
        { id: 'save', title: ui.save, key: 'ctrl+s', run: () => latest.current() },
        { id: 'submit', title: ui.save, key: 'ctrl+enter', hidden: true, run: () => latest.current() },
      ],
      [ui],
    ),
  );
  const wrong = Object.values(state.problems.fields).filter(Boolean).length + state.problems.page.length;
  const name = title(p.entity.title, p.entity.key);
  return (
    <>
      <PageHeader title={p.row ? t.editTitle(name) : t.newTitle(name)} sub={<DraftBadge state={state.draftState} />}>
        <Button onClick={p.cancel}>{ui.cancel}</Button>
        <Button type="primary" loading={state.state === 'saving'} onClick={submit}>
          {ui.save}
        </Button>
      </PageHeader>
      <div className={styles.body}>
        <form
          className={styles.paper}
          aria-label={p.row ? t.editTitle(name) : t.newTitle(name)}
          onSubmit={(e) => {
            e.preventDefault();
            submit();
          }}
        >
          {p.draft && (
            <Alert
              className={styles.note}
              type="info"
              title={t.draftRestored}
              action={
                <Button size="small" onClick={() => void dropDraft(p.entity.key, p.row?.id ?? 'new').then(p.restart)}>
                  {t.draftDiscard}
                </Button>
              }
            />
          )}
          {state.state === 'waiting' && <Alert className={styles.note} type="warning" title={t.waiting} />}
          {wrong > 0 && (
            <Alert
              className={styles.note}
              type="error"
              role="alert"
              title={t.problems(wrong)}
              description={state.problems.page.join(' ') || undefined}
            />
          )}
          <FormSections
            id={id}
            entity={p.entity}
            form={form}
            values={state.values}
            problems={state.problems}
            set={state.set}
            done={(field) => state.check([field])}
            hint={(field) =>
              !p.row && <DuplicateHint entity={p.entity} field={field} value={state.values[field.key]} />
            }
          />
          <button type="submit" className="visually-hidden" tabIndex={-1} aria-hidden="true" />
        </form>
      </div>
      {state.conflicts && (
        <ConflictDialog
          entity={entityOf(meta, p.entity.key) ?? p.entity}
          theirs={state.conflicts.theirs}
          conflicts={state.conflicts.list}
          resolve={(v) => void state.resolve(v)}
          cancel={state.dismiss}
        />
      )}
    </>
  );
}

function DraftBadge({ state }: { state: string }) {
  const t = useTexts(formTexts);
  const text = { saving: t.draftSaving, saved: t.draftSaved, failed: t.draftFailed }[state];
  return (
    <span role="status" className={state === 'failed' ? styles.failed : undefined}>
      {text ?? ''}
    </span>
  );
}

/** Leaving asks only when what was typed could not be kept as a draft. */
function useLeaveGuard(on: boolean) {
  const t = useTexts(formTexts);
  useBlocker({ shouldBlockFn: () => !window.confirm(t.leave), disabled: !on, enableBeforeUnload: on });
}

/** After a refused save the first field with a problem gets the focus. */
function useFocusOnProblem(id: string, fields: string[], problems: Record<string, string>) {
  const told = useRef<Record<string, string>>({});
  useEffect(() => {
    const fresh = Object.keys(problems).length > Object.keys(told.current).length;
    told.current = problems;
    const first = fields.find((key) => problems[key]);
    if (!fresh || !first || document.activeElement?.matches('input, textarea')) return;
    document.getElementById(`${id}-${first}`)?.focus();
  }, [id, fields, problems]);
}
