import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Input, Select } from 'antd';
import { useDeferredValue, useState } from 'react';
import { keys, refreshEntity } from '@/api/cache';
import { refusalText } from '@/api/error';
import { useLive } from '@/api/live';
import { createRecord, deleteRecord, queryRecords, type RecordRow, updateRecord } from '@/api/records';
import { useTexts, useTitle } from '@/i18n/texts';
import { can, useEntity } from '@/meta/meta';
import { useMe, useMeta } from '@/session/session';
import { Person } from '@/ui/Avatar';
import { Tag } from '@/ui/Pill';
import page from '@/ui/page.module.css';
import { ErrorState, Skeleton } from '@/ui/State';
import { toast } from '@/ui/toast';
import { WideTable } from '@/ui/WideTable';
import { AddPerson } from './AddPerson';
import { Deactivate } from './Deactivate';
import { SetPassword } from './SetPassword';
import { peopleTexts } from './texts';

/** The users with their roles; roles are given and taken here. */
export function People() {
  const t = useTexts(peopleTexts);
  const [text, setText] = useState('');
  const [adding, setAdding] = useState(false);
  const wanted = useDeferredValue(text.trim().toLowerCase());
  useLive('user');
  useLive('role_assignment');
  const user = useEntity('user');
  const people = useQuery({
    queryKey: keys.pages('user', 'people'),
    queryFn: ({ signal }) =>
      queryRecords('user', { sort: ['name'], limit: 1000, expand: ['department', 'superior'] }, signal).then(
        (p) => p.items,
      ),
  });
  const assigned = useQuery({
    queryKey: keys.pages('role_assignment', 'people'),
    queryFn: ({ signal }) => queryRecords('role_assignment', { limit: 1000 }, signal).then((p) => p.items),
  }).data;
  if (people.isError) return <ErrorState error={people.error} retry={() => void people.refetch()} />;
  if (!people.data) return <Skeleton />;
  const shown = people.data.filter((u) => `${u.name} ${u.login}`.toLowerCase().includes(wanted));
  return (
    <>
      <div className={page.actions}>
        <Input.Search
          aria-label={t.search}
          placeholder={t.search}
          style={{ width: 240 }}
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        {can(user, 'create') && (
          <Button type="primary" onClick={() => setAdding(true)}>
            {t.add}
          </Button>
        )}
      </div>
      <WideTable name={t.people}>
        <table className={page.table}>
          <thead>
            <tr>
              <th scope="col">{t.name}</th>
              <th scope="col">{t.login}</th>
              <th scope="col">{t.department}</th>
              <th scope="col">{t.superior}</th>
              <th scope="col">{t.roles}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {shown.map((u) => (
              <PersonRow
                key={u.id}
                user={u}
                assigned={(assigned ?? []).filter((a) => a.user === u.id)}
                people={people.data}
              />
            ))}
          </tbody>
        </table>
      </WideTable>
      {adding && <AddPerson close={() => setAdding(false)} />}
    </>
  );
}

type RowProps = { user: RecordRow; assigned: RecordRow[]; people: RecordRow[] };

function PersonRow({ user, assigned, people }: RowProps) {
  const t = useTexts(peopleTexts);
  const navigate = useNavigate();
  const entity = useEntity('user');
  const me = useMe();
  const [dialog, setDialog] = useState<'password' | 'deactivate'>();
  const name = String(user.name ?? user.login);
  const activate = async () => {
    try {
      await updateRecord('user', user.id, { active: true });
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
    void refreshEntity('user');
  };
  return (
    <tr>
      <th scope="row">
        <Person name={name} size={28} /> {user.active === false && <Tag color="grey">{t.inactive}</Tag>}
      </th>
      <td>{String(user.login)}</td>
      <td>{String(user.expanded?.department?.name ?? '')}</td>
      <td>{String(user.expanded?.superior?.name ?? '')}</td>
      <td>
        <Roles user={user} assigned={assigned} />
      </td>
      <td className={page.right}>
        {can(entity, 'update') && (
          <span className={page.actions}>
            <Button
              size="small"
              type="text"
              onClick={() => void navigate({ to: '/r/$entity/$id/edit', params: { entity: 'user', id: user.id } })}
            >
              {t.edit}
            </Button>
            <Button
              size="small"
              type="text"
              onClick={() =>
                // The own one asks for the present one.
                user.id === me.id
                  ? void navigate({ to: '/settings', search: { tab: 'security' } })
                  : setDialog('password')
              }
            >
              {t.setPassword}
            </Button>
            {user.active === false ? (
              <Button size="small" type="text" onClick={() => void activate()}>
                {t.activate}
              </Button>
            ) : (
              <Button size="small" type="text" onClick={() => setDialog('deactivate')}>
                {t.deactivate}
              </Button>
            )}
          </span>
        )}
        {dialog === 'password' && <SetPassword user={user} close={() => setDialog(undefined)} />}
        {dialog === 'deactivate' && <Deactivate user={user} people={people} close={() => setDialog(undefined)} />}
      </td>
    </tr>
  );
}

function Roles({ user, assigned }: { user: RecordRow; assigned: RecordRow[] }) {
  const t = useTexts(peopleTexts);
  const title = useTitle();
  const meta = useMeta();
  const have = assigned.map((a) => String(a.role));
  const change = async (next: string[]) => {
    try {
      for (const role of next.filter((r) => !have.includes(r)))
        await createRecord('role_assignment', { user: user.id, role });
      for (const gone of assigned.filter((a) => !next.includes(String(a.role))))
        await deleteRecord('role_assignment', gone.id);
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
    void refreshEntity('role_assignment');
  };
  const options = [
    { value: 'admin', label: 'admin' },
    ...meta.roles.map((r) => ({ value: r.key, label: title(r.title, r.key) })),
  ];
  return (
    <Select
      mode="multiple"
      size="small"
      style={{ minWidth: 200 }}
      aria-label={`${t.roles} ${String(user.name)}`}
      value={have}
      options={options}
      disabled={meta.roles.length === 0}
      onChange={(v: string[]) => void change(v)}
    />
  );
}
