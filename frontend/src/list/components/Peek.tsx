import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Drawer } from 'antd';
import { keys } from '@/api/cache';
import { getRecord } from '@/api/records';
import { FieldValue } from '@/fields/FieldValue';
import { useTexts } from '@/i18n/texts';
import { type EntityMeta, expandOf, fieldOf, recordTitle } from '@/meta/meta';
import { KeyFacts } from '@/record/components/KeyFacts';
import { ErrorState, Skeleton } from '@/ui/State';
import { listTexts } from '../texts';

/** A look into a record without leaving the list. */
export default function Peek({ entity, id, close }: { entity: EntityMeta; id: string; close: () => void }) {
  const t = useTexts(listTexts);
  const navigate = useNavigate();
  const found = useQuery({
    queryKey: keys.record(entity.key, id),
    queryFn: ({ signal }) =>
      getRecord(
        entity.key,
        id,
        expandOf(entity, [...entity.fields.map((f) => f.key), 'created_by', 'updated_by']),
        signal,
      ),
  });
  const row = found.data;
  const stage = entity.machine && fieldOf(entity, entity.machine.field);
  return (
    <Drawer
      open
      mask={false}
      size={420}
      title={recordTitle(entity, row)}
      onClose={close}
      extra={
        <Button
          type="primary"
          onClick={() => void navigate({ to: '/r/$entity/$id', params: { entity: entity.key, id } })}
        >
          {t.open}
        </Button>
      }
    >
      {found.isError ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : !row ? (
        <Skeleton />
      ) : null}
      {row && stage && (
        <p>
          <FieldValue entity={entity} field={stage} row={row} />
        </p>
      )}
      {row && <KeyFacts entity={entity} row={row} />}
    </Drawer>
  );
}
