import { useQuery } from '@tanstack/react-query';
import { type Schemas, send } from '@/api/client';
import { defineTexts, type Title, useJoin, useTexts, useTitle } from '@/i18n/texts';
import { entityOf } from '@/meta/meta';
import { useMe, useMeta } from '@/session/session';
import { shellTexts } from '@/shell/texts';
import { PageHeader } from '@/ui/PageHeader';
import page from '@/ui/page.module.css';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import { WideTable } from '@/ui/WideTable';
import { Explain } from './Explain';
import styles from './Roles.module.css';

export const roleTexts = defineTexts(
  {
    entity: '数据',
    all: '全部',
    own: '本人',
    subordinates: '下属',
    department: '本部门',
    department_below: '本部门及下级',
    filter: '符合条件',
    none: '—',
    create: '建',
    read: '看',
    update: '改',
    delete: '删',
    export: '导出',
    import: '导入',
    claim: '领取',
    import_history: '导入历史',
    note: '每一格是这个角色对这类数据能做的事，和能看到的范围。角色是定义，由模板带来，改动经搭建发布。',
    fields: (n: number) => `${n} 个字段另有规定`,
    moves: (n: number) => `${n} 个阶段动作`,
    allMoves: '全部阶段动作',
    noRoles: '还没有角色',
    noRolesText: '装一个模板，它会带来角色。',
  },
  {
    entity: 'Data',
    all: 'all',
    own: 'own',
    subordinates: 'subordinates',
    department: 'department',
    department_below: 'department and below',
    filter: 'matching',
    none: '—',
    create: 'create',
    read: 'see',
    update: 'edit',
    delete: 'delete',
    export: 'export',
    import: 'import',
    claim: 'claim',
    import_history: 'import history',
    note: 'Each cell says what a role may do with these records, and with which of them. Roles are definitions: they come with templates and change by publishing.',
    fields: (n: number) => `${n} fields by own rules`,
    moves: (n: number) => `${n} moves`,
    allMoves: 'all moves',
    noRoles: 'No roles yet',
    noRolesText: 'Install a template: it brings roles.',
  },
);

type FieldSet = { all?: boolean; except?: string[] } | string[];
type Grant = {
  entity: string;
  operations?: string[];
  scopes?: { type: string }[];
  read?: FieldSet;
  write?: FieldSet;
  transitions?: string[];
};
type Role = { kind: string; key: string; title: Title; grants?: Grant[] };

/** /roles: roles as a matrix of entities, and why somebody may or may not do something. */
export function Page() {
  const t = useTexts(roleTexts);
  const shell = useTexts(shellTexts);
  const title = useTitle();
  const me = useMe();
  const meta = useMeta();
  const found = useQuery({
    queryKey: ['definitions'],
    enabled: me.admin,
    queryFn: ({ signal }) => send<Schemas['Definitions']>('GET', '/builder/definitions', { signal }),
  });
  if (!me.admin) return <EmptyState title={shell.forbidden} text={shell.forbiddenText} />;
  if (found.isError) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton />;
  const roles = (found.data.definitions as unknown as Role[]).filter((d) => d.kind === 'role');
  const entities = [...new Set(roles.flatMap((r) => (r.grants ?? []).map((g) => g.entity)))];
  if (roles.length === 0) return <EmptyState title={t.noRoles} text={t.noRolesText} />;
  return (
    <>
      <PageHeader title={shell.roles} />
      <div className={page.scroller}>
        <Explain entities={entities} />
        <p className={page.note}>{t.note}</p>
        <WideTable name={shell.roles}>
          <table className={`${page.table} ${styles.matrix}`}>
            <thead>
              <tr>
                <th scope="col">{t.entity}</th>
                {roles.map((r) => (
                  <th key={r.key} scope="col">
                    {title(r.title, r.key)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {entities.map((key) => (
                <tr key={key}>
                  <th scope="row">{title(entityOf(meta, key)?.title, key)}</th>
                  {roles.map((r) => (
                    <td key={r.key}>
                      {(r.grants ?? [])
                        .filter((g) => g.entity === key)
                        .map((g) => (
                          <GrantText key={JSON.stringify(g)} grant={g} />
                        ))}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </WideTable>
      </div>
    </>
  );
}

/** Fields that a grant leaves out or names one by one. */
const special = (set: FieldSet | undefined): number => (Array.isArray(set) ? set.length : (set?.except?.length ?? 0));

function GrantText({ grant }: { grant: Grant }) {
  const t = useTexts(roleTexts);
  const join = useJoin();
  const word = (key: string) => (typeof t[key as 'own'] === 'string' ? t[key as 'own'] : key);
  const fields = special(grant.read) + special(grant.write);
  const moves = grant.transitions ?? [];
  return (
    <div className={styles.grant}>
      {join((grant.operations ?? []).map(word))} <small>{join((grant.scopes ?? []).map((s) => word(s.type)))}</small>
      {fields > 0 && <small>{t.fields(fields)}</small>}
      {moves.length > 0 && <small>{moves.includes('*') ? t.allMoves : t.moves(moves.length)}</small>}
    </div>
  );
}
