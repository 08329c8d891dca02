import type { RecordRow } from '@/api/records';
import { FieldValue } from '@/fields/FieldValue';
import { FileRow } from '@/form/components/FileInput';
import { chooseForm, formFields } from '@/form/lib/values';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, fieldOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { recordTexts } from '../texts';
import styles from './KeyFacts.module.css';

const large = ['long_text', 'child_rows'];
const files = ['attachment', 'image', 'signature'];

/** The fields of the entity's form that fit a line each, and its files. */
export function KeyFacts({ entity, row }: { entity: EntityMeta; row: RecordRow }) {
  const t = useTexts(recordTexts);
  const title = useTitle();
  const meta = useMeta();
  const stages = (entity.machines ?? []).map((m) => m.field);
  const fields = formFields(chooseForm(meta.forms, entity, false)).flatMap((key) => {
    const f = fieldOf(entity, key);
    return f?.readable && !stages.includes(key) && key !== entity.title_field ? [f] : [];
  });
  return (
    <>
      <h2 className={styles.heading}>{t.keyFacts}</h2>
      <dl className={styles.facts}>
        {fields
          .filter((f) => !large.includes(f.type) && !files.includes(f.type))
          .map((f) => (
            <div key={f.key}>
              <dt className="ellipsis" title={title(f.title, f.key)}>
                {title(f.title, f.key)}
              </dt>
              <dd>
                <FieldValue entity={entity} field={f} row={row} links />
              </dd>
            </div>
          ))}
      </dl>
      {fields
        .filter((f) => files.includes(f.type))
        .map((f) => {
          const ids = (row[f.key] ?? []) as string[];
          return (
            <section key={f.key} className={styles.files}>
              <h3>
                {title(f.title, f.key)} <small className="number">{ids.length}</small>
              </h3>
              {ids.length > 0 && (
                <ul>
                  {ids.map((id) => (
                    <FileRow key={id} id={id} />
                  ))}
                </ul>
              )}
            </section>
          );
        })}
    </>
  );
}
