import { useMemo } from 'react';
import type { Schemas } from '@/api/client';
import type { RecordRow, Where } from '@/api/records';
import { type Meta, useMeta } from '@/session/session';

export type EntityMeta = Schemas['EntityMeta'];
export type FieldMeta = Schemas['FieldMeta'];
export type MachineMeta = Schemas['MachineMeta'];
export type StageMeta = Schemas['StageMeta'];
export type TransitionMeta = Schemas['TransitionMeta'];
export type Choice = Schemas['Choice'];
export type View = Omit<Schemas['View'], 'where'> & { where?: Where };
export type FormDefinition = Schemas['Form'];
export type Dashboard = Schemas['Dashboard'];

export const entityOf = (meta: Meta, key: string): EntityMeta | undefined => meta.entities.find((e) => e.key === key);

export function useEntity(key: string): EntityMeta | undefined {
  const meta = useMeta();
  return useMemo(() => entityOf(meta, key), [meta, key]);
}

export const viewsOf = (meta: Meta, entity: string): View[] => meta.views.filter((v) => v.entity === entity) as View[];

/** The view that an address without one means: the first list without a filter. */
export function defaultView(meta: Meta, entity: string): View | undefined {
  const views = viewsOf(meta, entity);
  return views.find((v) => v.type === 'list' && !v.where) ?? views.find((v) => v.type === 'list') ?? views[0];
}

/** System fields are not part of an entity's definition; every record has them. */
export const systemFields: FieldMeta[] = [
  {
    key: 'created_at',
    type: 'datetime',
    title: { 'zh-CN': '创建时间', en: 'Created' },
    readable: true,
    writable: false,
  },
  {
    key: 'created_by',
    type: 'user',
    entity: 'user',
    title: { 'zh-CN': '创建人', en: 'Created by' },
    readable: true,
    writable: false,
  },
  {
    key: 'updated_at',
    type: 'datetime',
    title: { 'zh-CN': '更新时间', en: 'Updated' },
    readable: true,
    writable: false,
  },
  {
    key: 'updated_by',
    type: 'user',
    entity: 'user',
    title: { 'zh-CN': '更新人', en: 'Updated by' },
    readable: true,
    writable: false,
  },
];

export const fieldOf = (entity: EntityMeta, key: string): FieldMeta | undefined =>
  entity.fields.find((f) => f.key === key) ?? systemFields.find((f) => f.key === key);

export const can = (entity: EntityMeta | undefined, operation: string): boolean =>
  entity?.operations.includes(operation) ?? false;

/** Fields that hold the id of another record. */
export const isReference = (f: FieldMeta): boolean => ['reference', 'user', 'department'].includes(f.type);

/** The references among the fields, to be read together with the records. */
export const expandOf = (entity: EntityMeta, fields: string[]): string[] =>
  fields.filter((key) => {
    const f = fieldOf(entity, key);
    return f !== undefined && isReference(f) && f.readable;
  });

/** What a record is called: its title field, else its number. */
export function recordTitle(entity: EntityMeta | undefined, row: RecordRow | undefined): string {
  if (!row) return '';
  const value = entity?.title_field ? row[entity.title_field] : (row.name ?? row.title);
  return typeof value === 'string' && value !== '' ? value : row.id.slice(-6);
}

export const stageOf = (machine: MachineMeta | undefined, key: unknown): StageMeta | undefined =>
  machine?.stages.find((s) => s.key === key);

/** The moves that leave a stage and that some right of this person allows. */
export const movesFrom = (machine: MachineMeta, stage: unknown): TransitionMeta[] =>
  machine.transitions.filter((t) => t.allowed && t.from.includes(String(stage)));

/** Entities that have a page of their own: not the child rows of another. */
export const hasPage = (entity: EntityMeta): boolean => !entity.child_of;
