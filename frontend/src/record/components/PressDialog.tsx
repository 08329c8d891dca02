import { Alert, Modal } from 'antd';
import { useId, useState } from 'react';
import { refreshEntity } from '@/api/cache';
import { send } from '@/api/client';
import type { RecordRow } from '@/api/records';
import { FormSections } from '@/form/components/FormSections';
import { type Problems, problemsOf, setValues, type Values } from '@/form/lib/values';
import { useTexts, useTitle } from '@/i18n/texts';
import type { EntityMeta } from '@/meta/meta';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import { recordTexts } from '../texts';

/** A button of a trigger: its small form, then the run. */
export function PressDialog({
  entity,
  row,
  button,
  close,
}: {
  entity: EntityMeta;
  row: RecordRow;
  button: string;
  close: () => void;
}) {
  const t = useTexts(recordTexts);
  const ui = useTexts(uiTexts);
  const title = useTitle();
  const id = useId();
  const [values, setAll] = useState<Values>({});
  const [problems, setProblems] = useState<Problems>({ fields: {}, page: [] });
  const [busy, setBusy] = useState(false);
  const def = entity.buttons?.find((b) => b.key === button);
  if (!def) return null;
  const press = async () => {
    setBusy(true);
    try {
      await send('POST', `/records/${entity.key}/${row.id}/button/${button}`, { body: { values: setValues(values) } });
      void refreshEntity(entity.key);
      toast({ text: `${title(def.title, def.key)}：${t.runDone}` });
      close();
    } catch (err) {
      setProblems(problemsOf(err, def.form ?? []));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={title(def.title, def.key)}
      okText={title(def.title, def.key)}
      cancelText={ui.cancel}
      confirmLoading={busy}
      onOk={() => void press()}
      onCancel={close}
    >
      {problems.page.length > 0 && <Alert type="error" role="alert" title={problems.page.join(' ')} />}
      <FormSections
        id={id}
        entity={entity}
        form={{ kind: 'form', key: 'button', entity: entity.key, title: {}, sections: [{ fields: def.form ?? [] }] }}
        values={values}
        problems={problems}
        set={(key, value) => setAll((all) => ({ ...all, [key]: value }))}
      />
    </Modal>
  );
}
