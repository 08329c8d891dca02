import { useQuery } from '@tanstack/react-query';
import { send } from '@/api/client';
import type { RecordRow } from '@/api/records';
import { defineTexts, useTexts, useTitle } from '@/i18n/texts';
import type { EntityMeta } from '@/meta/meta';
import { useMe, useMeta } from '@/session/session';
import { recordTexts } from '../texts';
import styles from './SidePanel.module.css';

const scopeTexts = defineTexts(
  {
    all: '全部',
    own: '本人负责',
    subordinates: '下属负责',
    department: '本部门',
    department_below: '本部门及下级',
    filter: '符合条件',
    parent: '随主记录',
    read: '看',
    update: '改',
    delete: '删除',
    admin: '你是管理员，能看到和修改一切',
    role: '角色',
    scope: '范围',
    and: '、',
    nothing: '没有角色给你这个权限',
  },
  {
    all: 'all',
    own: 'own records',
    subordinates: "subordinates' records",
    department: 'own department',
    department_below: 'own department and below',
    filter: 'matching records',
    parent: 'with the main record',
    read: 'see',
    update: 'edit',
    delete: 'delete',
    admin: 'You are an administrator: you see and may change everything',
    role: 'Role',
    scope: 'Scope',
    and: ', ',
    nothing: 'No role gives you this right',
  },
);

type Explanation = { allowed: boolean; grants?: { role: string; grant: number; scope?: unknown }[] };

/** Why this person sees the record: which role, over which rows. */
export function WhyPanel({ entity, row }: { entity: EntityMeta; row: RecordRow }) {
  const t = useTexts(recordTexts);
  const s = useTexts(scopeTexts);
  const title = useTitle();
  const me = useMe();
  const meta = useMeta();
  const operations = ['read', 'update', 'delete'] as const;
  const answers = useQuery({
    queryKey: ['explain', entity.key, row.id, row.rev],
    queryFn: ({ signal }) =>
      Promise.all(
        operations.map((op) =>
          send<Explanation>('GET', `/access/explain?user=${me.id}&entity=${entity.key}&id=${row.id}&op=${op}`, {
            signal,
          }),
        ),
      ),
  }).data;
  if (!answers) return null;
  const may = operations.filter((_, i) => answers[i]?.allowed).map((op) => s[op]);
  const grants = answers[0]?.grants ?? [];
  const scopeText = (scope: unknown) =>
    (Array.isArray(scope) ? scope : [scope])
      .map((one) => (typeof one === 'string' ? (s[one as 'own'] ?? one) : s.filter))
      .join(s.and);
  return (
    <section>
      <h2>{t.why}</h2>
      <p>{me.admin ? s.admin : may.length > 0 ? t.whyYou(may.join(s.and)) : s.nothing}</p>
      {grants.length > 0 && (
        <table>
          <tbody>
            {grants.map((g) => (
              <tr key={`${g.role} ${g.grant}`}>
                <th scope="row">{s.role}</th>
                <td>{title(meta.own_roles.find((r) => r.key === g.role)?.title, g.role)}</td>
                <td className={styles.right}>{scopeText(g.scope)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
