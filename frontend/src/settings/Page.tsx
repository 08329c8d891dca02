import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTexts } from '@/i18n/texts';
import { useMe } from '@/session/session';
import { shellTexts } from '@/shell/texts';
import { PageHeader } from '@/ui/PageHeader';
import page from '@/ui/page.module.css';
import { Tabs } from '@/ui/Tabs';
import { ApiTokens } from './ApiTokens';
import { Mine } from './Mine';
import { Organisation } from './Organisation';
import { Security } from './Security';
import { settingsTexts } from './texts';

/** /settings: what concerns this person, and for administrators the organisation. */
export function Page() {
  const t = useTexts(settingsTexts);
  const shell = useTexts(shellTexts);
  const me = useMe();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { tab?: string };
  return (
    <>
      <PageHeader title={shell.settings} />
      <div className={page.scroller}>
        <Tabs
          on={search.tab ?? 'mine'}
          choose={(tab) => void navigate({ to: '/settings', search: { tab: tab === 'mine' ? undefined : tab } })}
          tabs={[
            { key: 'mine', title: t.mine, content: () => <Mine /> },
            { key: 'security', title: t.security, content: () => <Security /> },
            { key: 'tokens', title: t.tokens, content: () => <ApiTokens /> },
            ...(me.admin ? [{ key: 'organisation', title: t.organisation, content: () => <Organisation /> }] : []),
          ]}
        />
      </div>
    </>
  );
}
