import { Checkbox, Segmented } from 'antd';
import { type Language, setLanguage, useLanguage } from '@/i18n/language';
import { useTexts } from '@/i18n/texts';
import { usePreference } from '@/session/session';
import { shellTexts } from '@/shell/texts';
import { setTheme, type ThemeChoice, useThemeChoice } from '@/theme/theme';
import page from '@/ui/page.module.css';
import { settingsTexts } from './texts';

/** How pages look and speak for this person. */
export function Mine() {
  const t = useTexts(settingsTexts);
  const shell = useTexts(shellTexts);
  const lang = useLanguage();
  const theme = useThemeChoice();
  const [, keepLanguage] = usePreference<Language>('language', lang);
  const [, keepTheme] = usePreference<ThemeChoice>('theme', theme);
  const [letters, setLetters] = usePreference('shortcuts', true);
  return (
    <div className={page.form}>
      <div>
        <h2>{t.theme}</h2>
        <Segmented
          aria-label={t.theme}
          value={theme}
          options={(['light', 'dark', 'system'] as const).map((key) => ({ value: key, label: shell[key] }))}
          onChange={(v) => {
            setTheme(v);
            keepTheme(v);
          }}
        />
      </div>
      <div>
        <h2>{t.language}</h2>
        <Segmented
          aria-label={t.language}
          value={lang}
          options={[
            { value: 'zh-CN' as Language, label: '中文' },
            { value: 'en' as Language, label: 'English' },
          ]}
          onChange={(v) => {
            setLanguage(v);
            keepLanguage(v);
          }}
        />
      </div>
      <Checkbox checked={letters} onChange={(e) => setLetters(e.target.checked)}>
        {t.shortcuts}
      </Checkbox>
    </div>
  );
}
