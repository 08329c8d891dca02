import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import { entityOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import page from '@/ui/page.module.css';
import { WideTable } from '@/ui/WideTable';
import type { ImportReport } from './api';
import { importTexts } from './texts';

/** The counts of an import, file by file. */
export function ReportTable({ report }: { report: ImportReport }) {
  const t = useTexts(importTexts);
  const title = useTitle();
  const format = useFormat();
  const meta = useMeta();
  const counts = ['rows', 'created', 'updated', 'unchanged', 'failed'] as const;
  return (
    <WideTable name={t.rows}>
      <table className={page.table}>
        <thead>
          <tr>
            <th />
            {counts.map((c) => (
              <th key={c} scope="col" className={page.right}>
                {t[c]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.files.map((f, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one file may be there several times
            <tr key={`${f.file} ${f.entity} ${i}`}>
              <th scope="row">
                {f.file} → {title(entityOf(meta, f.entity)?.title, f.entity)}
              </th>
              {counts.map((c) => (
                <td key={c} className={`${page.right} number ${c === 'failed' && f.failed > 0 ? page.bad : ''}`}>
                  {format.number(f[c])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </WideTable>
  );
}
