import { Alert, Input, Modal } from 'antd';
import { useState } from 'react';
import { send } from '@/api/client';
import { refusalText } from '@/api/error';
import type { RecordRow } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import { peopleTexts } from './texts';

/** A new password for somebody who has forgotten theirs. */
export function SetPassword({ user, close }: { user: RecordRow; close: () => void }) {
  const t = useTexts(peopleTexts);
  const ui = useTexts(uiTexts);
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const save = async () => {
    try {
      await send('PUT', `/users/${user.id}/password`, { body: { password } });
      toast({ text: t.passwordSet(String(user.name)) });
      close();
    } catch (err) {
      setError(refusalText(err));
    }
  };
  return (
    <Modal
      open
      title={`${t.setPassword} · ${String(user.name)}`}
      okText={ui.save}
      cancelText={ui.cancel}
      okButtonProps={{ disabled: !password }}
      onOk={() => void save()}
      onCancel={close}
    >
      {error && <Alert type="error" role="alert" title={error} />}
      <Input.Password
        aria-label={t.password}
        autoComplete="new-password"
        value={password}
        onChange={(e) => setPassword(e.target.value)}
      />
    </Modal>
  );
}
