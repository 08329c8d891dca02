import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Drawer } from 'antd';
import { useState } from 'react';
import { type Schemas, send } from '@/api/client';
import { refusalText } from '@/api/error';
import { useJoin, useTexts, useTitle } from '@/i18n/texts';
import page from '@/ui/page.module.css';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import type { Template } from './Page';
import { templateTexts } from './texts';

/** What an installation brings, and the choices before it. */
export function InstallDrawer({ template, all, close }: { template: Template; all: Template[]; close: () => void }) {
  const t = useTexts(templateTexts);
  const join = useJoin();
  const ui = useTexts(uiTexts);
  const title = useTitle();
  const client = useQueryClient();
  const [sampleData, setSampleData] = useState(true);
  const [confirmRoles, setConfirmRoles] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const name = title(template.title, template.key);
  const required = (template.requires ?? [])
    .map((r) => (typeof r === 'string' ? r : (r.key ?? '')))
    .map((key) => title(all.find((one) => one.key === key)?.title, key));
  const install = async () => {
    setBusy(true);
    setError('');
    try {
      const done = await send<Schemas['Installed']>('POST', `/templates/${template.key}/install`, {
        body: { sampleData, confirmRoles },
      });
      await client.invalidateQueries();
      const notes = [
        done.records > 0 ? t.withRecords(done.records) : '',
        done.awaiting?.length ? t.waiting(done.awaiting.length) : '',
      ];
      toast({ text: [t.done(name), ...notes.filter(Boolean)].join('，') });
      close();
    } catch (err) {
      setError(refusalText(err));
      setBusy(false);
    }
  };
  return (
    <Drawer
      open
      size={520}
      title={t.installTitle(name)}
      onClose={close}
      footer={
        <div className={page.actions}>
          <Button type="primary" loading={busy} onClick={() => void install()}>
            {busy ? t.installing : t.install}
          </Button>
          <Button onClick={close}>{ui.cancel}</Button>
        </div>
      }
    >
      {error && <Alert type="error" role="alert" title={error} />}
      <p className={page.note}>{title(template.description)}</p>
      {required.length > 0 && <p className={page.note}>{t.requires(join(required))}</p>}
      <div className={page.section}>
        <h2>{t.creates}</h2>
        <ul>
          {(template.menu ?? []).map((m) => (
            <li key={title(m.title)}>{title(m.title)}</li>
          ))}
        </ul>
      </div>
      <div className={page.form}>
        <Checkbox checked={sampleData} onChange={(e) => setSampleData(e.target.checked)}>
          {t.sampleData}
        </Checkbox>
        <p className={page.meta}>{t.sampleDataHelp}</p>
        <Checkbox checked={confirmRoles} onChange={(e) => setConfirmRoles(e.target.checked)}>
          {t.confirmRoles}
        </Checkbox>
        <p className={page.meta}>{t.confirmRolesHelp}</p>
      </div>
    </Drawer>
  );
}
