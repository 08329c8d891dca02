import type { RecordRow } from '@/api/records';
import { FieldValue } from '@/fields/FieldValue';
import { chooseForm } from '@/form/lib/values';
import { useTitle } from '@/i18n/texts';
import { type EntityMeta, fieldOf, systemFields } from '@/meta/meta';
import { useMeta } from '@/session/session';
import styles from './Details.module.css';

/** All fields of a record in the order of its form, then those that weft keeps. */
export function Details({ entity, row }: { entity: EntityMeta; row: RecordRow }) {
  const title = useTitle();
  const form = chooseForm(useMeta().forms, entity, false);
  const inForm = new Set(form.sections.flatMap((s) => s.fields));
  const rest = entity.fields.filter((f) => f.readable && !inForm.has(f.key)).map((f) => f.key);
  const sections = [...form.sections, { fields: [...rest, ...systemFields.map((f) => f.key)] }];
  return (
    <>
      {sections.map((s, i) => (
        <section key={s.fields.join(' ') || i} className={styles.section}>
          {s.title && <h2>{title(s.title)}</h2>}
          <dl>
            {s.fields.map((key) => {
              const f = fieldOf(entity, key);
              if (!f?.readable) return null;
              return (
                <div key={key}>
                  <dt>{title(f.title, key)}</dt>
                  <dd className={f.type === 'long_text' ? styles.text : undefined}>
                    <FieldValue entity={entity} field={f} row={row} links />
                  </dd>
                </div>
              );
            })}
          </dl>
        </section>
      ))}
    </>
  );
}
