import { QueryClientProvider, useSuspenseQueries } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { ConfigProvider } from 'antd';
import en from 'antd/locale/en_US';
import zh from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { Suspense, useEffect, useMemo } from 'react';
import { cache } from '@/api/cache';
import { useLanguage } from '@/i18n/language';
import { meQuery, metaQuery, settingsQuery } from '@/session/session';
import { themeFor } from '@/theme/antd';
import { useMode } from '@/theme/theme';
import { Skeleton } from '@/ui/State';
import { ErrorBoundary } from './ErrorBoundary';
import { nonce } from './nonce';
import { router } from './router';

/** The app, once it is known who is signed in and what this person may use. */
export function App() {
  const lang = useLanguage();
  const mode = useMode();
  const theme = useMemo(() => themeFor(mode), [mode]);
  useEffect(() => {
    dayjs.locale(lang === 'en' ? 'en' : 'zh-cn');
  }, [lang]);
  return (
    <ConfigProvider
      theme={theme}
      locale={lang === 'en' ? en : zh}
      csp={{ nonce }}
      button={{ autoInsertSpace: false }}
      virtual
    >
      <QueryClientProvider client={cache}>
        <ErrorBoundary>
          <Suspense fallback={<Skeleton rows={12} />}>
            <Session />
          </Suspense>
        </ErrorBoundary>
      </QueryClientProvider>
    </ConfigProvider>
  );
}

function Session() {
  useSuspenseQueries({ queries: [meQuery, metaQuery, settingsQuery] });
  return <RouterProvider router={router} />;
}
