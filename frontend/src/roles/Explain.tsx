import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { send } from '@/api/client';
import { queryRecords } from '@/api/records';
import { defineTexts, useJoin, useTexts, useTitle } from '@/i18n/texts';
import { entityOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import page from '@/ui/page.module.css';
import { roleTexts } from './Page';
import styles from './Roles.module.css';

const texts = defineTexts(
  {
    title: '谁能做什么',
    person: '谁',
    entity: '哪类数据',
    operation: '做什么',
    yes: (role: string, scope: string) => `能。角色「${role}」，范围：${scope}`,
    no: '不能',
    because: (what: string) => `不能：${what}`,
  },
  {
    title: 'Who may do what',
    person: 'Who',
    entity: 'Which records',
    operation: 'What',
    yes: (role: string, scope: string) => `Yes: role “${role}”, scope: ${scope}`,
    no: 'No',
    because: (what: string) => `No: ${what}`,
  },
);

type Explanation = {
  allowed: boolean;
  grants?: { role: string; scope?: unknown }[];
  missing?: { message?: Record<string, string> }[];
};

/** Asks whether a person may do something, and by which role. */
export function Explain({ entities }: { entities: string[] }) {
  const t = useTexts(texts);
  const join = useJoin();
  const words = useTexts(roleTexts);
  const title = useTitle();
  const meta = useMeta();
  const [user, setUser] = useState<string>();
  const [entity, setEntity] = useState(entities[0]);
  const [op, setOp] = useState('read');
  const people = useQuery({
    queryKey: ['records', 'user', 'pick', 'all'],
    queryFn: ({ signal }) =>
      queryRecords('user', { sort: ['name'], limit: 1000, fields: ['name', 'login'] }, signal).then((p) => p.items),
  }).data;
  const answer = useQuery({
    queryKey: ['explain', user, entity, op],
    enabled: Boolean(user && entity),
    queryFn: ({ signal }) =>
      send<Explanation>('GET', `/access/explain?user=${user}&entity=${entity}&op=${op}`, { signal }),
  }).data;
  const word = (key: string) => (typeof words[key as 'own'] === 'string' ? words[key as 'own'] : key);
  const scope = (s: unknown) =>
    join((Array.isArray(s) ? s : [s ?? 'all']).map((one) => (typeof one === 'string' ? word(one) : words.filter)));
  return (
    <section aria-label={t.title}>
      <h2 className={page.meta}>{t.title}</h2>
      <div className={styles.explain}>
        <Select
          aria-label={t.person}
          placeholder={t.person}
          style={{ minWidth: 160 }}
          showSearch={{ optionFilterProp: 'label' }}
          value={user ?? null}
          options={(people ?? []).map((u) => ({ value: u.id, label: String(u.name ?? u.login) }))}
          onChange={(v: string) => setUser(v)}
        />
        <Select
          aria-label={t.entity}
          style={{ minWidth: 140 }}
          value={entity ?? null}
          options={entities.map((key) => ({ value: key, label: title(entityOf(meta, key)?.title, key) }))}
          onChange={setEntity}
        />
        <Select
          aria-label={t.operation}
          style={{ minWidth: 100 }}
          value={op}
          options={['create', 'read', 'update', 'delete', 'export', 'import'].map((o) => ({
            value: o,
            label: word(o),
          }))}
          onChange={setOp}
        />
        {answer && (
          <output className={answer.allowed ? page.good : page.bad}>
            {answer.allowed
              ? (answer.grants ?? [])
                  .map((g) => t.yes(title(meta.roles.find((r) => r.key === g.role)?.title, g.role), scope(g.scope)))
                  .join('；') || 'admin'
              : answer.missing?.length
                ? t.because(
                    answer.missing
                      .map((m) => title(m.message))
                      .filter(Boolean)
                      .join('；'),
                  )
                : t.no}
          </output>
        )}
      </div>
    </section>
  );
}
