import type { ReactNode } from 'react';
import { choiceColor } from '@/theme/tokens';
import styles from './Pill.module.css';

/** A stage: round, with a dot. */
export function StagePill({ color: name, children }: { color?: string; children: ReactNode }) {
  const color = choiceColor(name);
  return (
    <span className={styles.stage} style={{ background: `var(--c-${color}-soft)`, color: `var(--c-${color})` }}>
      <i aria-hidden="true" style={{ background: `var(--c-${color}-dot)` }} />
      {children}
    </span>
  );
}

/** A choice or a tag: square, without a dot. */
export function Tag({ color, children }: { color?: string; children: ReactNode }) {
  const style = color
    ? { background: `var(--c-${choiceColor(color)}-soft)`, color: `var(--c-${choiceColor(color)})` }
    : undefined;
  return (
    <span className={styles.tag} style={style}>
      {children}
    </span>
  );
}

export type TimeState = 'good' | 'soon' | 'late' | 'off';

/** A time limit: square, with a ring that shows what is left. */
export function TimePill({ state, left = 0, children }: { state: TimeState; left?: number; children: ReactNode }) {
  return (
    <span className={`${styles.time} ${styles[state]} number`}>
      {state === 'late' ? <Late /> : state === 'off' ? null : <Ring part={left} />}
      {children}
    </span>
  );
}

export function Ring({ part, size = 14 }: { part: number; size?: number }) {
  const width = 2.5;
  const r = (size - width) / 2;
  const around = 2 * Math.PI * r;
  const circle = { cx: size / 2, cy: size / 2, r, fill: 'none', stroke: 'currentColor', strokeWidth: width };
  return (
    <svg width={size} height={size} aria-hidden="true" className={styles.ring}>
      <circle {...circle} strokeOpacity=".22" />
      <circle {...circle} strokeDasharray={`${around * Math.min(1, Math.max(0, part))} ${around}`} />
    </svg>
  );
}

function Late() {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <circle cx="7" cy="7" r="6.5" fill="currentColor" />
      <rect x="6.25" y="3.3" width="1.5" height="4.6" rx=".75" fill="var(--w-surface)" />
      <circle cx="7" cy="10" r=".9" fill="var(--w-surface)" />
    </svg>
  );
}
