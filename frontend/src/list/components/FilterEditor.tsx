import { Button, Select } from 'antd';
import { useId, useState } from 'react';
import type { Where } from '@/api/records';
import { FieldInput } from '@/form/components/FieldInput';
import { useLanguage } from '@/i18n/language';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, type FieldMeta, systemFields } from '@/meta/meta';
import { periods, relationsOf, withoutValue } from '../lib/where';
import { listTexts, relationTexts } from '../texts';
import styles from './FilterEditor.module.css';

/** One condition: a field, how it relates, and the value. */
export default function FilterEditor({ entity, add }: { entity: EntityMeta; add: (where: Where) => void }) {
  const t = useTexts(listTexts);
  const relations = relationTexts[useLanguage()];
  const title = useTitle();
  const id = useId();
  const fields = [...entity.fields.filter((f) => f.readable && f.type !== 'child_rows'), ...systemFields];
  const [field, setField] = useState<FieldMeta>();
  const [relation, setRelation] = useState('=');
  const [value, setValue] = useState<unknown>(null);
  const type = field && (['formula', 'roll_up'].includes(field.type) ? (field.result ?? 'text') : field.type);
  const choose = (key: string) => {
    const next = fields.find((f) => f.key === key);
    setField(next);
    setRelation(
      relationsOf(next ? (['formula', 'roll_up'].includes(next.type) ? (next.result ?? 'text') : next.type) : '')[0] ??
        '=',
    );
    setValue(null);
  };
  const ready = field && (withoutValue(relation) || (value !== null && value !== undefined && value !== ''));
  const submit = () => ready && add(conditionOf(field, relation, value));
  return (
    <form
      className={styles.editor}
      onSubmit={(e) => {
        e.preventDefault();
        submit();
      }}
    >
      <label htmlFor={`${id}-field`}>{t.field}</label>
      <Select
        id={`${id}-field`}
        autoFocus
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t.select}
        value={field?.key ?? null}
        options={fields.map((f) => ({ value: f.key, label: title(f.title, f.key) }))}
        onChange={choose}
      />
      {field && type && (
        <>
          <label htmlFor={`${id}-relation`}>{t.relation}</label>
          <Select
            id={`${id}-relation`}
            value={relation}
            options={relationsOf(type).map((r) => ({ value: r, label: relationLabel(relations, r, type) }))}
            onChange={(r) => {
              setRelation(r);
              setValue(null);
            }}
          />
        </>
      )}
      {field && type && !withoutValue(relation) && (
        <>
          <label htmlFor={`${id}-value`}>{t.value}</label>
          <ValueInput
            key={relation}
            id={`${id}-value`}
            entity={entity}
            field={{ ...field, type, required: false, writable: true }}
            relation={relation}
            value={value}
            set={setValue}
          />
        </>
      )}
      <Button type="primary" htmlType="submit" disabled={!ready}>
        {t.add}
      </Button>
    </form>
  );
}

function relationLabel(texts: Record<string, string>, relation: string, type: string): string {
  const dated = type === 'date' || type === 'datetime';
  if (dated && relation === '>=') return texts.after ?? relation;
  if (dated && relation === '<=') return texts.before ?? relation;
  return texts[relation] ?? relation;
}

type ValueProps = {
  id: string;
  entity: EntityMeta;
  field: FieldMeta;
  relation: string;
  value: unknown;
  set: (value: unknown) => void;
};

function ValueInput({ id, entity, field, relation, value, set }: ValueProps) {
  const t = useTexts(listTexts);
  const relations = useTexts(relationTexts);
  if (relation === 'within') {
    const options = periods.map((p) => ({ value: p, label: relations[p] }));
    return <Select id={id} value={value as string | null} options={options} onChange={set} />;
  }
  if (relation === 'between') {
    const [from, to] = (value as [unknown, unknown] | null) ?? [null, null];
    const pair = (a: unknown, b: unknown) => set(a === null || b === null ? ([a, b] as unknown) : [a, b]);
    return (
      <span className={styles.pair}>
        <FieldInput id={id} entity={entity} field={field} value={from} onChange={(v) => pair(v, to)} />
        <FieldInput id={`${id}-to`} entity={entity} field={field} value={to} onChange={(v) => pair(from, v)} />
      </span>
    );
  }
  if (field.type === 'user' && relation === '=' && value === null) {
    return (
      <span className={styles.pair}>
        <FieldInput id={id} entity={entity} field={field} value={value} onChange={set} />
        <Button onClick={() => set({ me: true })}>{t.me}</Button>
      </span>
    );
  }
  if (typeof value === 'object' && value !== null && 'me' in value) return <span>{t.me}</span>;
  if (relation === 'in')
    return (
      <FieldInput
        id={id}
        entity={entity}
        field={{ ...field, type: field.type === 'choice' ? 'multi_choice' : field.type }}
        value={value}
        onChange={set}
      />
    );
  if (field.type === 'multi_choice' || field.type === 'tags')
    return (
      <FieldInput
        id={id}
        entity={entity}
        field={{ ...field, type: field.choices?.length ? 'choice' : 'text' }}
        value={value}
        onChange={set}
      />
    );
  if (field.type === 'boolean') {
    return (
      <Select
        id={id}
        value={value as boolean | null}
        options={[
          { value: true, label: '✓' },
          { value: false, label: '✕' },
        ]}
        onChange={set}
      />
    );
  }
  return (
    <FieldInput
      id={id}
      entity={entity}
      field={field.type === 'long_text' ? { ...field, type: 'text' } : field}
      value={value}
      onChange={set}
    />
  );
}

function conditionOf(field: FieldMeta, relation: string, value: unknown): Where {
  if (withoutValue(relation)) return [field.key, relation];
  if (relation === 'within') return [field.key, '=', { day: value }];
  return [field.key, relation, relation === 'in' && !Array.isArray(value) ? [value] : value];
}
