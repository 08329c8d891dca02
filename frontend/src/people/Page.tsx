import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTexts } from '@/i18n/texts';
import { can, useEntity } from '@/meta/meta';
import { shellTexts } from '@/shell/texts';
import { PageHeader } from '@/ui/PageHeader';
import page from '@/ui/page.module.css';
import { EmptyState } from '@/ui/State';
import { Tabs } from '@/ui/Tabs';
import { Departments } from './Departments';
import { People } from './People';
import { peopleTexts } from './texts';

/** /people: users and departments. */
export function Page() {
  const t = useTexts(peopleTexts);
  const shell = useTexts(shellTexts);
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { tab?: string };
  const user = useEntity('user');
  if (!can(user, 'read')) return <EmptyState title={shell.forbidden} text={shell.forbiddenText} />;
  return (
    <>
      <PageHeader title={shell.people} />
      <div className={page.scroller}>
        <Tabs
          on={search.tab ?? 'people'}
          choose={(tab) => void navigate({ to: '/people', search: { tab: tab === 'people' ? undefined : tab } })}
          tabs={[
            { key: 'people', title: t.people, content: () => <People /> },
            { key: 'departments', title: t.departments, content: () => <Departments /> },
          ]}
        />
      </div>
    </>
  );
}
