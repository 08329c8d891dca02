import { FieldValue, isSet } from '@/fields/FieldValue';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, type FieldMeta, type FormDefinition, fieldOf } from '@/meta/meta';
import { isComputed, type Problems, type Values } from '../lib/values';
import { formTexts } from '../texts';
import { FieldInput } from './FieldInput';
import styles from './FormSections.module.css';

type Props = {
  id: string;
  entity: EntityMeta;
  form: FormDefinition;
  values: Values;
  problems: Problems;
  set: (field: string, value: unknown) => void;
  done?: (field: string) => void;
  /** Fields that no one may change now, such as those that a stage locks. */
  locked?: string[];
  hint?: (field: FieldMeta) => React.ReactNode;
};

/** The sections of a form with the control, help and problem of each field. */
export function FormSections(p: Props) {
  const title = useTitle();
  return (
    <>
      {p.form.sections.map((section, i) => (
        <fieldset key={section.fields.join(' ') || i} className={styles.section}>
          {section.title && <legend>{title(section.title)}</legend>}
          <div className={section.columns === 2 ? styles.two : styles.one}>
            {section.fields.map((key) => {
              const field = fieldOf(p.entity, key);
              return field && <FormField key={key} {...p} field={field} />;
            })}
          </div>
        </fieldset>
      ))}
    </>
  );
}

const wide = ['long_text', 'child_rows', 'attachment', 'image', 'signature', 'location'];

function FormField(p: Props & { field: FieldMeta }) {
  const title = useTitle();
  const t = useTexts(formTexts);
  const { field } = p;
  const id = `${p.id}-${field.key}`;
  const problem = p.problems.fields[field.key];
  const readOnly = !field.writable || isComputed(field);
  const disabled = p.locked?.includes(field.key);
  if (readOnly && !field.readable) return null;
  return (
    <div className={`${styles.field} ${wide.includes(field.type) ? styles.wide : ''}`} data-field={field.key}>
      <label htmlFor={readOnly ? undefined : id} id={`${id}-label`}>
        {field.required && !readOnly && (
          <span className={styles.star} aria-hidden="true">
            *
          </span>
        )}
        {title(field.title, field.key)}
      </label>
      {readOnly ? (
        <output className={styles.fixed} aria-labelledby={`${id}-label`}>
          {isSet(p.values[field.key]) ? (
            <FieldValue entity={p.entity} field={field} row={{ id: '', rev: 0, ...p.values }} />
          ) : (
            t.computed
          )}
        </output>
      ) : (
        <FieldInput
          id={id}
          entity={p.entity}
          field={field}
          value={p.values[field.key]}
          disabled={disabled}
          invalid={Boolean(problem)}
          describedBy={problem ? `${id}-problem` : field.help ? `${id}-help` : undefined}
          onChange={(value) => p.set(field.key, value)}
          onDone={() => p.done?.(field.key)}
        />
      )}
      {problem && (
        <p id={`${id}-problem`} className={styles.problem}>
          {problem}
        </p>
      )}
      {!problem && field.help && (
        <p id={`${id}-help`} className={styles.help}>
          {title(field.help)}
        </p>
      )}
      {p.hint?.(field)}
    </div>
  );
}
