/** What a connection makes of a response; `body` only of those that failed, which are few. */
export interface ParsedResponse {
  status: number;
  bodyBytes: number;
  errorBody?: string;
}

export interface ResponseParserDeps {
  onResponse(response: ParsedResponse): void;
  /** Each piece of a body as it comes, without the framing of chunks. */
  onBody?(piece: Buffer): void;
}

type State = 'head' | 'body' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer';

const lineEnd = '\r\n';

/**
 * Reads HTTP/1.1 responses off a connection and keeps next to nothing of them. Node's own client spends more on a
 * request than the servers under test do; on two cores that would be measured, not they. It knows bodies with a length
 * and chunked ones, which is what servers send over connections that stay open.
 */
export class ResponseParser {
  readonly #deps: ResponseParserDeps;
  #rest: Buffer = Buffer.alloc(0);
  #state: State = 'head';
  #remaining = 0;
  #status = 0;
  #bodyBytes = 0;
  #errorPieces: Buffer[] = [];

  constructor(deps: ResponseParserDeps) {
    this.#deps = deps;
  }

  /** Takes the next bytes of the connection. Throws when they are no HTTP/1.1 that it knows. */
  push(bytes: Buffer): void {
    let buffer = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    for (let next = this.#step(buffer); next !== undefined; next = this.#step(buffer)) buffer = next;
    this.#rest = buffer;
  }

  /** What is left of the bytes after one step; undefined when it takes more of them first. */
  #step(buffer: Buffer): Buffer | undefined {
    switch (this.#state) {
      case 'head':
        return this.#readHead(buffer);
      case 'body':
      case 'chunk':
        return this.#readBody(buffer);
      default:
        return this.#readLine(buffer);
    }
  }

  #readHead(buffer: Buffer): Buffer | undefined {
    const end = buffer.indexOf(lineEnd + lineEnd);
    if (end < 0) return undefined;
    const head = buffer.toString('latin1', 0, end);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
    if (!status) throw new Error(`this is no response: ${head.slice(0, 80)}`);
    this.#status = Number(status);
    this.#bodyBytes = 0;
    this.#errorPieces = [];
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length !== undefined) this.#expect('body', Number(length));
    else if (/\r\ntransfer-encoding: *chunked/i.test(head)) this.#state = 'chunk-size';
    else this.#expect('body', 0);
    return buffer.subarray(end + 4);
  }

  #readBody(buffer: Buffer): Buffer | undefined {
    if (this.#remaining > 0 && buffer.length === 0) return undefined;
    const piece = buffer.subarray(0, this.#remaining);
    this.#remaining -= piece.length;
    this.#bodyBytes += piece.length;
    if (piece.length > 0) {
      if (this.#status >= 400) this.#errorPieces.push(Buffer.from(piece));
      this.#deps.onBody?.(piece);
    }
    if (this.#remaining === 0) {
      if (this.#state === 'chunk') this.#state = 'chunk-end';
      else this.#finish();
    }
    return buffer.subarray(piece.length);
  }

  #readLine(buffer: Buffer): Buffer | undefined {
    const end = buffer.indexOf(lineEnd);
    if (end < 0) return undefined;
    const line = buffer.toString('latin1', 0, end);
    if (this.#state === 'chunk-end') this.#state = 'chunk-size';
    else if (this.#state === 'trailer') {
      if (line === '') this.#finish();
    } else this.#beginChunk(line);
    return buffer.subarray(end + 2);
  }

  #beginChunk(line: string): void {
    const size = Number.parseInt(line, 16);
    if (Number.isNaN(size)) throw new Error(`this is no size of a chunk: ${line.slice(0, 80)}`);
    if (size === 0) this.#state = 'trailer';
    else this.#expect('chunk', size);
  }

  #expect(state: 'body' | 'chunk', bytes: number): void {
    this.#state = state;
    this.#remaining = bytes;
  }

  #finish(): void {
    this.#state = 'head';
    const response: ParsedResponse = { status: this.#status, bodyBytes: this.#bodyBytes };
    if (this.#status >= 400) response.errorBody = Buffer.concat(this.#errorPieces).toString();
    this.#deps.onResponse(response);
  }
}
