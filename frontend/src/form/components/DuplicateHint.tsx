import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import { queryRecords } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import { type EntityMeta, type FieldMeta, recordTitle } from '@/meta/meta';
import { formTexts } from '../texts';
import styles from './DuplicateHint.module.css';

/** Fields by which people recognise that something is there already. */
const telling = (entity: EntityMeta, f: FieldMeta) =>
  ['phone', 'email', 'credit_code'].includes(f.type) || f.key === entity.title_field;

/** Says while somebody types that a record with this value exists. */
export function DuplicateHint({
  entity,
  field,
  value,
  self,
}: {
  entity: EntityMeta;
  field: FieldMeta;
  value: unknown;
  self?: string;
}) {
  const t = useTexts(formTexts);
  const text = useDeferredValue(typeof value === 'string' ? value.trim() : '');
  const found = useQuery({
    queryKey: ['records', entity.key, 'duplicates', field.key, text],
    enabled: telling(entity, field) && field.readable && text.length >= 2,
    staleTime: 10_000,
    retry: false,
    queryFn: ({ signal }) =>
      queryRecords(entity.key, { where: [field.key, '=', text], limit: 4 }, signal).catch(() => ({ items: [] })),
  }).data?.items.filter((row) => row.id !== self);
  if (!found?.length) return null;
  return (
    <p role="status" className={styles.hint}>
      {t.duplicates(found.length)}：
      {found.slice(0, 3).map((row) => (
        <Link key={row.id} to="/r/$entity/$id" params={{ entity: entity.key, id: row.id }} target="_blank">
          {recordTitle(entity, row)}
        </Link>
      ))}
    </p>
  );
}
