import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useTexts, useTitle } from '@/i18n/texts';
import type { FieldMeta } from '@/meta/meta';
import styles from './Calendar.module.css';
import { shiftMonth } from './lib/month';
import { calendarTexts } from './texts';

type Props = {
  month: string;
  thisMonth: string;
  /** The month in words. */
  name: string;
  fields: FieldMeta[];
  field: FieldMeta;
  setMonth: (month: string) => void;
  setField: (key: string) => void;
};

/** Which month is shown, and by which date. */
export function MonthBar(p: Props) {
  const t = useTexts(calendarTexts);
  const title = useTitle();
  return (
    <div className={styles.bar}>
      <Button
        type="text"
        aria-label={t.before}
        icon={<LeftOutlined aria-hidden="true" />}
        onClick={() => p.setMonth(shiftMonth(p.month, -1))}
      />
      <h2 aria-live="polite">{p.name}</h2>
      <Button
        type="text"
        aria-label={t.after}
        icon={<RightOutlined aria-hidden="true" />}
        onClick={() => p.setMonth(shiftMonth(p.month, 1))}
      />
      <Button size="small" disabled={p.month === p.thisMonth} onClick={() => p.setMonth(p.thisMonth)}>
        {t.today}
      </Button>
      <Select
        aria-label={t.by}
        value={p.field.key}
        options={p.fields.map((f) => ({ value: f.key, label: title(f.title, f.key) }))}
        onChange={p.setField}
      />
    </div>
  );
}
