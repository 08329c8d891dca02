import { useEffect, useState } from 'react';
import { useFormat } from '@/i18n/format';
import { defineTexts, useTexts } from '@/i18n/texts';
import { TimePill } from '@/ui/Pill';

const texts = defineTexts(
  {
    left: (time: string) => `剩 ${time}`,
    late: (time: string) => `超 ${time}`,
    paused: (time: string) => `暂停，剩 ${time}`,
    stopped: '已完成',
  },
  {
    left: (time: string) => `${time} left`,
    late: (time: string) => `${time} late`,
    paused: (time: string) => `Paused, ${time} left`,
    stopped: 'Done',
  },
);

/** A clock field: when it is due, and the seconds that were left when it was read. */
export type Clock = { due?: string; left?: number; started_at?: string; state?: string };

/** The time that is left, which runs on while it is looked at. */
export function ClockValue({ value }: { value: unknown }) {
  const t = useTexts(texts);
  const format = useFormat();
  const clock = value as Clock;
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  if (clock.state === 'stopped' || clock.state === 'ended') return <TimePill state="off">{t.stopped}</TimePill>;
  if (clock.state === 'paused')
    return <TimePill state="off">{t.paused(format.duration((clock.left ?? 0) * 1000))}</TimePill>;
  const due = Date.parse(clock.due ?? '');
  if (Number.isNaN(due)) return null;
  const left = due - now;
  const whole = due - Date.parse(clock.started_at ?? clock.due ?? '');
  const part = whole > 0 ? left / whole : 0;
  const state = left < 0 ? 'late' : part <= 0.25 ? 'soon' : 'good';
  const text = format.duration(left);
  return (
    <span title={format.dateTime(clock.due ?? '')}>
      <TimePill state={state} left={part}>
        {left < 0 ? t.late(text) : t.left(text)}
      </TimePill>
    </span>
  );
}
