/** Does requests and tells them: what for, the curl command that does the same, and what came back. */

/** A request as the narrator tells it. Values that begin with `$` in what is printed are shell variables it explained. */
export interface Step {
  readonly title: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly as?: 'profile' | 'account';
  readonly key?: string;
  readonly json?: unknown;
  /** A file with a sealed document. */
  readonly xml?: { readonly file: string; readonly bytes: Buffer };
  /** The status without which the tour ends. */
  readonly expect: number;
  /** Which fields of the answer to show. */
  readonly show: readonly string[];
}

/** An answer's JSON: the tour reads fields of several shapes. */
export type Json = Record<string, unknown>;

/** Talks to one server, and to whoever reads along. */
export class Narrator {
  readonly #variables = new Map<string, string>();
  #count = 0;

  constructor(
    private readonly base: string,
    private readonly write: (text: string) => void = (text) => process.stdout.write(text),
  ) {}

  /** Sets a shell variable for the commands that follow. */
  set(name: 'TOKEN' | 'ACCOUNT' | 'SECRET', value: string): void {
    this.#variables.set(name, value);
    this.write(`  $ export ${name}='${value}'\n`);
  }

  /** A heading. */
  heading(title: string): void {
    this.#count += 1;
    this.write(`\n${String(this.#count).padStart(2)}. ${title}\n`);
  }

  /** Something that was found out. */
  note(text: string): void {
    this.write(`    ${text}\n`);
  }

  /**
   * Does a step.
   *
   * @throws Error when the answer has another status than expected
   */
  async do(step: Step): Promise<{ body: Json; text: string; replayed: boolean }> {
    this.heading(step.title);
    this.write(`  $ ${this.#curl(step)}\n`);
    const response = await fetch(this.base + step.path, {
      method: step.method,
      headers: this.#headers(step),
      ...(step.json !== undefined && { body: JSON.stringify(step.json) }),
      ...(step.xml && { body: new Uint8Array(step.xml.bytes) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const body = (isJson ? JSON.parse(text) : {}) as Json;
    if (response.status !== step.expect) throw new Error(`${step.title}: answered ${response.status} ${text}`);
    this.note(`→ ${response.status} ${isJson ? shown(body, step.show) : `${text.length} characters`}`);
    return { body, text, replayed: response.headers.get('idempotent-replayed') === 'true' };
  }

  #headers({ as, key, json, xml }: Step): Record<string, string> {
    const value = (name: string) => this.#variables.get(name) ?? '';
    const basic = Buffer.from(`${value('ACCOUNT')}:${value('SECRET')}`).toString('base64');
    return {
      ...(as === 'profile' && { authorization: `Bearer ${value('TOKEN')}` }),
      ...(as === 'account' && { authorization: `Basic ${basic}` }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(xml && { 'content-type': 'application/xml' }),
    };
  }

  #curl({ method, path, as, key, json, xml }: Step): string {
    return [
      `curl -sS ${this.base}${path}`,
      method === 'POST' && !json && !xml ? '-X POST' : '',
      as === 'profile' ? '-H "Authorization: Bearer $TOKEN"' : '',
      as === 'account' ? '-u "$ACCOUNT:$SECRET"' : '',
      key === undefined ? '' : `-H 'Idempotency-Key: ${key}'`,
      json === undefined
        ? ''
        : `-H 'Content-Type: application/json' -d '${JSON.stringify(json).replaceAll("'", "'\\''")}'`,
      xml ? `-H 'Content-Type: application/xml' --data-binary @${xml.file}` : '',
    ]
      .filter((part) => part !== '')
      .join(' \\\n      ');
  }
}

function shown(body: Json, fields: readonly string[]): string {
  return fields.map((field) => `${field}: ${JSON.stringify(body[field])}`).join(', ');
}
