import { FullscreenOutlined } from '@ant-design/icons';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button, Segmented, Select } from 'antd';
import { useMemo, useRef } from 'react';
import type { Where } from '@/api/records';
import { useTexts, useTitle } from '@/i18n/texts';
import { relationTexts } from '@/list/texts';
import { entityOf, fieldOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { PageHeader } from '@/ui/PageHeader';
import { EmptyState } from '@/ui/State';
import { WidgetCard } from './components/WidgetCard';
import type { Widget } from './lib/widget';
import styles from './Page.module.css';
import { dashboardTexts } from './texts';

const periods = ['this_month', 'this_quarter', 'this_year', 'last_year'] as const;

/** /d/{dashboard}: figures and charts under the viewer's own rights. */
export function Page() {
  const { dashboard: key } = useParams({ strict: false }) as { dashboard: string };
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const t = useTexts(dashboardTexts);
  const words = useTexts(relationTexts);
  const title = useTitle();
  const meta = useMeta();
  const navigate = useNavigate();
  const frame = useRef<HTMLDivElement>(null);
  const def = meta.dashboards.find((d) => d.key === key);
  const dates = useMemo(() => dateFields(def?.widgets ?? [], meta), [def, meta]);
  if (!def) return <EmptyState title={t.noDashboard} text={t.noDashboardText} />;
  const period = search.period ?? 'all';
  const dateField = search.by ?? dates[0]?.key;
  const set = (change: Record<string, string | undefined>) =>
    void navigate({
      to: '/d/$dashboard',
      params: { dashboard: key },
      search: (old: Record<string, string | undefined>) => ({ ...old, ...change }),
    });
  const whereOf = (w: Widget): Where | undefined => {
    const entity = entityOf(meta, w.entity);
    if (period === 'all' || !dateField || !entity) return undefined;
    const field = fieldOf(entity, dateField) ? dateField : 'created_at';
    return [field, '=', { day: period }];
  };
  return (
    <div ref={frame} className={styles.frame}>
      <PageHeader title={title(def.title, def.key)} sub={t.live}>
        <Button
          icon={<FullscreenOutlined aria-hidden="true" />}
          onClick={() =>
            document.fullscreenElement ? void document.exitFullscreen() : void frame.current?.requestFullscreen()
          }
        >
          {t.fullScreen}
        </Button>
      </PageHeader>
      <div className={styles.scope}>
        <Segmented
          aria-label={t.period}
          value={period}
          onChange={(v) => set({ period: v === 'all' ? undefined : v })}
          options={[{ value: 'all', label: t.all }, ...periods.map((p) => ({ value: p, label: capital(words[p]) }))]}
        />
        {period !== 'all' && dates.length > 1 && (
          <Select
            aria-label={t.by('')}
            value={dateField}
            options={dates.map((d) => ({ value: d.key, label: t.by(title(d.title, d.key)) }))}
            onChange={(by) => set({ by })}
          />
        )}
        <span className={styles.note}>{t.scope}</span>
      </div>
      <div className={styles.scroller}>
        <div className={styles.numbers}>
          {def.widgets
            .filter((w) => w.type === 'number')
            .map((w) => (
              <WidgetCard key={w.key} widget={w} period={whereOf(w)} />
            ))}
        </div>
        <div className={styles.grid}>
          {def.widgets
            .filter((w) => w.type !== 'number')
            .map((w) => (
              <WidgetCard key={w.key} widget={w} period={whereOf(w)} />
            ))}
        </div>
      </div>
    </div>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The dates by which a dashboard can be cut: those that its widgets group by, then those of its entities. */
function dateFields(widgets: Widget[], meta: ReturnType<typeof useMeta>) {
  const entity = entityOf(meta, widgets[0]?.entity ?? '');
  const grouped = widgets.flatMap((w) =>
    (w.groupBy ?? []).flatMap((g) => (typeof g === 'object' && g !== null && 'field' in g ? [String(g.field)] : [])),
  );
  const list = entity?.fields.filter((f) => ['date', 'datetime'].includes(f.type) && f.readable) ?? [];
  const created = entity && fieldOf(entity, 'created_at');
  return [
    ...list.filter((f) => grouped.includes(f.key)),
    ...list.filter((f) => !grouped.includes(f.key)),
    ...(created ? [created] : []),
  ];
}
