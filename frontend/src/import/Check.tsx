import { Alert, Button, Select } from 'antd';
import { useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import { entityOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import page from '@/ui/page.module.css';
import { uiTexts } from '@/ui/texts';
import { WideTable } from '@/ui/WideTable';
import { type FileMapping, type ImportReport, type Job, sum } from './api';
import styles from './Import.module.css';
import { Problems } from './Problems';
import { ReportTable } from './ReportTable';
import { importTexts } from './texts';

type Props = {
  job: Job;
  report: ImportReport;
  busy: boolean;
  check: (job: Job) => void;
  run: () => void;
  back: () => void;
};

/** What the files would do: how columns are read, what would be made, and every problem. */
export function Check({ job, report, busy, check, run, back }: Props) {
  const t = useTexts(importTexts);
  const ui = useTexts(uiTexts);
  const format = useFormat();
  const failed = sum(report, 'failed');
  const rows = sum(report, 'read') - failed;
  return (
    <>
      {report.failure && <Alert className={page.section} type="error" role="alert" title={report.failure.message} />}
      {!report.failure && (
        <Alert
          className={page.section}
          type={failed > 0 ? 'warning' : 'success'}
          role="status"
          title={failed > 0 ? t.someBad(format.number(failed)) : t.ok}
        />
      )}
      <ReportTable report={report} />
      {job.entity && typeof job.mapping !== 'string' && report.files[0] && (
        <Columns key={report.id} job={job} report={report} busy={busy} check={check} />
      )}
      <Problems report={report} />
      <div className={styles.foot}>
        <Button onClick={back}>{ui.back}</Button>
        <Button type="primary" loading={busy} disabled={rows <= 0} onClick={run}>
          {t.run(format.number(Math.max(0, rows)))}
        </Button>
      </div>
    </>
  );
}

type ColumnsProps = { job: Job; report: ImportReport; busy: boolean; check: (job: Job) => void };

/** Each column of the file with the field that it fills. */
function Columns({ job, report, busy, check }: ColumnsProps) {
  const t = useTexts(importTexts);
  const title = useTitle();
  const entity = entityOf(useMeta(), job.entity ?? '');
  const file = report.files[0];
  const start = (typeof job.mapping === 'object' && job.mapping.files[0]) || undefined;
  const [fields, setFields] = useState<Record<string, string | undefined>>(() =>
    Object.fromEntries(
      (file?.columns ?? []).map((c) => [c.header, start?.columns[c.header]?.[0]?.field ?? c.fields?.[0]]),
    ),
  );
  const [key, setKey] = useState(start?.key);
  if (!entity || !file?.columns) return null;
  const options = entity.fields
    .filter((f) => f.writable || f.type === 'auto_number')
    .map((f) => ({ value: f.key, label: title(f.title, f.key) }));
  const keyOptions = options.filter((o) => Object.values(fields).includes(o.value));
  const again = () => {
    const mapping: FileMapping = {
      entity: entity.key,
      key,
      columns: Object.fromEntries(Object.entries(fields).flatMap(([h, f]) => (f ? [[h, [{ field: f }]]] : []))),
    };
    check({ ...job, mapping: { files: [mapping] } });
  };
  return (
    <section className={page.section}>
      <p className={page.note}>
        {file.encoding && t.reads(file.encoding + (file.encoding_guessed ? t.guessed : ''), file.header ?? 1)}{' '}
        {file.sheet}
      </p>
      <WideTable name={t.column}>
        <table className={page.table}>
          <thead>
            <tr>
              <th scope="col">{t.column}</th>
              <th scope="col">{t.samples}</th>
              <th scope="col">{t.field}</th>
            </tr>
          </thead>
          <tbody>
            {file.columns.map((c) => (
              <tr key={c.header}>
                <th scope="row">{c.header}</th>
                <td className={page.meta}>{(c.samples ?? []).filter(Boolean).join(' · ')}</td>
                <td>
                  <Select
                    className="full-width"
                    aria-label={`${t.field} ${c.header}`}
                    allowClear
                    showSearch={{ optionFilterProp: 'label' }}
                    placeholder={t.skip}
                    value={fields[c.header] ?? null}
                    options={options}
                    onChange={(v: string | null) => setFields({ ...fields, [c.header]: v ?? undefined })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </WideTable>
      <div className={page.form}>
        <label htmlFor="import-key">
          {t.key}
          <Select
            id="import-key"
            allowClear
            placeholder={t.noKey}
            value={key ?? null}
            options={keyOptions}
            onChange={(v: string | null) => setKey(v ?? undefined)}
          />
        </label>
        <Button loading={busy} onClick={again}>
          {t.again}
        </Button>
      </div>
    </section>
  );
}
