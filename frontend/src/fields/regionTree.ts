export type Region = { value: string; label: string; children?: Region[] };

const province = (code: string) => `${code.slice(0, 2)}0000`;
const city = (code: string) => `${code.slice(0, 4)}00`;

/** 浙江省 宁波市 鄞州区, as far as the code goes. */
export function regionText(names: Record<string, string>, code: string): string {
  const steps = [...new Set([province(code), city(code), code])];
  return steps.flatMap((c) => names[c] ?? []).join(' ') || code;
}

/** The codes on the way to a region, as a cascader takes them. */
export const regionPath = (names: Record<string, string>, code: string): string[] =>
  [...new Set([province(code), city(code), code])].filter((c) => names[c] !== undefined);

/** All regions as a tree. Municipalities have districts right below them. */
export function regionTree(names: Record<string, string>): Region[] {
  const nodes = new Map<string, Region>();
  const roots: Region[] = [];
  for (const code of Object.keys(names).sort()) {
    const node: Region = { value: code, label: names[code] ?? code };
    nodes.set(code, node);
    const parent = nodes.get(city(code)) ?? nodes.get(province(code));
    if (code === province(code) || !parent || parent === node) roots.push(node);
    else {
      const above = code === city(code) ? nodes.get(province(code)) : parent;
      if (above) above.children = [...(above.children ?? []), node];
      else roots.push(node);
    }
  }
  return roots;
}
