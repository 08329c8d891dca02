import { useMemo } from 'react';
import { useSettings } from '@/session/session';
import { type Language, useLanguage } from './language';

const dayMs = 86_400_000;

/** A blank between digits and Chinese, as the rest of the texts have it. */
const spaced = (text: string): string => text.replace(/(\d)(?=\p{Script=Han})/gu, '$1 ');

/** Numbers, money and times as the reader's language and the organisation's zone write them. */
export class Format {
  constructor(
    readonly lang: Language,
    readonly zone: string,
    readonly currency: string,
  ) {}

  number(value: number | string, digits = 2): string {
    return new Intl.NumberFormat(this.lang, { maximumFractionDigits: digits }).format(Number(value));
  }

  percent(value: number | string): string {
    return `${this.number(value, 2)}%`;
  }

  /** Full digits, as tables show them. The organisation's own currency needs no mark. */
  money(value: number | string, currency = this.currency): string {
    const digits = Number.isInteger(Number(value)) ? 0 : 2;
    const text = new Intl.NumberFormat(this.lang, { minimumFractionDigits: digits, maximumFractionDigits: 4 }).format(
      Number(value),
    );
    return currency === this.currency ? text : `${currency} ${text}`;
  }

  /** Short figures: 596.4 万 in Chinese, 5.96M in English. */
  compact(value: number | string): string {
    const n = Number(value);
    if (Math.abs(n) < 10_000) return this.number(n);
    if (this.lang === 'en')
      return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 }).format(n);
    const [unit, name] = Math.abs(n) >= 1e8 ? [1e8, '亿'] : [1e4, '万'];
    return `${this.number(n / unit, 1)} ${name}`;
  }

  /** A date of a date field, which has no zone. */
  date(value: string): string {
    return value.slice(0, 10);
  }

  private parts(at: Date) {
    const text = new Intl.DateTimeFormat('en-CA', {
      timeZone: this.zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(at);
    return Object.fromEntries(text.map((p) => [p.type, p.value])) as Record<string, string>;
  }

  /** The day of an instant in the organisation's zone. */
  day(value: string | Date): string {
    const p = this.parts(new Date(value));
    return `${p.year}-${p.month}-${p.day}`;
  }

  dateTime(value: string | Date): string {
    const p = this.parts(new Date(value));
    return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`;
  }

  time(value: string | Date): string {
    const p = this.parts(new Date(value));
    return `${p.hour}:${p.minute}`;
  }

  weekday(day: string): string {
    return new Intl.DateTimeFormat(this.lang, { weekday: 'short', timeZone: 'UTC' }).format(
      new Date(`${day}T00:00:00Z`),
    );
  }

  /** A month in words: 2026年12月, December 2026. */
  month(month: string): string {
    return new Intl.DateTimeFormat(this.lang, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(
      new Date(`${month}-01T00:00:00Z`),
    );
  }

  /** A day in words, without its year: 12月1日周二, Tue, Dec 1. */
  dayName(day: string): string {
    return new Intl.DateTimeFormat(this.lang, {
      month: 'short',
      day: 'numeric',
      weekday: 'short',
      timeZone: 'UTC',
    }).format(new Date(`${day}T00:00:00Z`));
  }

  /** Up to 24 hours relative, then the day and time: 12 分钟前, 昨天 17:40, 周六 16:18, 11-24. */
  ago(value: string | Date, now = new Date()): string {
    const at = new Date(value);
    const ms = now.getTime() - at.getTime();
    const format = new Intl.RelativeTimeFormat(this.lang, { numeric: 'auto' });
    const relative = { format: (n: number, unit: Intl.RelativeTimeFormatUnit) => spaced(format.format(n, unit)) };
    if (Math.abs(ms) < 60_000) return this.lang === 'en' ? 'just now' : '刚刚';
    if (Math.abs(ms) < 3_600_000) return relative.format(-Math.round(ms / 60_000), 'minute');
    if (ms < 0) return this.dateTime(at);
    const [day, today] = [this.day(at), this.day(now)];
    if (day === today) return relative.format(-Math.round(ms / 3_600_000), 'hour');
    const days = Math.round((Date.parse(today) - Date.parse(day)) / dayMs);
    if (days === 1) return `${relative.format(-1, 'day')} ${this.time(at)}`;
    if (days < 7) return `${this.weekday(day)} ${this.time(at)}`;
    return day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day;
  }

  /** A length of time: 1 时 12 分, 3 天. */
  duration(ms: number): string {
    const minutes = Math.max(0, Math.round(Math.abs(ms) / 60_000));
    const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
    const zh = this.lang !== 'en';
    if (days >= 3) return zh ? `${days} 天` : `${days} d`;
    const h = days * 24 + hours;
    if (h === 0) return zh ? `${rest} 分` : `${rest} min`;
    if (rest === 0) return zh ? `${h} 时` : `${h} h`;
    return zh ? `${h} 时 ${String(rest).padStart(2, '0')} 分` : `${h} h ${rest} min`;
  }
}

export function useFormat(): Format {
  const lang = useLanguage();
  const { zone, currency } = useSettings();
  return useMemo(() => new Format(lang, zone, currency), [lang, zone, currency]);
}
