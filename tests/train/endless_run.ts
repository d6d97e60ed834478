/**
 * A program that trains a toy model with a checkpoint after every step, to be killed:
 * `deno run endless_run.ts <folder> <seed>`. It says when it has taken its first step.
 *
 * @module
 */
import { lora } from "../../lib/adapters/lora.ts";
import { runToy, type ToyRunOptions } from "./toy_run.ts";

/** The run without its checkpoints; every random part is on. */
export function endlessRun(seed: number): ToyRunOptions {
  return {
    model: { dropout: 0.1 },
    method: lora({ rank: 2, dropout: 0.1 }),
    settings: { epochs: 50, seed },
  };
}

if (import.meta.main) {
  const [checkpoints, seed] = Deno.args;
  const options = endlessRun(Number(seed));
  let isFirst = true;
  await runToy({
    ...options,
    settings: { ...options.settings, checkpoints, checkpointEvery: 1, resume: true },
    context: {
      onStep() {
        if (isFirst) console.log("started");
        isFirst = false;
      },
    },
  });
}
