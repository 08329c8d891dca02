import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Steps } from 'antd';
import { useState } from 'react';
import { get, send } from '@/api/client';
import { refusalText } from '@/api/error';
import { useTexts, useTitle } from '@/i18n/texts';
import { can, entityOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { PageHeader } from '@/ui/PageHeader';
import page from '@/ui/page.module.css';
import { EmptyState } from '@/ui/State';
import { getImport, type ImportReport, isRunning, type Job, startImport } from './api';
import { Check } from './Check';
import { ChooseFiles } from './ChooseFiles';
import { PastImports } from './PastImports';
import { Result } from './Result';
import { importTexts } from './texts';

export type SavedMapping = { name: string; files: { file?: string; entity: string }[] };

/** /import: choose files, check what they would do, run, and undo. */
export function Page() {
  const t = useTexts(importTexts);
  const title = useTitle();
  const meta = useMeta();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { entity?: string; id?: string };
  const [job, setJob] = useState<Job>();
  const [checked, setChecked] = useState<ImportReport>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const entities = meta.entities.filter((e) => can(e, 'import') && !e.child_of);
  const mappings =
    useQuery({ queryKey: ['mappings'], queryFn: () => send<{ items: SavedMapping[] }>('GET', '/import-mappings') }).data
      ?.items ?? [];
  const run = useQuery({
    queryKey: ['import', search.id],
    enabled: search.id !== undefined,
    queryFn: ({ signal }) => getImport(search.id ?? '', signal),
    refetchInterval: (q) => (isRunning(q.state.data) ? 500 : false),
  }).data;
  const past = useQuery({ queryKey: ['imports'], queryFn: ({ signal }) => get('/imports', signal) });
  if (entities.length === 0) return <EmptyState title={t.noRight} text={t.noRightText} />;

  async function check(next: Job) {
    setJob(next);
    setBusy(true);
    setError('');
    try {
      let report = await startImport(next, true);
      while (isRunning(report)) {
        await new Promise((done) => setTimeout(done, 300));
        report = await getImport(report.id);
      }
      setChecked(report);
    } catch (err) {
      setError(refusalText(err));
    }
    setBusy(false);
  }

  async function start() {
    if (!job) return;
    setBusy(true);
    try {
      const report = await startImport(job, false);
      void past.refetch();
      void navigate({ to: '/import', search: { id: report.id } });
    } catch (err) {
      setError(refusalText(err));
    }
    setBusy(false);
  }
  const restart = () => {
    setJob(undefined);
    setChecked(undefined);
    void navigate({ to: '/import' });
  };
  const step = search.id ? 2 : checked ? 1 : 0;
  const entity = entityOf(meta, job?.entity ?? search.entity ?? '');
  return (
    <>
      <PageHeader title={entity ? `${t.title} · ${title(entity.title, entity.key)}` : t.title} />
      <div className={page.scroller}>
        <div className={page.section}>
          <Steps
            aria-label={t.steps}
            size="small"
            current={step}
            items={[{ title: t.choose }, { title: t.check }, { title: t.result }]}
          />
        </div>
        {error && <Alert className={page.section} type="error" role="alert" title={error} />}
        {search.id ? (
          run && <Result report={run} again={restart} />
        ) : checked && job ? (
          <Check
            job={job}
            report={checked}
            busy={busy}
            check={(next) => void check(next)}
            run={() => void start()}
            back={restart}
          />
        ) : (
          <ChooseFiles
            entities={entities}
            mappings={mappings}
            entity={search.entity}
            busy={busy}
            check={(next) => void check(next)}
          />
        )}
        {step === 0 && past.data && <PastImports imports={past.data.items} />}
      </div>
    </>
  );
}
