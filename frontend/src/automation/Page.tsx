import { useNavigate, useSearch } from '@tanstack/react-router';
import { defineTexts, useTexts } from '@/i18n/texts';
import { useMe } from '@/session/session';
import { shellTexts } from '@/shell/texts';
import { PageHeader } from '@/ui/PageHeader';
import page from '@/ui/page.module.css';
import { EmptyState } from '@/ui/State';
import { Tabs } from '@/ui/Tabs';
import { Incidents } from './Incidents';
import { Jobs } from './Jobs';
import { RunList } from './RunList';

const texts = defineTexts(
  { runs: '运行', incidents: '事故', jobs: '任务队列' },
  { runs: 'Runs', incidents: 'Incidents', jobs: 'Jobs' },
);

/** /automation: what triggers and background jobs did, are doing and failed at. */
export function Page() {
  const t = useTexts(texts);
  const shell = useTexts(shellTexts);
  const me = useMe();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { tab?: string };
  if (!me.admin) return <EmptyState title={shell.forbidden} text={shell.forbiddenText} />;
  return (
    <>
      <PageHeader title={shell.automation} />
      <div className={page.scroller}>
        <Tabs
          on={search.tab ?? 'runs'}
          choose={(tab) => void navigate({ to: '/automation', search: { tab: tab === 'runs' ? undefined : tab } })}
          tabs={[
            { key: 'runs', title: t.runs, content: () => <RunList /> },
            { key: 'incidents', title: t.incidents, content: () => <Incidents /> },
            { key: 'jobs', title: t.jobs, content: () => <Jobs /> },
          ]}
        />
      </div>
    </>
  );
}
