import { ApiError } from '@/api/error';
import type { RecordRow } from '@/api/records';
import type { EntityMeta, FieldMeta, FormDefinition } from '@/meta/meta';

export type Values = Record<string, unknown>;

const empty = (v: unknown) => v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0);

/** Equal for a form: all ways of being empty are one, and money is compared as a number's text. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (empty(a) && empty(b)) return true;
  if (typeof a !== 'object' && typeof b !== 'object') return String(a) === String(b);
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The fields that differ from what they were, with null for those that were cleared. */
export function changesOf(base: Values, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, v]) => (sameValue(base[key], v) ? [] : [[key, empty(v) ? null : v]])),
  );
}

/** What a new record is sent with: only what is set. */
export const setValues = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, v]) => !empty(v)));

export type Conflict = { key: string; before: unknown; theirs: unknown; mine: unknown };

/**
 * Compares three revisions of a record. What only one side changed is merged; what both
 * changed differently is a conflict.
 */
export function compareRevisions(
  base: Values,
  mine: Values,
  theirs: RecordRow,
): { merged: Values; conflicts: Conflict[] } {
  const conflicts: Conflict[] = [];
  const merged: Values = {};
  for (const [key, value] of Object.entries(changesOf(base, mine))) {
    if (!sameValue(base[key], theirs[key]) && !sameValue(value, theirs[key])) {
      conflicts.push({ key, before: base[key], theirs: theirs[key], mine: value });
    } else merged[key] = value;
  }
  return { merged, conflicts };
}

/** The fields of a form, in its order. */
export const formFields = (form: FormDefinition): string[] => form.sections.flatMap((s) => s.fields);

/**
 * The form of an entity for a device; without one, all fields that the person may
 * write or read.
 */
export function chooseForm(forms: FormDefinition[], entity: EntityMeta, phone: boolean): FormDefinition {
  const fitting = forms.filter((f) => f.entity === entity.key && !f.public);
  const device = phone ? 'phone' : 'desktop';
  const found =
    fitting.find((f) => f.devices?.includes(device)) ?? fitting.find((f) => !f.devices?.length) ?? fitting[0];
  return (
    found ?? {
      kind: 'form',
      key: entity.key,
      entity: entity.key,
      title: entity.title,
      sections: [{ columns: 2, fields: entity.fields.map((f) => f.key) }],
    }
  );
}

const computedTypes = ['formula', 'roll_up', 'clock', 'auto_number'];

export const isComputed = (f: FieldMeta): boolean => computedTypes.includes(f.type);

/** Fields that must have a value before the form can be sent. */
export function missingFields(entity: EntityMeta, keys: string[], values: Values): string[] {
  return keys.filter((key) => {
    const f = entity.fields.find((one) => one.key === key);
    return f?.required && f.writable && !isComputed(f) && f.type !== 'boolean' && empty(values[key]);
  });
}

export type Problems = { fields: Record<string, string>; page: string[] };

/** Sorts what the server refuses to the fields of the form; the rest is said at its top. */
export function problemsOf(err: unknown, keys: string[]): Problems {
  const found: Problems = { fields: {}, page: [] };
  if (!(err instanceof ApiError)) return found;
  for (const e of err.errors) {
    const key = decodeURIComponent(e.path.replace(/^\/values/, '').split('/')[1] ?? '')
      .replaceAll('~1', '/')
      .replaceAll('~0', '~');
    if (keys.includes(key) && !found.fields[key]) found.fields[key] = e.message;
    else found.page.push(e.message);
  }
  if (err.errors.length === 0) found.page.push(err.message);
  return found;
}
