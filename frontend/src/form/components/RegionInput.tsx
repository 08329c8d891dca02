import { Cascader } from 'antd';
import { useMemo } from 'react';
import { useRegionNames } from '@/fields/regions';
import { regionPath, regionTree } from '@/fields/regionTree';
import { useTexts } from '@/i18n/texts';
import { formTexts } from '../texts';
import type { InputProps } from './FieldInput';

/** Province, city, county; any of them may be chosen. */
export default function RegionInput(p: InputProps) {
  const t = useTexts(formTexts);
  const names = useRegionNames();
  const options = useMemo(() => (names ? regionTree(names) : []), [names]);
  const value = names && typeof p.value === 'string' ? regionPath(names, p.value) : undefined;
  return (
    <Cascader
      id={p.id}
      className="full-width"
      options={options}
      changeOnSelect
      showSearch
      allowClear={!p.field.required}
      disabled={p.disabled}
      status={p.invalid ? 'error' : undefined}
      aria-describedby={p.describedBy}
      placeholder={t.select}
      value={value}
      onChange={(path) => p.onChange(path?.at(-1) ?? null)}
      onBlur={p.onDone}
    />
  );
}
