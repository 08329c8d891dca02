import { useEffect, useSyncExternalStore } from 'react';
import { cache, putRecord, refreshEntity } from './cache';
import type { RecordRow, Where } from './records';

type Frame = {
  ref: string;
  seq?: number;
  event: 'snapshot' | 'put' | 'drop' | 'resync' | 'notification' | 'error';
  items?: RecordRow[];
  id?: string;
};

type Subscription = { message: Record<string, unknown>; seq?: number; take: (frame: Frame) => void };

export type Connection = 'connecting' | 'open' | 'lost';

/** The one websocket of the page. It connects while something is subscribed, and again after a loss. */
class Live {
  private socket?: WebSocket;
  private subscriptions = new Map<string, Subscription>();
  private listeners = new Set<() => void>();
  private next = 0;
  private failures = 0;
  private timer?: ReturnType<typeof setTimeout>;
  state: Connection = 'connecting';

  subscribe(message: Record<string, unknown>, take: (frame: Frame) => void): () => void {
    const ref = `s${this.next++}`;
    const subscription: Subscription = { message: { ...message, ref }, take };
    this.subscriptions.set(ref, subscription);
    this.connect();
    this.send(subscription);
    return () => {
      this.subscriptions.delete(ref);
      if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ op: 'unsubscribe', ref }));
    };
  }

  watch = (tell: () => void) => {
    this.listeners.add(tell);
    return () => {
      this.listeners.delete(tell);
    };
  };

  /** Tries at once, such as when the browser says that it is online again. */
  retryNow = () => {
    if (this.state === 'open') return;
    this.failures = 0;
    this.connect();
  };

  private send(s: Subscription) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify(s.seq === undefined ? s.message : { ...s.message, seq: s.seq }));
  }

  private connect() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live`);
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = (m) => this.take(JSON.parse(String(m.data)) as Frame);
    socket.onclose = () => this.closed(socket);
  }

  private opened() {
    const again = this.state === 'lost';
    this.failures = 0;
    this.set('open');
    for (const s of this.subscriptions.values()) this.send(s);
    // What was not subscribed may have changed in the meantime.
    if (again) void cache.invalidateQueries();
  }

  private closed(socket: WebSocket) {
    if (socket !== this.socket) return;
    this.set('lost');
    const wait = Math.min(500 * 2 ** this.failures++, 15_000);
    this.timer = setTimeout(() => this.subscriptions.size > 0 && this.connect(), wait);
  }

  private take(frame: Frame) {
    const s = this.subscriptions.get(frame.ref);
    if (!s) return;
    if (frame.seq !== undefined) s.seq = frame.seq;
    s.take(frame);
  }

  private set(state: Connection) {
    this.state = state;
    for (const tell of this.listeners) tell();
  }
}

export const live = new Live();

if (typeof window !== 'undefined') window.addEventListener('online', live.retryNow);

export const useConnection = (): Connection => useSyncExternalStore(live.watch, () => live.state);

const refreshes = new Map<string, ReturnType<typeof setTimeout>>();

/** Many changes in a moment lead to one refresh. */
export function refreshSoon(entity: string, wait = 250) {
  if (refreshes.has(entity)) return;
  refreshes.set(
    entity,
    setTimeout(() => {
      refreshes.delete(entity);
      void refreshEntity(entity);
    }, wait),
  );
}

/**
 * Follows all changes of an entity's records that match a filter: what the cache shows
 * of a changed record is replaced at once, and counts, sums and orders are asked again.
 */
export function useLive(entity: string | undefined, where?: Where) {
  const filter = JSON.stringify(where ?? null);
  useEffect(() => {
    if (!entity) return;
    const query = { where: (JSON.parse(filter) as Where | null) ?? undefined };
    return live.subscribe({ op: 'subscribe', entity, query }, (frame) => {
      if (frame.event === 'put') for (const row of frame.items ?? []) putRecord(entity, row);
      if (frame.event === 'put' || frame.event === 'drop' || frame.event === 'resync') refreshSoon(entity);
    });
  }, [entity, filter]);
}

/** Calls back with each new or read message to this person. */
export function useLiveNotifications(told: () => void) {
  useEffect(() => live.subscribe({ op: 'notifications' }, (frame) => frame.event === 'notification' && told()), [told]);
}
