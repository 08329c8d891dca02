import type { KeyboardCoordinateGetter } from '@dnd-kit/core';

const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 7, ArrowUp: -7 };

/** Left and right go by a day, up and down by a week. */
export const keyboardCoordinates: KeyboardCoordinateGetter = (event, { context }) => {
  const step = steps[event.code];
  const box = context.collisionRect;
  if (step === undefined || !box) return undefined;
  event.preventDefault();
  // The ids are days, so that their order is the order of time.
  const days = [...context.droppableRects.entries()].sort(([a], [b]) => String(a).localeCompare(String(b)));
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const at = days.findIndex(([, r]) => x >= r.left && x <= r.right && y >= r.top && y <= r.bottom);
  const target = days[at + step]?.[1];
  if (at < 0 || !target) return undefined;
  return {
    x: target.left + (target.width - box.width) / 2,
    y: target.top + (target.height - box.height) / 2,
  };
};
