import type { EntityMeta, FieldMeta } from '@/meta/meta';
import { fieldOf, systemFields } from '@/meta/meta';

/** The columns of a view as one person has arranged them. */
export type ColumnChoice = { keys?: string[]; widths?: Record<string, number> };

const widths: Record<string, number> = {
  text: 160,
  long_text: 220,
  phone: 132,
  email: 180,
  choice: 112,
  multi_choice: 140,
  tags: 140,
  user: 120,
  department: 120,
  reference: 160,
  date: 116,
  datetime: 120,
  currency: 120,
  number: 96,
  integer: 88,
  percent: 88,
  boolean: 72,
  clock: 132,
  attachment: 72,
  auto_number: 112,
};

const typeOf = (f: FieldMeta): string => (['formula', 'roll_up'].includes(f.type) ? (f.result ?? 'text') : f.type);

export const columnWidth = (f: FieldMeta, chosen?: number): number => chosen ?? widths[typeOf(f)] ?? 120;

/** Figures stand at the right, so that their digits line up. */
export const isNumber = (f: FieldMeta): boolean => ['currency', 'number', 'integer', 'percent'].includes(typeOf(f));

/** The fields shown as columns: those chosen, else those of the view, else the first of the entity. */
export function columnsOf(entity: EntityMeta, ofView: string[] | undefined, chosen: ColumnChoice): FieldMeta[] {
  const title = entity.title_field ? [entity.title_field] : [];
  const keys =
    chosen.keys ??
    (ofView?.length
      ? ofView
      : [...title, ...entity.fields.map((f) => f.key).filter((k) => k !== title[0])].slice(0, 7));
  return keys.flatMap((key) => {
    const f = fieldOf(entity, key);
    return f?.readable ? [f] : [];
  });
}

/** Fields with a sum that means something. */
export const summable = (f: FieldMeta): boolean => ['currency', 'number', 'integer'].includes(f.type);

/** The next order after a click on a column's head: up, down, none. */
export function toggleSort(sort: string[], key: string, add: boolean): string[] {
  const at = sort.find((s) => s === key || s === `-${key}`);
  const rest = add ? sort.filter((s) => s !== at) : [];
  if (at === undefined) return [...rest, key];
  return at === key ? [...rest, `-${key}`] : rest;
}

/** Fields with few values, by which a list makes sense in groups. */
export const groupable = (entity: EntityMeta): FieldMeta[] =>
  entity.fields.filter(
    (f) =>
      f.readable &&
      ['choice', 'user', 'department', 'reference', 'boolean', 'date', 'region', 'rating'].includes(f.type),
  );

/** Dates that a calendar can be made of: those of the entity, then the times that every record has. */
export const dated = (entity: EntityMeta): FieldMeta[] =>
  [...entity.fields, ...systemFields].filter((f) => f.readable && (f.type === 'date' || f.type === 'datetime'));

/** Regions by which records can be put on a map. */
export const placed = (entity: EntityMeta): FieldMeta[] =>
  entity.fields.filter((f) => f.readable && f.type === 'region');
