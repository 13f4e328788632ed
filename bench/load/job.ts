/** What the load generator is told to do, and what it answers: one JSON document each way. */

export interface Target {
  host: string;
  port: number;
  /** PEM; absent for plain HTTP. */
  ca?: string;
  headers: Readonly<Record<string, string>>;
}

/**
 * A request with placeholders in path and body: `{index}` is a number of nine digits, `{index64}` the same in base64,
 * `{sequence}` one that never comes again, `{time}` (see `timesIn`) when it is sent.
 */
export interface RequestTemplate {
  method: string;
  path: string;
  contentType?: string;
  body?: string;
}

export interface LoadJob {
  kind: 'load';
  target: Target;
  request: RequestTemplate;
  /** Connections, each of which sends its next request when it has the answer to the last. */
  clients: number;
  /** The first of the sequence. */
  from: number;
  /** The index goes round in this many; without it, it is the sequence. */
  count?: number;
  /** Ms that do not count, then ms that do. */
  warmupMs: number;
  durationMs: number;
  /** Ends earlier, after this many answers. */
  requests?: number;
}

export interface LoadResult {
  requests: number;
  /** A second. */
  rate: number;
  /** Ms. */
  p50: number;
  p99: number;
  /** Where the sequence has got to. */
  next: number;
  /** CPU of the generator as a share of one core. */
  generatorCpu: number;
}

export interface FanOutJob {
  kind: 'fan-out';
  target: Target;
  watch: RequestTemplate;
  watchers: number;
  /** Each write is one event for each watcher, and carries `{time}`. */
  write: RequestTemplate;
  from: number;
  /** Connections that write, and what they write together a second; 0 for as much as goes. */
  writers: number;
  writesPerSecond: number;
  warmupMs: number;
  durationMs: number;
}

export interface FanOutResult {
  /** Events received by all watchers, a second. */
  events: number;
  /** Writes acknowledged, a second. */
  writes: number;
  /** Ms from sending a write to receiving its event. */
  p50: number;
  p99: number;
  next: number;
  generatorCpu: number;
}
