/** weft's sign: threads of a warp and one of the weft. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <rect width="24" height="24" rx="6" fill="var(--w-primary)" />
      <g stroke="#fff" strokeOpacity=".42" strokeWidth="2" strokeLinecap="round">
        <path d="M7 5v14M12 5v14M17 5v14" />
      </g>
      <path
        d="M3.6 14.2C5 14.2 5.4 9.8 7 9.8s3 4.4 5 4.4 3.4-4.4 5-4.4 2 4.4 3.4 4.4"
        fill="none"
        stroke="#fff"
        strokeWidth="2.1"
        strokeLinecap="round"
      />
    </svg>
  );
}
