import {
  ExportOutlined,
  ImportOutlined,
  MoreOutlined,
  PlusOutlined,
  PrinterOutlined,
  ShareAltOutlined,
} from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { refusalText } from '@/api/error';
import { exportRecords } from '@/api/records';
import { useTexts, useTitle } from '@/i18n/texts';
import { can, type EntityMeta, type FieldMeta, type FormDefinition } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { shareTexts } from '@/share/texts';
import { usePhone } from '@/ui/media';
import { PageHeader } from '@/ui/PageHeader';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import type { ListState } from '../lib/address';
import { listTexts } from '../texts';

const ShareForm = lazy(() => import('@/share/ShareForm'));

type Props = { entity: EntityMeta; state: ListState; columns?: FieldMeta[]; sub?: React.ReactNode };

/** The name of a list or board, and what can be done with it as a whole. */
export function ListHeader({ entity, state, columns = [], sub }: Props) {
  const t = useTexts(listTexts);
  const ui = useTexts(uiTexts);
  const title = useTitle();
  const phone = usePhone();
  const navigate = useNavigate();
  const name = title(entity.title, entity.key);
  const share = useTexts(shareTexts);
  const publicForms = useMeta().forms.filter((f) => f.entity === entity.key && f.public && can(entity, 'update'));
  const [shared, setShared] = useState<FormDefinition>();
  const save = async (format: 'csv' | 'xlsx') => {
    try {
      const query = {
        where: state.where,
        search: state.search || undefined,
        sort: state.sort.length ? state.sort : undefined,
        fields: columns.map((f) => f.key),
      };
      download(await exportRecords(entity.key, query, format), `${name}.${format}`);
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  const items = [
    ...(can(entity, 'export')
      ? [
          {
            key: 'xlsx',
            label: `${t.export} Excel`,
            icon: <ExportOutlined aria-hidden="true" />,
            onClick: () => void save('xlsx'),
          },
          {
            key: 'csv',
            label: `${t.export} CSV`,
            icon: <ExportOutlined aria-hidden="true" />,
            onClick: () => void save('csv'),
          },
        ]
      : []),
    ...publicForms.map((f) => ({
      key: `share ${f.key}`,
      label: `${share.menu}：${title(f.title, f.key)}`,
      icon: <ShareAltOutlined aria-hidden="true" />,
      onClick: () => setShared(f),
    })),
    { key: 'print', label: t.print, icon: <PrinterOutlined aria-hidden="true" />, onClick: () => window.print() },
  ];
  return (
    <PageHeader title={name} sub={sub}>
      {can(entity, 'import') && !phone && (
        <Button
          icon={<ImportOutlined aria-hidden="true" />}
          onClick={() => void navigate({ to: '/import', search: { entity: entity.key } })}
        >
          {t.import}
        </Button>
      )}
      {can(entity, 'create') && (
        <Button
          type="primary"
          icon={<PlusOutlined aria-hidden="true" />}
          onClick={() => void navigate({ to: '/r/$entity/new', params: { entity: entity.key } })}
        >
          {t.new(name)}
        </Button>
      )}
      <Dropdown menu={{ items }} trigger={['click']}>
        <Button type="text" icon={<MoreOutlined aria-hidden="true" />} aria-label={ui.more} />
      </Dropdown>
      {shared && (
        <Suspense>
          <ShareForm entity={entity} form={shared} close={() => setShared(undefined)} />
        </Suspense>
      )}
    </PageHeader>
  );
}

/** Hands a file to the browser. */
export function download(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
