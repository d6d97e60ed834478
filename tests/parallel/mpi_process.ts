/**
 * A process that mpirun launches. Arguments: a folder for the results, and of
 * - `run`: the reference of a model, which a plan trains;
 * - `lose`: the step after which the second process is killed.
 */
import { accuracy, lora, merged, model } from "tunebook";
import { processorThreads } from "../../lib/engine/mod.ts";
import { processGroupHere } from "../../lib/parallel/process_group_here.ts";
import { onInterrupt } from "../../lib/pipeline/run/on_interrupt.ts";
import { moods } from "../pipeline/tiny.ts";
import { runToy } from "../train/toy_run.ts";

const [folder, what, argument] = Deno.args;
const processes = processGroupHere();
const rank = processes?.rank ?? 0;

if (what === "run") {
  const { losses, scores, outputs } = await model(argument)
    .data(moods(40), { text: "text", label: "mood", test: 10 })
    .adapt(lora({ rank: 2, dropout: 0 }))
    .train({ epochs: 2, batchSize: 6, checkpoints: `${folder}/kept` })
    .evaluate({ accuracy })
    .deploy(merged(`${folder}/merged`))
    .run({ quiet: true });
  tell({ losses, scores, outputs, threads: processorThreads() });
} else {
  using interrupt = onInterrupt();
  const { step, stopped } = await runToy({
    settings: { epochs: 1000, checkpoints: `${folder}/kept` },
    context: {
      processes,
      signal: interrupt.signal,
      onStep: ({ step }) => {
        if (rank === 1 && step === Number(argument)) Deno.kill(Deno.pid, "SIGKILL");
      },
    },
  });
  tell({ step, stopped });
  // The second process is waited for by a thread.
  Deno.exit(1);
}

function tell(seen: unknown): void {
  Deno.writeTextFileSync(`${folder}/${rank}.json`, JSON.stringify(seen));
}
