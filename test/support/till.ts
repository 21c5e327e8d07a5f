import http from 'node:http';

/** A sealed document as a till sends it: always the same bytes, under the same key, if it has one. */
export interface Sale {
  readonly xml: Buffer;
  /** Idempotency-Key. */
  readonly key: string | null;
}

/** What an answer says of the stamp, or of why there is none. */
export interface StampAnswer {
  readonly id: string;
  readonly uuid: string;
  /** The stamped document. */
  readonly xml: string;
  readonly replayed: boolean;
  /** The problem's, where there is no stamp. */
  readonly code?: string;
}

/** What became of a request, as its sender sees it. `accepted`: the server had begun with it. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: StampAnswer }
  | { readonly kind: 'unanswered'; readonly accepted: boolean };

/**
 * A till: one connection that is kept, one request at a time. It asks for `100 Continue` before it sends a document, and
 * that is how it knows that the server has begun with a request: a kept connection may be closed at the moment when a
 * request is on its way, and then nobody has seen it.
 */
export class Till {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly origin: string,
    private readonly authorization: string,
  ) {}

  /** Sends a document to be stamped. */
  stamp({ xml, key }: Sale): Promise<Outcome> {
    return new Promise((resolve) => {
      let accepted = false;
      const request = http.request(`${this.origin}/v1/stamps`, {
        method: 'POST',
        agent: this.#agent,
        headers: {
          authorization: this.authorization,
          'content-type': 'application/xml',
          'content-length': xml.length,
          expect: '100-continue',
          ...(key !== null && { 'idempotency-key': key }),
        },
      });
      request.once('continue', () => {
        accepted = true;
        request.end(xml);
      });
      const unanswered = () => resolve({ kind: 'unanswered', accepted });
      request.once('error', unanswered);
      request.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.once('error', unanswered);
        response.once('end', () =>
          resolve({ kind: 'answered', status: response.statusCode ?? 0, body: JSON.parse(text) }),
        );
      });
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
