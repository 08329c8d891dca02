import { Checkbox, DatePicker, Input, InputNumber, Rate, Select } from 'antd';
import dayjs from 'dayjs';
import { lazy, Suspense } from 'react';
import { useTexts, useTitle } from '@/i18n/texts';
import type { EntityMeta, FieldMeta } from '@/meta/meta';
import { useSettings } from '@/session/session';
import { formTexts } from '../texts';
import { ChildRows } from './ChildRows';
import { FileInput } from './FileInput';
import { LocationInput } from './LocationInput';
import { RecordPicker } from './RecordPicker';

const RegionInput = lazy(() => import('./RegionInput'));
const SignatureInput = lazy(() => import('./SignatureInput'));

export type InputProps = {
  id: string;
  entity: EntityMeta;
  field: FieldMeta;
  value: unknown;
  onChange: (value: unknown) => void;
  disabled?: boolean;
  invalid?: boolean;
  describedBy?: string;
  autoFocus?: boolean;
  /** Called when the person is done with the control, such as when it loses focus. */
  onDone?: () => void;
};

/** Clears with null, since PATCH leaves absent fields as they are. */
const orNull = (text: string) => (text === '' ? null : text);

/** The control of a field, by its type. */
export function FieldInput(p: InputProps) {
  const t = useTexts(formTexts);
  const { field, value, onChange } = p;
  const common = {
    id: p.id,
    disabled: p.disabled,
    status: p.invalid ? ('error' as const) : undefined,
    autoFocus: p.autoFocus,
    'aria-describedby': p.describedBy,
    'aria-invalid': p.invalid || undefined,
    'aria-required': field.required || undefined,
    onBlur: p.onDone,
  };
  const text = typeof value === 'string' ? value : '';
  switch (field.type) {
    case 'long_text':
      return (
        <Input.TextArea
          {...common}
          value={text}
          autoSize={{ minRows: 3, maxRows: 12 }}
          onChange={(e) => onChange(orNull(e.target.value))}
        />
      );
    case 'phone':
    case 'email':
    case 'url':
      return (
        <Input
          {...common}
          value={text}
          type={field.type === 'phone' ? 'tel' : field.type}
          inputMode={field.type === 'phone' ? 'tel' : field.type === 'email' ? 'email' : 'url'}
          onChange={(e) => onChange(orNull(e.target.value))}
        />
      );
    case 'number':
    case 'integer':
    case 'percent':
    case 'currency':
      return <NumberInput {...p} common={common} />;
    case 'date':
      return (
        <DatePicker
          {...common}
          className="full-width"
          value={text ? dayjs(text) : null}
          onChange={(d) => onChange(d ? d.format('YYYY-MM-DD') : null)}
        />
      );
    case 'datetime':
      return <DateTimeInput {...p} common={common} />;
    case 'boolean':
      return (
        <Checkbox
          id={p.id}
          checked={value === true}
          disabled={p.disabled}
          onChange={(e) => onChange(e.target.checked)}
          aria-describedby={p.describedBy}
        />
      );
    case 'choice':
    case 'multi_choice':
    case 'tags':
      return <ChoiceInput {...p} common={common} />;
    case 'reference':
    case 'user':
    case 'department':
      return <RecordPicker {...p} />;
    case 'attachment':
    case 'image':
      return <FileInput {...p} />;
    case 'signature':
      return (
        <Suspense>
          <SignatureInput {...p} />
        </Suspense>
      );
    case 'location':
      return <LocationInput {...p} />;
    case 'region':
      return (
        <Suspense fallback={<Input {...common} value={text} placeholder={t.select} readOnly />}>
          <RegionInput {...p} />
        </Suspense>
      );
    case 'rating':
      return (
        <Rate
          count={field.max ?? 5}
          value={Number(value ?? 0)}
          disabled={p.disabled}
          onChange={(n) => onChange(n || null)}
        />
      );
    case 'child_rows':
      return <ChildRows {...p} />;
    default:
      return <Input {...common} value={text} onChange={(e) => onChange(orNull(e.target.value))} />;
  }
}

type Common = { common: Record<string, unknown> };

function NumberInput({ field, value, onChange, common }: InputProps & Common) {
  const { currency } = useSettings();
  const money = field.type === 'currency';
  const suffix = field.type === 'percent' ? '%' : money ? (field.currency ?? currency) : undefined;
  return (
    <InputNumber
      {...common}
      className="full-width"
      stringMode={money}
      inputMode={field.type === 'integer' ? 'numeric' : 'decimal'}
      precision={field.type === 'integer' ? 0 : undefined}
      suffix={suffix}
      controls={false}
      value={(value ?? null) as string | number | null}
      formatter={(v) => String(v ?? '').replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')}
      parser={(v) => (v ?? '').replace(/[,，\s]/g, '')}
      onChange={(v) => onChange(v === '' ? null : v)}
    />
  );
}

function DateTimeInput({ value, onChange, common }: InputProps & Common) {
  return (
    <DatePicker
      {...common}
      className="full-width"
      showTime={{ format: 'HH:mm' }}
      format="YYYY-MM-DD HH:mm"
      value={typeof value === 'string' ? dayjs(value) : null}
      onChange={(d) => onChange(d ? d.toISOString() : null)}
    />
  );
}

function ChoiceInput({ field, value, onChange, common }: InputProps & Common) {
  const title = useTitle();
  const t = useTexts(formTexts);
  const many = field.type !== 'choice';
  const chosen = many ? ((value ?? []) as string[]) : value === undefined || value === null ? [] : [String(value)];
  const options = (field.choices ?? [])
    .filter((c) => (!c.retired && !c.hidden) || chosen.includes(c.key))
    .map((c) => ({ value: c.key, label: title(c.title, c.key) }));
  const free = field.type === 'tags' && !field.choices?.length;
  const mode = free ? ('tags' as const) : many ? ('multiple' as const) : undefined;
  return (
    <Select
      {...common}
      className="full-width"
      mode={mode}
      options={options}
      placeholder={t.select}
      allowClear={!field.required}
      showSearch={many || options.length > 8 ? { optionFilterProp: 'label' } : false}
      value={(many ? chosen : (chosen[0] ?? null)) as never}
      onChange={(v: unknown) => onChange(many ? ((v as string[]).length > 0 ? v : null) : (v ?? null))}
    />
  );
}
