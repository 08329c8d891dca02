import styles from './Login.module.css';

const [width, height, gap, begin] = [664, 900, 40, 520];
const columns = Math.ceil(width / gap);

/** A plain weave: warp threads stand still, the finished cloth is below, and the thread of now runs in from the left. */
export function Weave() {
  const rows = Math.ceil((height + gap - begin) / gap);
  return (
    <svg
      className={styles.weave}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMinYMin slice"
      aria-hidden="true"
    >
      {numbers(columns).map((i) => (
        <Warp key={i} column={i} from={0} to={height} />
      ))}
      {numbers(rows).map((row) => (
        <Row key={row} row={row} />
      ))}
      <path d={`M${gap * 10 + 8} ${begin}c14-12 52-12 68 0c-16 12-54 12-68 0z`} fill="#fff" />
      <circle cx={gap * 10 + 40} cy={begin} r="3.2" fill="#1C377E" />
    </svg>
  );
}

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

function Warp({ column, from, to }: { column: number; from: number; to: number }) {
  return <path d={`M${gap * column + 20} ${from}V${to}`} stroke="#26438F" strokeWidth="22" />;
}

function Row({ row }: { row: number }) {
  const now = row === 0;
  const y = begin + row * gap - (now ? 0 : 10);
  return (
    <>
      <path
        d={`M-10 ${y}H${now ? gap * 10 + 12 : width + 20}`}
        stroke={now ? '#BDD0FB' : '#3055AC'}
        strokeWidth={now ? 9 : 22}
      />
      {numbers(columns)
        .filter((i) => (i + row) % 2 === 1)
        .map((i) => (
          <Warp key={i} column={i} from={y - (now ? 12 : gap / 2 + 1)} to={y + gap / 2 + 1} />
        ))}
    </>
  );
}
