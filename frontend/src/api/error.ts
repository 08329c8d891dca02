/** What the server says of one field: `path` is a JSON pointer into the request. */
export type FieldProblem = { path: string; code: string; message: string; [more: string]: unknown };

/** A refusal by the server (RFC 9457), with its texts in the language of the page. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: FieldProblem[];
  /** The whole answer: 412 carries the present record, 409 the guards. */
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    const detail = typeof body.detail === 'string' ? body.detail : '';
    const title = typeof body.title === 'string' ? body.title : '';
    super(detail || title || `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = typeof body.code === 'string' ? body.code : '';
    this.detail = detail;
    this.errors = Array.isArray(body.errors) ? (body.errors as FieldProblem[]) : [];
    this.body = body;
  }
}

/** The server was not reached: nothing is known of what it did. */
export class ConnectionError extends Error {
  constructor(cause: unknown) {
    super('no connection', { cause });
    this.name = 'ConnectionError';
  }
}

/** Whether the same request can work later without a change of its content. */
export function isTemporary(err: unknown): boolean {
  return err instanceof ConnectionError || (err instanceof ApiError && (err.status === 503 || err.status === 429));
}

/** What the server said, with the texts of the fields. */
export const refusalText = (err: unknown): string => {
  if (err instanceof ApiError) return err.errors.map((e) => e.message).join(' ') || err.message;
  return err instanceof Error ? err.message : String(err);
};
