import { Button } from 'antd';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { ApiError, ConnectionError } from '@/api/error';
import { textsNow } from '@/i18n/texts';
import { shellTexts } from '@/shell/texts';
import { EmptyState, ErrorState } from '@/ui/State';

/** Shows what went wrong in place of the part that failed; drafts are kept by the forms themselves. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    const again = () => this.setState({ error: undefined });
    if (error instanceof ApiError || error instanceof ConnectionError)
      return <ErrorState error={error} retry={again} />;
    const t = textsNow(shellTexts);
    return (
      <EmptyState title={t.broken} text={t.brokenText}>
        <Button onClick={again}>{t.reload}</Button>
      </EmptyState>
    );
  }
}
