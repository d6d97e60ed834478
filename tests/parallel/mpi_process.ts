/**
 * A process that mpirun launches. Arguments: a folder for the results, and of
 * - `run`: the reference of a model, which a plan trains;
 * - `rewards`: the same, whose plan learns from rewards of its own answers;
 * - `fail`: the same, with a mistake in the second process, which catches it and goes on to its end;
 * - `lose`: the step after which the second process is killed.
 */
import { accuracy, grpo, lora, merged, model, tableFromRows } from "tunebook";
import { processorThreads } from "../../lib/engine/mod.ts";
import { processGroupHere } from "../../lib/parallel/process_group_here.ts";
import { onInterrupt } from "../../lib/pipeline/run/on_interrupt.ts";
import { moods, reviews } from "../pipeline/tiny.ts";
import { runToy } from "../train/toy_run.ts";

const [folder, what, argument] = Deno.args;
const processes = processGroupHere();
const rank = processes?.rank ?? 0;

const plan = (reference: string) =>
  model(reference)
    .data(moods(40), { text: "text", label: "mood", test: 10 })
    .adapt(lora({ rank: 2, dropout: 0 }))
    .train({ epochs: 2, batchSize: 6, checkpoints: `${folder}/kept` })
    .evaluate({ accuracy })
    .deploy(merged(`${folder}/merged`));

if (what === "run") {
  const { losses, scores, outputs } = await plan(argument).run({ quiet: true });
  tell({ losses, scores, outputs, threads: processorThreads() });
} else if (what === "rewards") {
  let asked = 0;
  const rewards = ({ completion }: { completion: string }) => (asked++, completion.length / 10);
  const prompts = tableFromRows(reviews(12).map(({ text }) => ({ asked: text.slice(0, 12) })));
  const { losses, methodRecord } = await model(argument)
    .data(prompts, grpo({ prompt: "asked", groupSize: 3, maxNewTokens: 5, rewards }))
    .adapt(lora({ rank: 2 }))
    .train({ epochs: 1, batchSize: 4, learningRate: 0.02, samples: 0 })
    .run({ quiet: true });
  tell({ losses, methodRecord, asked });
} else if (what === "fail") {
  await plan(rank === 1 ? "file:none" : argument).run({ quiet: true })
    .catch((error) => tell({ failed: String(error) }));
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
