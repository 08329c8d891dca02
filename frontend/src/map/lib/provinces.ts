import type { Aggregate, AggregateRow, Where } from '@/api/records';

/** A province on the grid of tiles: its code, and where it stands, so that neighbours are near each other. */
export type Province = { code: string; column: number; row: number };

/**
 * The 34 divisions at province level (GB/T 2260) as tiles of one size. The grid keeps
 * who lies beside whom; it is no map of borders.
 */
const grid: Record<string, [column: number, row: number]> = {
  '11': [6, 1],
  '12': [7, 2],
  '13': [6, 2],
  '14': [5, 2],
  '15': [5, 1],
  '21': [7, 1],
  '22': [8, 1],
  '23': [8, 0],
  '31': [8, 4],
  '32': [7, 4],
  '33': [7, 5],
  '34': [6, 4],
  '35': [6, 6],
  '36': [6, 5],
  '37': [6, 3],
  '41': [5, 3],
  '42': [5, 4],
  '43': [5, 5],
  '44': [5, 6],
  '45': [4, 6],
  '46': [4, 7],
  '50': [4, 4],
  '51': [3, 4],
  '52': [4, 5],
  '53': [3, 5],
  '54': [1, 4],
  '61': [4, 3],
  '62': [3, 2],
  '63': [2, 3],
  '64': [4, 2],
  '65': [1, 2],
  '71': [8, 6],
  '81': [6, 7],
  '82': [5, 7],
};

export const provinces: Province[] = Object.keys(grid)
  .sort()
  .map((p) => ({ code: `${p}0000`, column: grid[p]?.[0] ?? 0, row: grid[p]?.[1] ?? 0 }));

/** The records of a province, its cities and districts: codes from its own up to that of the next. */
export function within(field: string, code: string): Where {
  return range(field, code, provinces[provinces.findIndex((p) => p.code === code) + 1]);
}

function range(field: string, from: string, next: Province | undefined): Where {
  if (!next) return [field, '>=', from];
  return {
    all: [
      [field, '>=', from],
      [field, '<', next.code],
    ],
  };
}

/** As many groups as one answer holds. */
const limit = 1000;

/** The filters that cut the codes into parts small enough for one answer each: by the first digit. */
export function parts(field: string): Where[] {
  const first = provinces.filter((p, i) => p.code[0] !== provinces[i - 1]?.code[0]);
  return first.map((p, i) => range(field, p.code, first[i + 1]));
}

type Ask = (query: Aggregate) => Promise<AggregateRow[]>;

/** How many records each province has, by its code; those without a region under the empty text. */
export async function countByProvince(field: string, where: (more?: Where) => Where | undefined, ask: Ask) {
  const query = (more?: Where): Aggregate => ({
    where: where(more),
    groupBy: [field],
    metrics: { n: ['count'] },
    limit,
  });
  let rows = await ask(query());
  // More districts than one answer holds: ask for each part of the country.
  if (rows.length >= limit) {
    const filters: Where[] = [...parts(field), [field, 'empty']];
    rows = (await Promise.all(filters.map((w) => ask(query(w))))).flat();
  }
  const counts = new Map<string, number>();
  for (const row of rows) {
    const code = typeof row[field] === 'string' ? `${row[field].slice(0, 2)}0000` : '';
    counts.set(code, (counts.get(code) ?? 0) + Number(row.n));
  }
  return counts;
}
