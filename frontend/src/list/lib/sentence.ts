import type { Where } from '@/api/records';
import type { Format } from '@/i18n/format';
import type { Language } from '@/i18n/language';
import { titleIn } from '@/i18n/texts';
import { type EntityMeta, entityOf, type FieldMeta, fieldOf } from '@/meta/meta';
import type { Meta } from '@/session/session';
import { listTexts, relationTexts } from '../texts';

export type Sentence = { field: string; relation: string; value: string };

type Context = {
  meta: Meta;
  entity: EntityMeta;
  lang: Language;
  format: Format;
  names: (entity: string, id: string) => string | undefined;
};

/** A condition in plain words: 负责人 属于 华东、华北. */
export function sentenceOf(where: Where, c: Context): Sentence {
  const t = listTexts[c.lang];
  if (!Array.isArray(where)) {
    if ('not' in where) return { field: t.not, relation: '', value: textOf(sentenceOf(where.not, c)) };
    const [parts, word] = 'all' in where ? [where.all, t.and] : [where.any, t.or];
    return { field: '', relation: '', value: parts.map((p) => textOf(sentenceOf(p, c))).join(` ${word} `) };
  }
  const [path, operator, value] = where;
  const { field, title } = fieldAt(path, c);
  return { field: title, relation: relationText(operator, field, value, c.lang), value: valueText(field, value, c) };
}

export const textOf = (s: Sentence): string => [s.field, s.relation, s.value].filter(Boolean).join(' ');

/** The field at the end of a path that may cross one reference. */
function fieldAt(path: string, c: Context): { field?: FieldMeta; title: string } {
  const [first = '', second] = path.split('.');
  const own = fieldOf(c.entity, first);
  const title = titleIn(c.lang, own?.title, first);
  if (!second) return { field: own, title };
  const target = entityOf(c.meta, own?.entity ?? '');
  const other = target && fieldOf(target, second);
  return { field: other, title: `${title} ${titleIn(c.lang, other?.title, second)}` };
}

function relationText(operator: string, field: FieldMeta | undefined, value: unknown, lang: Language): string {
  const t = relationTexts[lang];
  const dated = field?.type === 'date' || field?.type === 'datetime';
  if (dated && operator === '=' && isPeriod(value)) return t.within;
  if (dated && (operator === '<' || operator === '<=')) return t.before;
  if (dated && (operator === '>' || operator === '>=')) return t.after;
  return t[operator as keyof typeof t] ?? operator;
}

const isPeriod = (value: unknown): value is { day: string } =>
  typeof value === 'object' && value !== null && 'day' in value;

function valueText(field: FieldMeta | undefined, value: unknown, c: Context): string {
  const t = listTexts[c.lang];
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((v) => valueText(field, v, c)).join(c.lang === 'en' ? ', ' : '、');
  if (isPeriod(value)) return relationTexts[c.lang][value.day as 'today'] ?? value.day;
  if (typeof value === 'object') {
    if ('me' in value) return t.me;
    if ('myDepartment' in value) return t.myDepartment;
    if ('now' in value) return String(value.now || '0');
    return JSON.stringify(value);
  }
  if (typeof value === 'boolean') return value ? '✓' : '✕';
  const choice = field?.choices?.find((one) => one.key === value);
  if (choice) return titleIn(c.lang, choice.title, choice.key);
  if (field?.entity) return c.names(field.entity, String(value)) ?? '…';
  if (field?.type === 'currency') return c.format.money(String(value), field.currency);
  if (field?.type === 'datetime') return c.format.dateTime(String(value));
  return String(value);
}
