import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RecordRow } from '@/api/records';
import { type Format, useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, entityOf, type FieldMeta, recordTitle } from '@/meta/meta';
import { type Meta, useMeta } from '@/session/session';
import { Person } from '@/ui/Avatar';
import { StagePill, Tag } from '@/ui/Pill';
import { uiTexts } from '@/ui/texts';
import { ClockValue } from './ClockValue';
import styles from './FieldValue.module.css';
import { Files } from './Files';
import { useRegionNames } from './regions';
import { regionText } from './regionTree';

type Props = {
  entity: EntityMeta;
  field: FieldMeta;
  row: RecordRow;
  /** A reference is a link to its record. */
  links?: boolean;
};

/** Whether a record has a value in a field. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** A field's value as people read it; 未填 when there is none. */
export function FieldValue({ entity, field, row, links = false }: Props) {
  const t = useTexts(uiTexts);
  const title = useTitle();
  const format = useFormat();
  const meta = useMeta();
  const value = row[field.key];
  if (!isSet(value)) return <span className={styles.unset}>{t.unset}</span>;
  const type = field.type === 'formula' ? (field.result ?? 'text') : field.type;
  switch (type) {
    case 'reference':
    case 'user':
    case 'department':
      return <ReferenceValue field={field} row={row} meta={meta} links={links} />;
    case 'choice':
      return <ChoiceValue entity={entity} field={field} value={String(value)} />;
    case 'multi_choice':
    case 'tags':
      return (
        <span className={styles.tags}>
          {(value as string[]).map((v) => {
            const c = field.choices?.find((one) => one.key === v);
            return (
              <Tag key={v} color={c?.color}>
                {title(c?.title, v)}
              </Tag>
            );
          })}
        </span>
      );
    case 'attachment':
    case 'image':
    case 'signature':
      return <Files ids={value as string[]} field={field} />;
    case 'clock':
      return <ClockValue value={value} />;
    case 'region':
      return <RegionValue code={String(value)} />;
    case 'boolean':
      return <>{value ? t.yes : t.no}</>;
    case 'text':
      if (field.choices?.length) return <ChoiceValue entity={entity} field={field} value={String(value)} />;
      return String(value);
    default:
      return <>{plainValue(field, value, format)}</>;
  }
}

/** Values that are written as text. */
export function plainValue(field: FieldMeta, value: unknown, format: Format): ReactNode {
  const type = field.type === 'formula' ? (field.result ?? 'text') : field.type;
  switch (type) {
    case 'number':
    case 'integer':
      return <span className="number">{format.number(value as number, 6)}</span>;
    case 'percent':
      return <span className="number">{format.percent(value as number)}</span>;
    case 'currency':
      return <span className="number">{format.money(value as string, field.currency)}</span>;
    case 'date':
      return <span className="number">{format.date(String(value))}</span>;
    case 'datetime':
      return (
        <time className="number" dateTime={String(value)} title={format.dateTime(String(value))}>
          {format.ago(String(value))}
        </time>
      );
    case 'location': {
      const at = value as { lat: number; lng: number; address?: string };
      return at.address || `${at.lat.toFixed(5)}, ${at.lng.toFixed(5)}`;
    }
    case 'phone':
      return <span className="number">{phoneText(String(value))}</span>;
    case 'child_rows':
      return String((value as unknown[]).length);
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}

/** Chinese numbers lose +86, as everybody writes them. */
export const phoneText = (e164: string): string => e164.replace(/^\+86(?=1\d{10}$|0)/, '').replace(/^\+86/, '');

function RegionValue({ code }: { code: string }) {
  const names = useRegionNames();
  return <>{names ? regionText(names, code) : code}</>;
}

function ChoiceValue({ entity, field, value }: { entity: EntityMeta; field: FieldMeta; value: string }) {
  const title = useTitle();
  const choice = field.choices?.find((c) => c.key === value);
  const text = title(choice?.title, value);
  const isStage = entity.machines?.some((m) => m.field === field.key);
  if (isStage) return <StagePill color={choice?.color}>{text}</StagePill>;
  return choice?.color ? <Tag color={choice.color}>{text}</Tag> : text;
}

/** The name of the record that a field refers to. */
export function referenceTitle(meta: Meta, field: FieldMeta, row: RecordRow): string {
  const other = row.expanded?.[field.key];
  const target = entityOf(meta, field.entity ?? '');
  return other ? recordTitle(target, other) : String(row[field.key] ?? '').slice(-6);
}

function ReferenceValue({ field, row, meta, links }: { field: FieldMeta; row: RecordRow; meta: Meta; links: boolean }) {
  const name = referenceTitle(meta, field, row);
  if (field.type === 'user') return <Person name={name} />;
  const target = field.entity;
  if (!links || !target || !entityOf(meta, target) || field.type === 'department') return <>{name}</>;
  return (
    <Link to="/r/$entity/$id" params={{ entity: target, id: String(row[field.key]) }}>
      {name}
    </Link>
  );
}
