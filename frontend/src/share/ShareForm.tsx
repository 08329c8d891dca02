import { useQuery } from '@tanstack/react-query';
import { Button, Modal, QRCode, Select } from 'antd';
import { useState } from 'react';
import { type Schemas, send } from '@/api/client';
import { refusalText } from '@/api/error';
import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, type FormDefinition, fieldOf } from '@/meta/meta';
import page from '@/ui/page.module.css';
import { ErrorState, Skeleton } from '@/ui/State';
import { toast } from '@/ui/toast';
import { shareTexts } from './texts';

type Links = Schemas['FormLinks'];
type Link = Links['items'][number];

/** Links to a public form, with a QR code to print and the lines to embed it. */
export default function ShareForm({
  entity,
  form,
  close,
}: {
  entity: EntityMeta;
  form: FormDefinition;
  close: () => void;
}) {
  const t = useTexts(shareTexts);
  const title = useTitle();
  const links = useQuery({
    queryKey: ['links', form.key],
    queryFn: ({ signal }) => send<Links>('GET', `/forms/${form.key}/links`, { signal }),
  });
  const [source, setSource] = useState<string>();
  const field = fieldOf(entity, 'source');
  const make = async () => {
    try {
      await send('POST', `/forms/${form.key}/links`, { body: source ? { prefill: { source } } : {} });
      void links.refetch();
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  return (
    <Modal open width={640} title={t.title(title(form.title, form.key))} footer={null} onCancel={close}>
      <p className={page.note}>{t.text}</p>
      <div className={page.actions}>
        {field?.choices && (
          <Select
            aria-label={t.source}
            placeholder={t.source}
            style={{ minWidth: 200 }}
            allowClear
            value={source ?? null}
            options={field.choices.map((c) => ({ value: c.key, label: title(c.title, c.key) }))}
            onChange={(v: string | null) => setSource(v ?? undefined)}
          />
        )}
        <Button type="primary" onClick={() => void make()}>
          {t.make}
        </Button>
      </div>
      <p className={page.meta}>{t.sourceHelp}</p>
      {links.isError && <ErrorState error={links.error} retry={() => void links.refetch()} />}
      {links.isPending && <Skeleton rows={2} />}
      {links.data?.items.length === 0 && <p className={page.note}>{t.none}</p>}
      <ul className={page.cards}>
        {links.data?.items.map((link) => (
          <LinkCard key={link.token} form={form} link={link} changed={() => void links.refetch()} />
        ))}
      </ul>
    </Modal>
  );
}

function LinkCard({ form, link, changed }: { form: FormDefinition; link: Link; changed: () => void }) {
  const t = useTexts(shareTexts);
  const title = useTitle();
  const format = useFormat();
  const address = `${location.origin}/f/${link.token}`;
  const copy = (text: string) => void navigator.clipboard.writeText(text).then(() => toast({ text: t.copied }));
  const revoke = async () => {
    await send('DELETE', `/forms/${form.key}/links/${link.token}`);
    toast({ text: t.revoked });
    changed();
  };
  const frame = `<iframe src="${address}" title="${title(form.title, form.key)}" width="100%" height="720" style="border:0"></iframe>`;
  return (
    <li className={page.card}>
      <QRCode value={address} size={128} aria-label={t.qr} bordered={false} />
      <a href={address} target="_blank" rel="noreferrer" className="ellipsis">
        {address}
      </a>
      <span className={page.meta}>
        {t.made(format.ago(link.at))}{' '}
        {Object.values(link.prefill ?? {})
          .map(String)
          .join(' ')}
      </span>
      <div className={page.actions}>
        <Button size="small" onClick={() => copy(address)}>
          {t.copy}
        </Button>
        <Button size="small" onClick={() => copy(frame)}>
          {t.embed}
        </Button>
        <Button size="small" danger onClick={() => void revoke()}>
          {t.revoke}
        </Button>
      </div>
    </li>
  );
}
