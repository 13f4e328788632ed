import type { Server } from '../setup/server.ts';

/** What `pod-starter.ts` is told first. */
export interface StartConfig {
  api: Pick<Server, 'host' | 'port' | 'ca' | 'headers'>;
  dockerHost: string;
  /** Of a web server on port 80. */
  image: string;
}

/** Ms from the first request to Running, and to the first answer of the web server. */
export interface StartTimes {
  running: number;
  reply: number;
}
