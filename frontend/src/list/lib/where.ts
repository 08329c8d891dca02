import type { Where } from '@/api/records';

/** The conditions of a filter that must all hold. */
export function conditionsOf(where: Where | undefined): Where[] {
  if (!where) return [];
  return 'all' in where && !Array.isArray(where) ? where.all : [where];
}

/** The filter of conditions that must all hold; undefined for none. */
export function allOf(conditions: (Where | undefined)[]): Where | undefined {
  const list = conditions.flatMap((c) => conditionsOf(c));
  if (list.length === 0) return undefined;
  return list.length === 1 ? list[0] : { all: list };
}

export const sameWhere = (a: Where | undefined, b: Where | undefined): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Reads a filter out of an address; undefined when it is none, so that a broken link shows the view. */
export function parseWhere(text: string | undefined): Where | undefined {
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isWhere(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isWhere(value: unknown): value is Where {
  if (Array.isArray(value)) return typeof value[0] === 'string' && typeof value[1] === 'string';
  if (typeof value !== 'object' || value === null) return false;
  const v = value as Record<string, unknown>;
  if (Array.isArray(v.all)) return v.all.every(isWhere);
  if (Array.isArray(v.any)) return v.any.every(isWhere);
  return isWhere(v.not);
}

/** The relations that make sense for a type of field, the most used first. */
export function relationsOf(type: string): string[] {
  switch (type) {
    case 'number':
    case 'integer':
    case 'currency':
    case 'percent':
    case 'rating':
      return ['>=', '<=', '=', 'between', 'empty', 'present'];
    case 'date':
    case 'datetime':
      return ['within', '>=', '<=', 'between', 'empty', 'present'];
    case 'choice':
    case 'user':
    case 'department':
    case 'reference':
      return ['=', '!=', 'in', 'empty', 'present'];
    case 'multi_choice':
    case 'tags':
      return ['contains', 'empty', 'present'];
    case 'boolean':
      return ['=', '!='];
    case 'attachment':
    case 'image':
    case 'signature':
    case 'location':
    case 'child_rows':
      return ['empty', 'present'];
    case 'clock':
      return ['=', 'empty', 'present'];
    case 'region':
      return ['starts', '=', 'empty', 'present'];
    default:
      return ['contains', '=', 'starts', 'empty', 'present'];
  }
}

export const withoutValue = (relation: string): boolean => relation === 'empty' || relation === 'present';

/** The periods that dates are compared with. */
export const periods = [
  'today',
  'yesterday',
  'tomorrow',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'this_quarter',
  'this_year',
  'last_7',
  'last_30',
] as const;
