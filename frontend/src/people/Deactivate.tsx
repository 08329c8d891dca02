import { Alert, Modal, Select } from 'antd';
import { useState } from 'react';
import { refreshEntity } from '@/api/cache';
import { refusalText } from '@/api/error';
import { bulkRecords, type RecordRow, updateRecord } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import { can } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import { peopleTexts } from './texts';

/** Ends somebody's access, after handing over what they own. */
export function Deactivate({ user, people, close }: { user: RecordRow; people: RecordRow[]; close: () => void }) {
  const t = useTexts(peopleTexts);
  const ui = useTexts(uiTexts);
  const meta = useMeta();
  const [to, setTo] = useState<string>();
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      let moved = 0;
      const owned = to
        ? meta.entities.filter(
            (e) => can(e, 'update') && e.owner_field && e.fields.some((f) => f.key === e.owner_field && f.writable),
          )
        : [];
      for (const e of owned) {
        const { results } = await bulkRecords(e.key, {
          op: 'update',
          where: [e.owner_field ?? '', '=', user.id],
          values: { [e.owner_field ?? '']: to },
        });
        moved += results.filter((r) => r.status < 300).length;
        if (results.length > 0) void refreshEntity(e.key);
      }
      await updateRecord('user', user.id, { active: false });
      void refreshEntity('user');
      if (to) toast({ text: t.handedOver(moved, String(people.find((p) => p.id === to)?.name ?? '')) });
      close();
    } catch (err) {
      setError(refusalText(err));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t.deactivateTitle(String(user.name))}
      okText={t.deactivate}
      okButtonProps={{ danger: true, loading: busy }}
      cancelText={ui.cancel}
      onOk={() => void run()}
      onCancel={close}
    >
      {error && <Alert type="error" role="alert" title={error} />}
      <p>{t.deactivateText}</p>
      <label htmlFor="hand-over">{t.handOver}</label>
      <Select
        id="hand-over"
        className="full-width"
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t.keepRecords}
        value={to ?? null}
        options={people
          .filter((p) => p.id !== user.id && p.active !== false)
          .map((p) => ({ value: p.id, label: String(p.name) }))}
        onChange={(v: string | null) => setTo(v ?? undefined)}
      />
    </Modal>
  );
}
