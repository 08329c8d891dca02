import type { KeyboardCoordinateGetter } from '@dnd-kit/core';

/** Left and right go from column to column, in the middle of each. */
export const keyboardCoordinates: KeyboardCoordinateGetter = (event, { context, currentCoordinates }) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.code];
  if (step === undefined) return undefined;
  event.preventDefault();
  const columns = [...context.droppableRects.entries()].sort((a, b) => a[1].left - b[1].left);
  const box = context.collisionRect;
  if (!box) return undefined;
  const middle = box.left + box.width / 2;
  const at = columns.findIndex(([, r]) => middle >= r.left && middle <= r.right);
  const target = columns[Math.max(at, 0) + step]?.[1];
  if (!target) return undefined;
  return {
    x: target.left + (target.width - box.width) / 2,
    y: Math.max(target.top + 8, Math.min(currentCoordinates.y, target.bottom - box.height)),
  };
};
