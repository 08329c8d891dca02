import { language } from '@/i18n/language';
import { ApiError, ConnectionError } from './error';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export type RequestOptions = {
  body?: unknown;
  /** Sent as it is: a file or a form. */
  raw?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

const base = '/api/v1';

/** Calls the API and throws an ApiError for every refusal, a ConnectionError without an answer. */
export async function call(method: Method, path: string, o: RequestOptions = {}): Promise<Response> {
  const headers: Record<string, string> = { 'Accept-Language': language(), ...o.headers };
  let body: BodyInit | undefined = o.raw;
  if (o.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(o.body);
  }
  let answer: Response;
  try {
    answer = await fetch(base + path, { method, headers, body, signal: o.signal, credentials: 'same-origin' });
  } catch (err) {
    if (o.signal?.aborted) throw err;
    throw new ConnectionError(err);
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/** The JSON of an answer; undefined for one without a body. */
export async function send<T>(method: Method, path: string, o: RequestOptions = {}): Promise<T> {
  const answer = await call(method, path, o);
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

async function refusal(answer: Response): Promise<ApiError> {
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401 && !location.pathname.startsWith('/login')) leaveForLogin();
  return new ApiError(answer.status, body as Record<string, unknown>);
}

let leaving = false;

/** A session that ended elsewhere leads to the login page, and back afterwards. */
function leaveForLogin() {
  if (leaving) return;
  leaving = true;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Paths of the OpenAPI document that have a JSON answer to a GET. */
type GetPath = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { 'application/json': unknown } } } } }
    ? P extends `/api/v1${infer Rest}`
      ? Rest
      : never
    : never;
}[keyof paths];

type GetAnswer<P extends GetPath> = paths[`/api/v1${P}`] extends {
  get: { responses: { 200: { content: { 'application/json': infer A } } } };
}
  ? A
  : never;

/** GET of a path without parameters, with the type that the server's document names. */
export const get = <P extends GetPath>(path: P, signal?: AbortSignal): Promise<GetAnswer<P>> =>
  send<GetAnswer<P>>('GET', path, { signal });
