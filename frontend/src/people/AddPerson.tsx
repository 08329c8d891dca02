import { Alert, Input, Modal } from 'antd';
import { useId, useState } from 'react';
import { refreshEntity } from '@/api/cache';
import { send } from '@/api/client';
import { refusalText } from '@/api/error';
import { createRecord } from '@/api/records';
import { FieldInput } from '@/form/components/FieldInput';
import { setValues, type Values } from '@/form/lib/values';
import { useTexts, useTitle } from '@/i18n/texts';
import { fieldOf, useEntity } from '@/meta/meta';
import page from '@/ui/page.module.css';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import { peopleTexts } from './texts';

/** A new user with a first password. */
export function AddPerson({ close }: { close: () => void }) {
  const t = useTexts(peopleTexts);
  const ui = useTexts(uiTexts);
  const title = useTitle();
  const id = useId();
  const user = useEntity('user');
  const [values, setAll] = useState<Values>({});
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  if (!user) return null;
  const save = async () => {
    setBusy(true);
    setError('');
    try {
      const made = await createRecord('user', { active: true, ...setValues(values) });
      if (password) await send('PUT', `/users/${made.id}/password`, { body: { password } });
      void refreshEntity('user');
      toast({ text: t.created(String(made.name)) });
      close();
    } catch (err) {
      setError(refusalText(err));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t.add}
      okText={ui.save}
      cancelText={ui.cancel}
      confirmLoading={busy}
      onOk={() => void save()}
      onCancel={close}
    >
      <div className={page.form}>
        {error && <Alert type="error" role="alert" title={error} />}
        {['name', 'login', 'phone', 'email', 'department', 'superior'].map((key) => {
          const field = fieldOf(user, key);
          return (
            field && (
              <label key={key} htmlFor={`${id}-${key}`}>
                {title(field.title, key)}
                <FieldInput
                  id={`${id}-${key}`}
                  entity={user}
                  field={field}
                  value={values[key]}
                  onChange={(v) => setAll({ ...values, [key]: v })}
                />
              </label>
            )
          );
        })}
        <label htmlFor={`${id}-password`}>
          {t.password}
          <Input.Password
            id={`${id}-password`}
            autoComplete="new-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </label>
      </div>
    </Modal>
  );
}
