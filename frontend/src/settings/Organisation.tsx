import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Select } from 'antd';
import { useState } from 'react';
import { send } from '@/api/client';
import { refusalText } from '@/api/error';
import { useLanguage } from '@/i18n/language';
import { useTexts } from '@/i18n/texts';
import { type Settings, useSettings } from '@/session/session';
import page from '@/ui/page.module.css';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import { settingsTexts } from './texts';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** The name of a weekday; 1 January 2024 was a Monday. */
const weekdayName = (day: string, lang: string): string =>
  new Intl.DateTimeFormat(lang, { weekday: 'short', timeZone: 'UTC' }).format(
    Date.UTC(2024, 0, 1 + weekdays.indexOf(day)),
  );

/** Name, zone, currency and language of the organisation. */
export function Organisation() {
  const t = useTexts(settingsTexts);
  const ui = useTexts(uiTexts);
  const client = useQueryClient();
  const now = useSettings();
  const [values, setValues] = useState<Partial<Settings>>({});
  const [error, setError] = useState('');
  const shown = { ...now, ...values };
  const save = async () => {
    setError('');
    try {
      await send('PATCH', '/settings', { body: values });
      setValues({});
      await client.invalidateQueries({ queryKey: ['settings'] });
      toast({ text: t.saved });
    } catch (err) {
      setError(refusalText(err));
    }
  };
  const lang = useLanguage();
  const hours = (now.calendar.hours ?? {}) as Record<string, [string, string][]>;
  const week = weekdays
    .filter((day) => hours[day]?.length)
    .map((day) => `${weekdayName(day, lang)} ${(hours[day] ?? []).map((s) => s.join('–')).join(', ')}`);
  return (
    <form
      className={page.form}
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      {error && <Alert type="error" role="alert" title={error} />}
      {(now._warnings ?? []).map((w) => (
        <Alert key={w.path} type="warning" title={w.message} />
      ))}
      <label htmlFor="organisation-name">
        {t.name}
        <Input
          id="organisation-name"
          value={shown.name}
          onChange={(e) => setValues({ ...values, name: e.target.value })}
        />
      </label>
      <label htmlFor="organisation-zone">
        {t.zone}
        <Select
          id="organisation-zone"
          showSearch
          value={shown.zone}
          options={Intl.supportedValuesOf('timeZone').map((z) => ({ value: z, label: z }))}
          onChange={(zone) => setValues({ ...values, zone })}
        />
      </label>
      <label htmlFor="organisation-currency">
        {t.currency}
        <Select
          id="organisation-currency"
          showSearch
          value={shown.currency}
          options={Intl.supportedValuesOf('currency').map((c) => ({ value: c, label: c }))}
          onChange={(currency) => setValues({ ...values, currency })}
        />
      </label>
      <label htmlFor="organisation-language">
        {t.defaultLanguage}
        <Select
          id="organisation-language"
          value={shown.language}
          options={[
            { value: 'zh-CN', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
          onChange={(language) => setValues({ ...values, language })}
        />
      </label>
      <label htmlFor="organisation-weekday">
        {t.firstWeekday}
        <Select
          id="organisation-weekday"
          value={shown.first_weekday}
          options={[
            { value: 'monday', label: t.monday },
            { value: 'sunday', label: t.sunday },
          ]}
          onChange={(first_weekday) => setValues({ ...values, first_weekday })}
        />
      </label>
      <div>
        <h2>{t.hours}</h2>
        <p className={page.meta}>{week.join(' · ')}</p>
        <p className={page.meta}>{t.hoursText}</p>
      </div>
      <Button type="primary" htmlType="submit" disabled={Object.keys(values).length === 0}>
        {ui.save}
      </Button>
    </form>
  );
}
