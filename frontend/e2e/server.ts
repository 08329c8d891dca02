import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = process.env.WEFT_PROGRAM ?? fileURLToPath(new URL('../../bin/weft', import.meta.url));
export const password = 'weft-demo-2026';
const environment = { ...process.env, WEFT_ADMIN_PASSWORD: password };

/** A running weft with the embedded store in a folder of its own. */
export class Server {
  private child?: ChildProcess;

  private constructor(
    readonly folder: string,
    readonly url: string,
    private readonly listen: string,
  ) {}

  /** Installs templates and starts. */
  static async start(templates: string[], sampleData = true): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'weft-e2e-'));
    for (const name of templates) {
      const sample = sampleData ? ['--sample-data'] : [];
      execFileSync(program, ['template', 'install', name, ...sample, '--data', folder], {
        env: environment,
        stdio: 'pipe',
      });
    }
    const listen = `127.0.0.1:${await freePort()}`;
    const server = new Server(folder, `http://${listen}`, listen);
    await server.run();
    return server;
  }

  /** Starts the program, also again after a stop. */
  async run(): Promise<void> {
    this.child = spawn(program, ['serve', '--listen', this.listen, '--data', this.folder], {
      env: environment,
      stdio: 'pipe',
    });
    for (let i = 0; i < 200; i++) {
      const ready = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (ready?.ok) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`weft did not become ready at ${this.url}`);
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Calls the API as a user, with the session of a login. */
  async api<T = Record<string, unknown>>(method: string, path: string, body?: unknown, login = 'admin'): Promise<T> {
    const token = await this.token(login);
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  private readonly tokens = new Map<string, string>();

  private async token(login: string): Promise<string> {
    const known = this.tokens.get(login);
    if (known) return known;
    const answer = await fetch(`${this.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ login, password }),
    });
    const { token } = (await answer.json()) as { token: string };
    this.tokens.set(login, token);
    return token;
  }

  /** Gives a person of the sample data the password of these tests. */
  async letIn(login: string): Promise<string> {
    const { items } = await this.api<{ items: { id: string }[] }>('POST', '/records/user/query', {
      where: ['login', '=', login],
    });
    const id = items[0]?.id ?? '';
    await this.api('PUT', `/users/${id}/password`, { password });
    return id;
  }

  /** The first record that matches. */
  async find(entity: string, where: unknown): Promise<{ id: string; rev: number; [field: string]: unknown }> {
    const { items } = await this.api<{ items: { id: string; rev: number }[] }>('POST', `/records/${entity}/query`, {
      where,
      limit: 1,
    });
    if (!items[0]) throw new Error(`no ${entity} with ${JSON.stringify(where)}`);
    return items[0];
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
