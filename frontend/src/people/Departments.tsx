import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Tree } from 'antd';
import { keys } from '@/api/cache';
import { useLive } from '@/api/live';
import { queryRecords, type RecordRow } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import { can, useEntity } from '@/meta/meta';
import page from '@/ui/page.module.css';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import { peopleTexts } from './texts';

type Node = { key: string; title: string; children: Node[] };

/** Departments as a tree, with those whose parent is not seen at the top. */
export function departmentTree(rows: RecordRow[]): Node[] {
  const nodes = new Map(rows.map((r) => [r.id, { key: r.id, title: String(r.name), children: [] as Node[] }]));
  const roots: Node[] = [];
  for (const row of rows) {
    const node = nodes.get(row.id);
    if (node) (nodes.get(String(row.parent))?.children ?? roots).push(node);
  }
  return roots;
}

export function Departments() {
  const t = useTexts(peopleTexts);
  const navigate = useNavigate();
  const entity = useEntity('department');
  useLive('department');
  const found = useQuery({
    queryKey: keys.pages('department', 'tree'),
    queryFn: ({ signal }) => queryRecords('department', { sort: ['name'], limit: 1000 }, signal).then((p) => p.items),
  });
  if (found.isError) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton />;
  const add = can(entity, 'create') && (
    <Button onClick={() => void navigate({ to: '/r/$entity/new', params: { entity: 'department' } })}>
      {t.addDepartment}
    </Button>
  );
  if (found.data.length === 0) return <EmptyState title={t.noDepartments}>{add}</EmptyState>;
  return (
    <section className={page.section}>
      <div className={page.actions}>{add}</div>
      <Tree
        defaultExpandAll
        showLine
        treeData={departmentTree(found.data)}
        onSelect={([id]) =>
          id && void navigate({ to: '/r/$entity/$id', params: { entity: 'department', id: String(id) } })
        }
      />
    </section>
  );
}
