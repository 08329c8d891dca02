import { useQueryClient } from '@tanstack/react-query';
import { Alert, Modal, Radio } from 'antd';
import { useState } from 'react';
import { send } from '@/api/client';
import { refusalText } from '@/api/error';
import { useTexts, useTitle } from '@/i18n/texts';
import page from '@/ui/page.module.css';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import type { Template } from './Page';
import { templateTexts } from './texts';

/** Takes a template away, with or without the records that belong to it. */
export function UninstallDialog({ template, close }: { template: Template; close: () => void }) {
  const t = useTexts(templateTexts);
  const ui = useTexts(uiTexts);
  const title = useTitle();
  const client = useQueryClient();
  const [data, setData] = useState<'keep' | 'remove'>('keep');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const name = title(template.title, template.key);
  const run = async () => {
    setBusy(true);
    try {
      await send('DELETE', `/templates/${template.key}?data=${data}`);
      await client.invalidateQueries();
      toast({ text: t.uninstalled(name) });
      close();
    } catch (err) {
      setError(refusalText(err));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t.uninstallTitle(name)}
      okText={t.uninstall}
      okButtonProps={{ danger: true, loading: busy }}
      cancelText={ui.cancel}
      onOk={() => void run()}
      onCancel={close}
    >
      {error && <Alert type="error" role="alert" title={error} />}
      <Radio.Group value={data} onChange={(e) => setData(e.target.value as 'keep' | 'remove')}>
        <div className={page.form}>
          <Radio value="keep">{t.keep}</Radio>
          <p className={page.meta}>{t.keepHelp}</p>
          <Radio value="remove">{t.remove}</Radio>
          <p className={page.meta}>{t.removeHelp}</p>
        </div>
      </Radio.Group>
    </Modal>
  );
}
