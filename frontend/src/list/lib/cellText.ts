import type { RecordRow } from '@/api/records';
import { phoneText, referenceTitle } from '@/fields/FieldValue';
import type { Format } from '@/i18n/format';
import type { Language } from '@/i18n/language';
import { titleIn } from '@/i18n/texts';
import { type FieldMeta, isReference } from '@/meta/meta';
import type { Meta } from '@/session/session';

/** A cell as text for the clipboard: what people read, with figures as plain numbers. */
export function cellText(meta: Meta, field: FieldMeta, row: RecordRow, lang: Language, format: Format): string {
  const value = row[field.key];
  if (value === undefined || value === null) return '';
  if (isReference(field)) return referenceTitle(meta, field, row);
  const choice = (key: unknown) => titleIn(lang, field.choices?.find((c) => c.key === key)?.title, String(key));
  if (field.type === 'choice') return choice(value);
  if (Array.isArray(value)) return field.choices ? value.map(choice).join(', ') : value.map(String).join(', ');
  if (field.type === 'datetime') return format.dateTime(String(value));
  if (field.type === 'phone') return phoneText(String(value));
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** What a pasted text means for a field; undefined when it means nothing. */
export function cellValue(field: FieldMeta, text: string, lang: Language): { value: unknown } | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return { value: null };
  const key = (word: string) =>
    field.choices?.find(
      (c) => c.key === word || titleIn(lang, c.title) === word || c.title['zh-CN'] === word || c.title.en === word,
    )?.key;
  switch (field.type) {
    case 'number':
    case 'integer':
    case 'percent': {
      const n = Number(trimmed.replace(/[,，%\s]/g, ''));
      return Number.isNaN(n) ? undefined : { value: n };
    }
    case 'currency':
      return { value: trimmed.replace(/[,，¥￥\s]/g, '') };
    case 'choice': {
      const found = key(trimmed);
      return found ? { value: found } : undefined;
    }
    case 'multi_choice':
    case 'tags': {
      const words = trimmed.split(/[,，、;；]\s*/).map((w) => (field.choices?.length ? key(w) : w));
      return words.every((w) => w !== undefined) ? { value: words } : undefined;
    }
    case 'boolean':
      return { value: ['true', '1', '是', 'yes', '✓'].includes(trimmed.toLowerCase()) };
    case 'date':
      return { value: trimmed.replace(/[/.年月]/g, '-').replace('日', '') };
    case 'text':
    case 'long_text':
    case 'phone':
    case 'email':
    case 'url':
    case 'credit_code':
    case 'region':
      return { value: trimmed };
    default:
      return undefined;
  }
}
