import { useNavigate } from '@tanstack/react-router';
import { Dropdown, type MenuProps } from 'antd';
import { setLanguage, useLanguage } from '@/i18n/language';
import { useJoin, useTexts, useTitle } from '@/i18n/texts';
import { signOut, useMe, useMeta, usePreference } from '@/session/session';
import { setTheme, type ThemeChoice, useThemeChoice } from '@/theme/theme';
import { Avatar } from '@/ui/Avatar';
import styles from './PersonMenu.module.css';
import { shellTexts } from './texts';

/** Who is signed in, with what concerns this person alone. */
export function PersonMenu() {
  const t = useTexts(shellTexts);
  const join = useJoin();
  const title = useTitle();
  const me = useMe();
  const meta = useMeta();
  const lang = useLanguage();
  const theme = useThemeChoice();
  const navigate = useNavigate();
  const [, keepLanguage] = usePreference('language', lang);
  const [, keepTheme] = usePreference<ThemeChoice>('theme', theme);
  const role = me.admin ? 'admin' : join(me.roles.map((r) => title(meta.own_roles.find((m) => m.key === r)?.title, r)));
  const items: MenuProps['items'] = [
    { key: 'settings', label: t.settings },
    {
      key: 'theme',
      label: t.theme,
      children: (['light', 'dark', 'system'] as const).map((key) => ({ key: `theme:${key}`, label: t[key] })),
    },
    {
      key: 'language',
      label: t.language,
      children: [
        { key: 'language:zh-CN', label: '中文' },
        { key: 'language:en', label: 'English' },
      ],
    },
    { type: 'divider' },
    { key: 'signOut', label: t.signOut },
  ];
  const choose = (key: string) => {
    const [what, value] = key.split(':');
    if (what === 'theme') {
      setTheme(value as ThemeChoice);
      keepTheme(value as ThemeChoice);
    }
    if (what === 'language') {
      setLanguage(value === 'en' ? 'en' : 'zh-CN');
      keepLanguage(value === 'en' ? 'en' : 'zh-CN');
    }
    if (what === 'settings') void navigate({ to: '/settings' });
    if (what === 'signOut') void signOut();
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items,
        selectable: true,
        selectedKeys: [`theme:${theme}`, `language:${lang}`],
        onClick: (e) => choose(e.key),
      }}
    >
      <button type="button" className={styles.person}>
        <Avatar name={me.name} size={28} />
        <span className={styles.names}>
          <span className="ellipsis">{me.name}</span>
          <small className="ellipsis">{role}</small>
        </span>
      </button>
    </Dropdown>
  );
}
