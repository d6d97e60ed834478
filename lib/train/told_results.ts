/**
 * What a loss tells beside its value, as further results of the gradient program.
 *
 * @module
 */
import { type HostTensor, type Tensor, tf } from "../engine/mod.ts";
import type { Tell } from "../nn/objective.ts";

/** What such results are called among those of the program. */
const prefix = "told ";

/** Collects what a loss tells while its program is made. */
export class ToldResults {
  readonly #told = new Map<string, Tensor[]>();

  readonly tell: Tell = (name, value) => {
    // A piece of the loss frees its own tensors.
    this.#told.set(name, [...this.#told.get(name) ?? [], tf.keep(value)]);
  };

  /** The results by the names that the program has for them. */
  results(): Record<string, Tensor> {
    return Object.fromEntries(
      [...this.#told].map(([name, parts]) => [
        prefix + name,
        parts.length === 1 ? parts[0] : tf.concat(parts, 0),
      ]),
    );
  }
}

/** What a loss told, by its own names, of a program's results. */
export function toldOf(results: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(results).filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}
