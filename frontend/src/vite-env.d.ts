declare module 'virtual:tokens.css';
declare module 'virtual:regions' {
  /** Names by GB/T 2260 code. */
  const names: Record<string, string>;
  export default names;
}
