export interface ServerOptions {
  tests?: boolean;
  extensions?: string;
  asksForTrust?: boolean;
  folder?: string;
  settings?: Record<string, unknown>;
  env?: Record<string, string>;
}

export interface Server {
  origin: string;
  data: string;
  pid: number;
  stop(): Promise<void>;
}

export function startServer(options?: ServerOptions): Promise<Server>;
