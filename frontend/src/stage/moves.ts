import type { RecordRow } from '@/api/records';
import { isSet } from '@/fields/FieldValue';
import type { Language } from '@/i18n/language';
import { type Title, titleIn } from '@/i18n/texts';
import { type EntityMeta, fieldOf, type MachineMeta, type StageMeta, stageOf, type TransitionMeta } from '@/meta/meta';
import { stageTexts } from './texts';

type Guard = NonNullable<TransitionMeta['guards']>[number];

/** How a record can come to a stage: at once, after something is filled in, or not at all. */
export type Verdict =
  | { kind: 'go'; move: TransitionMeta }
  | { kind: 'ask'; move: TransitionMeta; missing: string[]; reason: boolean }
  | { kind: 'no'; why: string; missing: string[] };

/** The fields that the guards of a move ask for and the record lacks. */
export function missingFor(move: TransitionMeta, machine: MachineMeta, row: RecordRow): string[] {
  const to = stageOf(machine, move.to);
  const guards = [...(move.guards ?? []), ...(to?.enter ?? []), ...(to?.stay ?? [])];
  const set = new Set(move.set ?? []);
  return [...new Set(guards.flatMap((g) => lacking(g, row)))].filter((key) => !set.has(key));
}

function lacking(guard: Guard, row: RecordRow): string[] {
  if (guard.type === 'required') return (guard.fields ?? []).filter((key) => !isSet(row[key]));
  if (guard.type === 'attachment' && guard.field) {
    const files = row[guard.field];
    return Array.isArray(files) && files.length >= (guard.at_least ?? 1) ? [] : [guard.field];
  }
  return []; // filters and roles are the server's to judge
}

const reasonMissing = (move: TransitionMeta, row: RecordRow): boolean =>
  Boolean(move.reason?.required && !(move.reason.field && isSet(row[move.reason.field])));

/** What happens when a record is moved to a stage. */
export function judge(entity: EntityMeta, machine: MachineMeta, row: RecordRow, to: string, lang: Language): Verdict {
  const t = stageTexts[lang];
  const from = String(row[machine.field] ?? machine.initial);
  const direct = machine.transitions.filter((m) => m.from.includes(from) && m.to === to);
  const move = direct.find((m) => m.allowed);
  if (!move)
    return {
      kind: 'no',
      why: direct.length > 0 ? t.notAllowed : indirect(machine, from, to, lang),
      missing: missingOf(entity, machine, row, to, lang),
    };
  const missing = missingFor(move, machine, row);
  const reason = reasonMissing(move, row);
  return missing.length === 0 && !reason ? { kind: 'go', move } : { kind: 'ask', move, missing, reason };
}

/** What a stage without a direct move would ask for, so that the way can be prepared. */
function missingOf(entity: EntityMeta, machine: MachineMeta, row: RecordRow, to: string, lang: Language): string[] {
  const stage = stageOf(machine, to);
  const keys = [...(stage?.enter ?? []), ...(stage?.stay ?? [])].flatMap((g) => lacking(g, row));
  return [...new Set(keys)].map((key) => titleIn(lang, fieldOf(entity, key)?.title as Title, key));
}

/** The stage that a way to another leads through first. */
function indirect(machine: MachineMeta, from: string, to: string, lang: Language): string {
  const t = stageTexts[lang];
  const queue: string[][] = [[from]];
  const seen = new Set([from]);
  while (queue.length > 0) {
    const path = queue.shift() ?? [];
    for (const m of machine.transitions) {
      if (!m.from.includes(path.at(-1) ?? '') || seen.has(m.to)) continue;
      if (m.to === to) return t.goesThrough(stageTitle(stageOf(machine, path[1] ?? ''), lang));
      seen.add(m.to);
      queue.push([...path, m.to]);
    }
  }
  return t.noMove;
}

export const stageTitle = (stage: StageMeta | undefined, lang: Language): string =>
  titleIn(lang, stage?.title as Title, stage?.key ?? '');
