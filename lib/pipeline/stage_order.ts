/**
 * Calls that come too early or too late in a plan.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";

const order =
  "model(reference).data(rows, columns).adapt(method).train(settings).evaluate(metrics)" +
  ".probe(tests).deploy(targets).run()";

/** What comes before each call. */
const comesAfter: Readonly<Record<string, string>> = {
  data: "model",
  adapt: "data",
  compare: "data",
  advise: "data",
  search: "data",
  train: "adapt",
  evaluate: "train",
  probe: "train",
  deploy: "train",
  preview: "train",
  findLearningRate: "train",
  run: "train",
  predict: "run",
};

/**
 * Freezes a stage, which has the calls that come next. Any other call of a plan throws an error of kind
 * "input" that shows the order of all.
 *
 * @param name what the stage is called in errors
 */
export function stage<Stage extends object>(name: string, next: Stage): Stage {
  for (const [call, before] of Object.entries(comesAfter)) {
    if (Object.hasOwn(next, call)) continue;
    const refuse = () => {
      throw new TunebookError("input", `${name} has no .${call}(): ${remedyOf(call, before)}`);
    };
    // Not enumerable: it is no part of the stage, and no display shows it.
    Object.defineProperty(next, call, { value: refuse });
  }
  return Object.freeze(next);
}

function remedyOf(call: string, before: string): string {
  if (call === "predict") {
    return "a run answers, const result = await plan.run(), and then await result.predict([input]); " +
      "a model that is trained already is opened with await open(folder)";
  }
  return `it follows .${before}() in ${order}`;
}
