import { Modal, Select } from 'antd';
import { useId, useState } from 'react';
import { FieldInput } from '@/form/components/FieldInput';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, fieldOf } from '@/meta/meta';
import { uiTexts } from '@/ui/texts';
import { listTexts } from '../texts';
import styles from './FilterEditor.module.css';

type Props = {
  entity: EntityMeta;
  field?: string;
  count: number;
  apply: (field: string, value: unknown) => void;
  cancel: () => void;
};

/** One field of many records gets one value. */
export default function BulkEditDialog({ entity, field: fixed, count, apply, cancel }: Props) {
  const t = useTexts(listTexts);
  const ui = useTexts(uiTexts);
  const title = useTitle();
  const id = useId();
  const [key, setKey] = useState(fixed);
  const [value, setValue] = useState<unknown>(null);
  const stages = (entity.machines ?? []).map((m) => m.field);
  const fields = entity.fields.filter(
    (f) =>
      f.writable && !['child_rows', 'attachment', 'image', 'signature'].includes(f.type) && !stages.includes(f.key),
  );
  const field = key ? fieldOf(entity, key) : undefined;
  return (
    <Modal
      open
      title={fixed ? t.assign : t.bulkEdit}
      onCancel={cancel}
      okText={t.apply(count)}
      cancelText={ui.cancel}
      okButtonProps={{ disabled: !field }}
      onOk={() => field && apply(field.key, value)}
    >
      <div className={styles.editor} style={{ width: 'auto' }}>
        {!fixed && (
          <>
            <label htmlFor={`${id}-field`}>{t.chooseField}</label>
            <Select
              id={`${id}-field`}
              showSearch={{ optionFilterProp: 'label' }}
              value={key ?? null}
              options={fields.map((f) => ({ value: f.key, label: title(f.title, f.key) }))}
              onChange={(next) => {
                setKey(next);
                setValue(null);
              }}
            />
          </>
        )}
        {field && (
          <>
            <label htmlFor={`${id}-value`}>{title(field.title, field.key)}</label>
            <FieldInput
              id={`${id}-value`}
              entity={entity}
              field={{ ...field, required: false }}
              value={value}
              onChange={setValue}
            />
          </>
        )}
      </div>
    </Modal>
  );
}
