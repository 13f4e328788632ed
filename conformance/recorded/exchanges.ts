/** One request to a real API server and what it answered. */
export interface Exchange {
  request: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: unknown;
    /** The body as text, where it is no JSON. */
    raw?: string;
  };
  response: { status: number; headers: Record<string, string>; body: unknown };
}

/** Exchanges that follow from one another, in order. */
export interface Scenario {
  scenario: string;
  steps: Exchange[];
}

/** What one answer says differently from the recorded one. */
export interface Difference {
  /** `patches 3 PATCH /api/v1/...`: scenario, number of the step, request. */
  step: string;
  /** `.metadata.name`; `status` for the status code. */
  path: string;
  recorded: unknown;
  ours: unknown;
}
