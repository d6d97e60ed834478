/**
 * Figures of rollouts over a training, as its record and its checkpoints have them.
 *
 * @module
 */
import type { MethodRecord } from "../../nn/method.ts";

/** Numbers of one step, by series and name. */
export type StepFigures = Readonly<Record<string, Readonly<Record<string, number>>>>;

const separator = "/";

/** The figures of all steps so far. */
export class RolloutRecord {
  #steps: StepFigures[] = [];

  /** Takes in the figures of a step, rounded as a checkpoint keeps them. */
  add(figures: StepFigures): void {
    this.#steps.push(mapNumbers(figures, Math.fround));
  }

  /** The figures of the steps so far, those of the first one first. */
  get steps(): readonly StepFigures[] {
    return this.#steps;
  }

  /** As series over the steps, which are counted from 1. */
  series(): MethodRecord {
    const names = Object.keys(this.#steps[0] ?? {});
    return Object.fromEntries(names.map((name) => [
      name,
      this.#steps.map((figures, at) => ({ step: at + 1, values: figures[name] })),
    ]));
  }

  /** As what a checkpoint keeps: [steps] for each number. */
  kept(): Map<string, Float32Array> {
    const [first = {}] = this.#steps;
    return new Map(
      Object.entries(first).flatMap(([series, values]) =>
        Object.keys(values).map((name): [string, Float32Array] => [
          `${series}${separator}${name}`,
          Float32Array.from(this.#steps, (figures) => figures[series][name]),
        ])
      ),
    );
  }

  /** Goes on with what a checkpoint kept. */
  restore(kept: ReadonlyMap<string, Float32Array>): void {
    const length = kept.values().next().value?.length ?? 0;
    this.#steps = Array.from({ length }, (_, at) => {
      const figures: Record<string, Record<string, number>> = {};
      for (const [path, values] of kept) {
        const slash = path.indexOf(separator);
        const series = path.slice(0, slash);
        figures[series] = { ...figures[series], [path.slice(slash + 1)]: values[at] };
      }
      return figures;
    });
  }
}

function mapNumbers(figures: StepFigures, change: (value: number) => number): StepFigures {
  return Object.fromEntries(
    Object.entries(figures).map(([series, values]) => [
      series,
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)])),
    ]),
  );
}
