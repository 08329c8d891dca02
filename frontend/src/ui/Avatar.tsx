import styles from './Avatar.module.css';

const hues = ['blue', 'green', 'purple', 'orange', 'cyan', 'pink', 'yellow', 'lime'];

function hueOf(name: string): string {
  let sum = 0;
  for (const c of name) sum += c.charCodeAt(0);
  return hues[sum % hues.length] ?? 'grey';
}

/** Chinese names are known by their last characters, others by their initials. */
function shortName(name: string, size: number): string {
  const letters = size >= 32 ? 2 : 1;
  if (/^[\p{ASCII}\s]+$/u.test(name)) {
    const words = name.trim().split(/\s+/);
    return words
      .slice(0, letters)
      .map((w) => w[0]?.toUpperCase() ?? '')
      .join('');
  }
  return [...name].slice(-letters).join('');
}

/** A person's mark; customers' people are grey. */
export function Avatar({ name, size = 20, grey = false }: { name: string; size?: number; grey?: boolean }) {
  const hue = grey ? 'grey' : hueOf(name);
  return (
    <span
      aria-hidden="true"
      className={styles.avatar}
      style={{
        width: size,
        height: size,
        fontSize: size >= 32 ? Math.round(size * 0.36) : Math.max(10, Math.round(size * 0.55)),
        background: `var(--c-${hue}-soft)`,
        color: `var(--c-${hue})`,
      }}
    >
      {shortName(name, size)}
    </span>
  );
}

export function Person({ name, size = 20 }: { name: string; size?: number }) {
  return (
    <span className={styles.person}>
      <Avatar name={name} size={size} />
      <span className="ellipsis">{name}</span>
    </span>
  );
}
