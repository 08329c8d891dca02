import { Link } from '@tanstack/react-router';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import page from '@/ui/page.module.css';
import { type ImportReport, sum } from './api';
import { importTexts } from './texts';

/** Imports of before, to look at or to undo. */
export function PastImports({ imports }: { imports: ImportReport[] }) {
  const t = useTexts(importTexts);
  const format = useFormat();
  const real = imports.filter((i) => !i.dry_run);
  if (real.length === 0) return null;
  return (
    <section className={page.section}>
      <h2>{t.history}</h2>
      <table className={page.table}>
        <tbody>
          {real.slice(0, 20).map((i) => (
            <tr key={i.id}>
              <td>
                <Link to="/import" search={{ id: i.id }}>
                  {i.files
                    .map((f) => f.file)
                    .filter((f, at, all) => all.indexOf(f) === at)
                    .join('、')}
                </Link>
              </td>
              <td className={page.meta}>{t.by(i.by_login ?? '', format.ago(i.at))}</td>
              <td className={`${page.right} number`}>
                {t.created} {format.number(sum(i, 'created'))}
              </td>
              <td className={page.meta}>{i.undo ? t.undone : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
