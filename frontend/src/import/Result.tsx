import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Alert, Button, Progress } from 'antd';
import { useEffect, useState } from 'react';
import { refusalText } from '@/api/error';
import { useTexts } from '@/i18n/texts';
import page from '@/ui/page.module.css';
import { toast } from '@/ui/toast';
import { type ImportReport, isRunning, sum, undoImport } from './api';
import { Problems } from './Problems';
import { ReportTable } from './ReportTable';
import { importTexts } from './texts';

const total = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

/** An import while it runs and afterwards, with its undo. */
export function Result({ report, again }: { report: ImportReport; again: () => void }) {
  const t = useTexts(importTexts);
  const navigate = useNavigate();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const running = isRunning(report);
  const undone = report.undo;
  useEffect(() => {
    if (!running) void client.invalidateQueries({ queryKey: ['records'] });
  }, [running, client]);
  const undo = async () => {
    setBusy(true);
    try {
      client.setQueryData(['import', report.id], await undoImport(report.id));
      void client.invalidateQueries({ queryKey: ['import', report.id] });
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
    setBusy(false);
  };
  const rows = sum(report, 'rows');
  const entity = report.files.at(-1)?.entity;
  return (
    <>
      <section className={page.section} aria-live="polite">
        {running ? (
          <>
            <p>{t.running}</p>
            <Progress percent={rows > 0 ? Math.floor((100 * sum(report, 'read')) / rows) : 0} aria-label={t.running} />
            <p className={page.meta}>{t.background}</p>
          </>
        ) : undone ? (
          <Alert
            type="info"
            title={t.undone}
            description={t.undoneText(total(undone.deleted), total(undone.restored), undone.kept_count ?? 0)}
          />
        ) : (
          <Alert
            type={report.state === 'done' ? 'success' : 'error'}
            title={report.state === 'done' ? t.done : t.stopped}
            description={report.failure?.message}
          />
        )}
      </section>
      <ReportTable report={report} />
      <Problems report={report} />
      {!running && (
        <div className={page.actions}>
          {entity && (
            <Button type="primary" onClick={() => void navigate({ to: '/r/$entity', params: { entity } })}>
              {t.look}
            </Button>
          )}
          {!undone && report.state === 'done' && (
            <Button loading={busy} onClick={() => void undo()}>
              {t.undo}
            </Button>
          )}
          <Button onClick={again}>{t.another}</Button>
        </div>
      )}
    </>
  );
}
