import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { get, type Schemas, send } from '@/api/client';
import { useTexts, useTitle } from '@/i18n/texts';
import { PageHeader } from '@/ui/PageHeader';
import { Tag } from '@/ui/Pill';
import page from '@/ui/page.module.css';
import { ErrorState, Skeleton } from '@/ui/State';
import { InstallDrawer } from './InstallDrawer';
import { templateTexts } from './texts';
import { UninstallDialog } from './UninstallDialog';

export type Template = Schemas['Templates']['items'][number] & {
  requires?: (string | { key?: string })[];
  menu?: { title: Schemas['Title'] }[];
};
type Packages = { items: { key: string; version: string }[] };

/** /templates: what can be installed, and what is. */
export function Page() {
  const t = useTexts(templateTexts);
  const title = useTitle();
  const [installing, setInstalling] = useState<Template>();
  const [removing, setRemoving] = useState<Template>();
  const templates = useQuery({ queryKey: ['templates'], queryFn: ({ signal }) => get('/templates', signal) });
  const packages = useQuery({
    queryKey: ['packages'],
    queryFn: ({ signal }) => send<Packages>('GET', '/builder/packages', { signal }),
  });
  if (templates.isError) return <ErrorState error={templates.error} retry={() => void templates.refetch()} />;
  if (!templates.data || !packages.data) return <Skeleton />;
  const all = templates.data.items as Template[];
  const versionOf = (key: string) => packages.data.items.find((p) => p.key === key)?.version;
  return (
    <>
      <PageHeader title={t.title} sub={t.sub} />
      <div className={page.scroller}>
        <ul className={page.cards}>
          {all.map((one) => {
            const have = versionOf(one.key);
            return (
              <li key={one.key} className={page.card}>
                <h2>
                  {title(one.title, one.key)} {have && <Tag color="green">{t.installed}</Tag>}
                </h2>
                <p>{title(one.description)}</p>
                <span className={page.meta}>
                  {t.version(have ?? one.version)} {(one.menu ?? []).map((m) => title(m.title)).join(' · ')}
                </span>
                <div className={page.actions}>
                  {!have && (
                    <Button type="primary" onClick={() => setInstalling(one)}>
                      {t.install}
                    </Button>
                  )}
                  {have && have !== one.version && (
                    <Button type="primary" onClick={() => setInstalling(one)}>
                      {t.upgrade(one.version)}
                    </Button>
                  )}
                  {have && <Button onClick={() => setRemoving(one)}>{t.uninstall}</Button>}
                </div>
              </li>
            );
          })}
        </ul>
      </div>
      {installing && <InstallDrawer template={installing} all={all} close={() => setInstalling(undefined)} />}
      {removing && <UninstallDialog template={removing} close={() => setRemoving(undefined)} />}
    </>
  );
}
