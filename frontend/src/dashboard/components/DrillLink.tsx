import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AggregateRow, Where } from '@/api/records';
import { useDrill } from '../lib/useDrill';
import type { Widget } from '../lib/widget';

type Props = {
  widget: Widget;
  row?: AggregateRow;
  period?: Where;
  label?: string;
  className?: string;
  children: ReactNode;
};

/** A figure that opens the records it was counted from. */
export function DrillLink({ widget, row, period, label, className, children }: Props) {
  const where = useDrill(widget, period)(row);
  return (
    <Link
      to="/r/$entity"
      params={{ entity: widget.entity }}
      search={{ where: where ? JSON.stringify(where) : 'none' }}
      aria-label={label}
      className={className}
    >
      {children}
    </Link>
  );
}
