import { CheckCircleFilled } from '@ant-design/icons';
import { Alert, Button, Input, Modal } from 'antd';
import { useEffect, useId, useMemo, useState } from 'react';
import type { RecordRow } from '@/api/records';
import { isSet } from '@/fields/FieldValue';
import { FormSections } from '@/form/components/FormSections';
import { type Problems, problemsOf, setValues, type Values } from '@/form/lib/values';
import { useLanguage } from '@/i18n/language';
import { useTexts, useTitle } from '@/i18n/texts';
import {
  type EntityMeta,
  type FormDefinition,
  fieldOf,
  type MachineMeta,
  recordTitle,
  stageOf,
  type TransitionMeta,
} from '@/meta/meta';
import styles from './MoveDialog.module.css';
import { missingFor, stageTitle } from './moves';
import { stageTexts } from './texts';

type Props = {
  entity: EntityMeta;
  machine: MachineMeta;
  row: RecordRow;
  move: TransitionMeta;
  /** A refusal that the first try brought, to begin with. */
  refused?: unknown;
  run: (values: Values, comment?: string) => Promise<unknown>;
  close: () => void;
};

/** The mini-form of a move: what is there, then what is missing, then the move itself. */
export function MoveDialog(p: Props) {
  const { entity, machine, row, move } = p;
  const t = useTexts(stageTexts);
  const title = useTitle();
  const lang = useLanguage();
  const id = useId();
  const missing = useMemo(() => missingFor(move, machine, row), [move, machine, row]);
  const asked = useMemo(
    () => [
      ...new Set([
        ...missing,
        ...(move.form ?? []).filter((k) => !isSet(row[k])),
        ...(move.reason?.field ? [move.reason.field] : []),
      ]),
    ],
    [missing, move, row],
  );
  const there = [...new Set([...(move.form ?? [])])].filter((k) => isSet(row[k]) && !asked.includes(k));
  const form = useMemo<FormDefinition>(
    () => ({
      kind: 'form',
      key: 'move',
      entity: entity.key,
      title: {},
      sections: [{ fields: asked.filter((k) => fieldOf(entity, k)?.writable) }],
    }),
    [asked, entity],
  );
  const [values, setAll] = useState<Values>(() => Object.fromEntries(asked.map((k) => [k, row[k]])));
  const [comment, setComment] = useState('');
  const [problems, setProblems] = useState<Problems>(() => problemsOf(p.refused, asked));
  const [busy, setBusy] = useState(false);
  const asksComment = Boolean(move.reason && !move.reason.field);
  const stage = stageTitle(stageOf(machine, move.to), lang);
  const from = stageTitle(stageOf(machine, String(row[machine.field])), lang);
  const open = missing.filter((k) => !isSet(values[k])).length;
  useEffect(() => {
    const first = asked[0] ?? 'comment';
    const timer = setTimeout(() => document.getElementById(`${id}-${first}`)?.focus(), 60);
    return () => clearTimeout(timer);
  }, [id, asked]);
  const submit = async () => {
    setBusy(true);
    setProblems({ fields: {}, page: [] });
    try {
      await p.run(setValues(values), comment || undefined);
    } catch (err) {
      setProblems(problemsOf(err, asked));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      width={520}
      title={t.enterTitle(stage, missing.length)}
      onCancel={p.close}
      footer={
        <>
          <Button onClick={p.close}>{t.putBack(from)}</Button>
          <Button type="primary" loading={busy} onClick={() => void submit()}>
            {open > 0 || missing.length > 0 ? t.fillAndMove : title(move.title, stage)}
          </Button>
        </>
      }
    >
      <p className={styles.way}>
        {recordTitle(entity, row)} · {from} → {stage}
      </p>
      {problems.page.length > 0 && (
        <Alert className={styles.alert} type="error" role="alert" title={problems.page.join(' ')} />
      )}
      <ul className={styles.there}>
        {there.map((key) => (
          <li key={key}>
            <CheckCircleFilled aria-hidden="true" />
            {title(fieldOf(entity, key)?.title, key)}
            <small>{t.there}</small>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <FormSections
          id={id}
          entity={{
            ...entity,
            fields: entity.fields.map((f) => (missing.includes(f.key) ? { ...f, required: true } : f)),
          }}
          form={form}
          values={values}
          problems={problems}
          set={(key, value) => setAll((all) => ({ ...all, [key]: value }))}
        />
        {asksComment && (
          <div>
            <label htmlFor={`${id}-comment`} className={styles.label}>
              {t.reason}
            </label>
            <Input.TextArea
              id={`${id}-comment`}
              rows={3}
              value={comment}
              onChange={(e) => setComment(e.target.value)}
            />
          </div>
        )}
      </form>
    </Modal>
  );
}
