import { lazy, Suspense } from 'react';
import type { Schemas } from '@/api/client';
import { useTexts, useTitle } from '@/i18n/texts';
import styles from './PublicForm.module.css';
import { publicTexts } from './texts';

const RegionSelect = lazy(() => import('./RegionSelect'));

type Field = Schemas['FieldMeta'];
type Props = { field: Field; value: unknown; problem?: string; set: (value: unknown) => void };

/** A field of a public form with a plain control, for any phone. */
export function PublicField(p: Props) {
  const t = useTexts(publicTexts);
  const title = useTitle();
  const id = `field-${p.field.key}`;
  const group = ['multi_choice', 'tags'].includes(p.field.type) && p.field.choices?.length;
  const name = (
    <>
      {title(p.field.title, p.field.key)}
      {!p.field.required && <span className="optional">{t.optional}</span>}
    </>
  );
  const note = p.problem ? `${id}-problem` : p.field.help ? `${id}-help` : undefined;
  return (
    <div className="field">
      {group ? (
        <span className={styles.label} id={`${id}-label`}>
          {name}
        </span>
      ) : (
        <label htmlFor={id}>{name}</label>
      )}
      <Control {...p} id={id} note={note} />
      {p.problem ? (
        <p id={`${id}-problem`} className="error">
          {p.problem}
        </p>
      ) : (
        p.field.help && (
          <p id={`${id}-help`} className="help">
            {title(p.field.help)}
          </p>
        )
      )}
    </div>
  );
}

const inputTypes: Record<
  string,
  { type: string; mode?: 'tel' | 'email' | 'decimal' | 'numeric' | 'url'; complete?: string }
> = {
  phone: { type: 'tel', mode: 'tel', complete: 'tel' },
  email: { type: 'email', mode: 'email', complete: 'email' },
  url: { type: 'url', mode: 'url' },
  number: { type: 'text', mode: 'decimal' },
  currency: { type: 'text', mode: 'decimal' },
  percent: { type: 'text', mode: 'decimal' },
  integer: { type: 'text', mode: 'numeric' },
  date: { type: 'date' },
  datetime: { type: 'datetime-local' },
};

function Control({ field, value, problem, set, id, note }: Props & { id: string; note?: string }) {
  const t = useTexts(publicTexts);
  const title = useTitle();
  const common = {
    id,
    className: 'control',
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': note,
    'aria-required': field.required || undefined,
  };
  const choices = (field.choices ?? []).filter((c) => !c.retired && !c.hidden);
  switch (field.type) {
    case 'long_text':
      return <textarea {...common} rows={4} value={String(value ?? '')} onChange={(e) => set(e.target.value)} />;
    case 'choice':
      return (
        <select {...common} value={String(value ?? '')} onChange={(e) => set(e.target.value || null)}>
          <option value="">{t.select}</option>
          {choices.map((c) => (
            <option key={c.key} value={c.key}>
              {title(c.title, c.key)}
            </option>
          ))}
        </select>
      );
    case 'multi_choice':
    case 'tags':
      return choices.length > 0 ? (
        <Chips id={id} choices={choices} value={(value ?? []) as string[]} set={set} />
      ) : (
        <TagText common={common} value={value} set={set} />
      );
    case 'boolean':
      return (
        <input
          id={id}
          type="checkbox"
          className={styles.check}
          checked={value === true}
          onChange={(e) => set(e.target.checked)}
        />
      );
    case 'region':
      return (
        <Suspense fallback={<select {...common} disabled />}>
          <RegionSelect common={common} value={value} set={set} />
        </Suspense>
      );
    default: {
      const kind = inputTypes[field.type] ?? { type: 'text' };
      const change = (text: string) =>
        set(
          ['number', 'percent', 'integer'].includes(field.type) && text !== '' && !Number.isNaN(Number(text))
            ? Number(text)
            : text,
        );
      return (
        <input
          {...common}
          type={kind.type}
          inputMode={kind.mode}
          autoComplete={
            kind.complete ?? (field.key === 'name' ? 'name' : field.key === 'company' ? 'organization' : undefined)
          }
          value={String(value ?? '')}
          onChange={(e) => change(e.target.value)}
        />
      );
    }
  }
}

type Choices = NonNullable<Field['choices']>;

function Chips({
  id,
  choices,
  value,
  set,
}: {
  id: string;
  choices: Choices;
  value: string[];
  set: (value: unknown) => void;
}) {
  const title = useTitle();
  return (
    // biome-ignore lint/a11y/useSemanticElements: the field set around it is the section
    <div role="group" aria-labelledby={`${id}-label`} className={styles.chips}>
      {choices.map((c, i) => (
        <button
          key={c.key}
          id={i === 0 ? id : undefined}
          type="button"
          aria-pressed={value.includes(c.key)}
          onClick={() => set(value.includes(c.key) ? value.filter((k) => k !== c.key) : [...value, c.key])}
        >
          {title(c.title, c.key)}
        </button>
      ))}
    </div>
  );
}

function TagText({
  common,
  value,
  set,
}: {
  common: Record<string, unknown>;
  value: unknown;
  set: (value: unknown) => void;
}) {
  return (
    <input
      {...common}
      defaultValue={((value ?? []) as string[]).join('、')}
      onChange={(e) => {
        const words = e.target.value.split(/[、,，;；]/).map((w) => w.trim());
        set(words.filter(Boolean));
      }}
    />
  );
}
