import { useQuery } from '@tanstack/react-query';
import { type Schemas, send } from '@/api/client';
import type { RecordRow } from '@/api/records';
import { useTexts, useTitle } from '@/i18n/texts';
import type { EntityMeta } from '@/meta/meta';
import { Person } from '@/ui/Avatar';
import { useMedia } from '@/ui/media';
import { recordTexts } from '../texts';
import { Runs } from './Runs';
import styles from './SidePanel.module.css';
import { WhyPanel } from './WhyPanel';

/** What explains a record: rights, how it was assigned, and what ran because of it. */
export function SidePanel({ entity, row }: { entity: EntityMeta; row: RecordRow }) {
  const wide = useMedia('(min-width: 1440px)');
  if (!wide) return null;
  return (
    <aside className={styles.panel}>
      <WhyPanel entity={entity} row={row} />
      <Assignment entity={entity} row={row} />
      <Runs entity={entity} row={row} />
    </aside>
  );
}

/** Who was considered for a record, with the score of each. */
function Assignment({ entity, row }: { entity: EntityMeta; row: RecordRow }) {
  const t = useTexts(recordTexts);
  const title = useTitle();
  const traces = useQuery({
    queryKey: ['records', entity.key, 'assignments', row.id],
    queryFn: ({ signal }) =>
      send<Schemas['AssignmentTraces']>('GET', `/records/${entity.key}/${row.id}/assignments`, { signal }),
    enabled: (entity.assignment_rules?.length ?? 0) > 0,
  }).data;
  const trace = traces?.items[0];
  if (!trace) return null;
  return (
    <section>
      <h2>{t.assignment}</h2>
      <p className={styles.note}>{title(trace.message)}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.candidate}</th>
            <th scope="col" className={styles.right}>
              {t.score}
            </th>
          </tr>
        </thead>
        <tbody>
          {trace.candidates.slice(0, 8).map((c) => (
            <tr key={c.user} title={c.factors.map((f) => `${f.key} ${f.score}×${f.weight} ${title(f.why)}`).join('\n')}>
              <td>
                <Person name={c.name ?? c.user.slice(-6)} />
              </td>
              <td className={`${styles.right} number`}>{c.skipped ? title(c.skipped.message, t.skipped) : c.total}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
