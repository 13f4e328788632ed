import type { AdmissionRequest } from './admission.ts';

/**
 * What a plugin that asks others one after the other remembers from the first round of admission for the second: those
 * with `reinvocationPolicy: IfNeeded` are asked again where something has changed behind them.
 */
export class Reinvocation {
  readonly #asked = new Set<string>();
  readonly #again = new Set<string>();
  /** The object as the round left it. */
  #last: string | undefined;
  #request: AdmissionRequest;

  private constructor(request: AdmissionRequest) {
    this.#request = request;
  }

  /** Begins a round of this plugin. What other plugins have changed meanwhile counts as well. */
  static begin(request: AdmissionRequest, plugin: string): Reinvocation {
    const { memory, isAgain } = request.invocation;
    const known = memory.get(plugin) as Reinvocation | undefined;
    const round = known ?? new Reinvocation(request);
    round.#request = request;
    memory.set(plugin, round);
    if (isAgain && round.#last !== JSON.stringify(request.object)) round.#hasChanged();
    return round;
  }

  /** Whether this one is asked in this round. */
  isDue(id: string): boolean {
    return !this.#request.invocation.isAgain || this.#again.has(id);
  }

  /** To be called after it was asked. */
  asked(id: string, { hasChanged, isRepeatable }: { hasChanged: boolean; isRepeatable: boolean }): void {
    if (hasChanged) {
      this.#hasChanged();
      this.#request.invocation.wantsAgain = true;
    }
    if (isRepeatable) this.#asked.add(id);
  }

  end(): void {
    this.#last = JSON.stringify(this.#request.object);
  }

  #hasChanged(): void {
    for (const id of this.#asked) this.#again.add(id);
    this.#asked.clear();
  }
}
