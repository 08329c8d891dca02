import { useTexts, useTitle } from '@/i18n/texts';
import { entityOf, fieldOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import page from '@/ui/page.module.css';
import { WideTable } from '@/ui/WideTable';
import type { ImportReport } from './api';
import { importTexts } from './texts';

/** The problems of an import by reason, with the first rows of each, and all of them as a file. */
export function Problems({ report }: { report: ImportReport }) {
  const t = useTexts(importTexts);
  const title = useTitle();
  const meta = useMeta();
  if (report.problems.length === 0) return null;
  const fieldTitle = (entity: string, field?: string) => {
    const e = entityOf(meta, entity);
    return (e && field && title(fieldOf(e, field)?.title, field)) || field || '';
  };
  return (
    <section className={page.section}>
      <h2>{t.problems}</h2>
      <WideTable name={t.problems}>
        <table className={page.table}>
          <tbody>
            {report.problems.map((p) => (
              <tr key={`${p.file} ${p.path} ${p.code} ${p.value} ${p.message}`}>
                <th scope="row">{p.column ?? fieldTitle(p.entity, p.field)}</th>
                <td className={page.bad}>
                  {title(p.texts, p.message)} {p.value && `「${p.value}」`}
                </td>
                <td className={page.meta}>
                  {t.problemRows(p.rows.slice(0, 8).join(', '))} {p.count > 8 && t.andMore(p.count)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </WideTable>
      <p>
        <a href={`/api/v1/imports/${report.id}/problems`} download>
          {t.download}
        </a>
      </p>
    </section>
  );
}
