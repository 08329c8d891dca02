import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { createRecord, getRecord, queryRecords, type RecordRow } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import { can, type EntityMeta, entityOf, recordTitle } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { toast } from '@/ui/toast';
import { formTexts } from '../texts';
import type { InputProps } from './FieldInput';

const createPrefix = 'create:';

/** Chooses a record by a search on the server; a new one can be made on the way when a name is all it needs. */
export function RecordPicker(p: InputProps) {
  const t = useTexts(formTexts);
  const meta = useMeta();
  const target = entityOf(meta, p.field.entity ?? '');
  const [text, setText] = useState('');
  const found = useFound(target, text);
  const chosen = useChosen(target, p.value);
  if (!target) return null;
  const rows = [...(chosen && !found.some((r) => r.id === chosen.id) ? [chosen] : []), ...found];
  const options = rows.map((row) => ({ value: row.id, label: recordTitle(target, row) }));
  if (text.trim() && createable(target) && !options.some((o) => o.label === text.trim())) {
    options.push({ value: createPrefix + text.trim(), label: t.createNew(text.trim()) });
  }
  const choose = async (value: string | undefined) => {
    if (!value?.startsWith(createPrefix)) return p.onChange(value ?? null);
    try {
      const made = await createRecord(target.key, { [target.title_field as string]: value.slice(createPrefix.length) });
      p.onChange(made.id);
    } catch (err) {
      toast({ text: err instanceof Error ? err.message : String(err), refused: true });
    }
  };
  return (
    <Select
      id={p.id}
      className="full-width"
      disabled={p.disabled}
      status={p.invalid ? 'error' : undefined}
      autoFocus={p.autoFocus}
      aria-describedby={p.describedBy}
      aria-required={p.field.required || undefined}
      allowClear={!p.field.required}
      showSearch={{ filterOption: false, onSearch: setText }}
      placeholder={t.searchRecords}
      options={options}
      value={typeof p.value === 'string' ? p.value : null}
      onChange={(value: string | null) => void choose(value ?? undefined)}
      onBlur={p.onDone}
    />
  );
}

/** Whether a record can be made from a name alone. */
const createable = (e: EntityMeta): boolean =>
  can(e, 'create') &&
  !e.built_in &&
  e.title_field !== undefined &&
  e.fields.every((f) => !f.required || f.key === e.title_field);

function useFound(target: EntityMeta | undefined, text: string): RecordRow[] {
  const search = text.trim();
  const searchable = target?.fields.some((f) => f.searchable);
  return (
    useQuery({
      queryKey: ['records', target?.key, 'pick', search],
      enabled: target !== undefined,
      queryFn: ({ signal }) =>
        queryRecords(
          target?.key ?? '',
          {
            limit: 30,
            search: search && searchable ? search : undefined,
            where: target?.key === 'user' ? ['active', '=', true] : undefined,
            sort: search || !target?.title_field ? undefined : [target.title_field],
            fields: target?.title_field ? [target.title_field] : undefined,
          },
          signal,
        ),
      placeholderData: (old) => old,
    }).data?.items ?? []
  );
}

function useChosen(target: EntityMeta | undefined, value: unknown): RecordRow | undefined {
  return useQuery({
    queryKey: ['records', target?.key, 'one', value],
    enabled: typeof value === 'string' && target !== undefined,
    queryFn: ({ signal }) => getRecord(target?.key ?? '', String(value), [], signal),
  }).data;
}
