/**
 * A process that mpirun launches. Arguments: a folder for the results, and of
 * - `run`: the reference of a model, which a plan trains;
 * - `rewards`: the same, whose plan learns from rewards of its own answers;
 * - `shard`: the same, whose frozen weights the processes share in segments of the megabytes that follow, or each holds
 *   with 0. After the step that follows them the second one is killed;
 * - `fail`: the same, with a mistake in the second process, which catches it and goes on to its end;
 * - `lose`: the step after which the second process is killed.
 */
import {
  accuracy,
  adapter,
  grpo,
  lora,
  merged,
  type Method,
  model,
  perplexity,
  tableFromColumns,
  tableFromRows,
  textGeneration,
} from "tunebook";
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
} else if (what === "shard") {
  const [megabytes, last] = Deno.args.slice(3).map(Number);
  const texts = reviews(21).map(({ text }) => text);
  const result = await model(argument)
    // Thirteen training rows in steps of four: the last one of an epoch has one row, for one process.
    .data(
      tableFromColumns({ text: texts }),
      textGeneration({ text: "text" }),
      { test: 5, validation: 3 },
    )
    .adapt(losing(last))
    .train({
      ...{ epochs: 2, batchSize: 4, learningRate: 1e-2, seed: 1, keepBest: true, samples: 1 },
      ...{ checkpoints: `${folder}/kept`, checkpointEvery: 1, resume: true },
      ...megabytes ? { shard: { megabytes } } : {},
    })
    .evaluate({ perplexity })
    .deploy(adapter(`${folder}/adapter`), merged(`${folder}/merged`))
    .run({ quiet: true })
    .catch((error) => {
      tell({ failed: String(error) });
      Deno.exit(1);
    });
  const { losses, validations, scores, device, outputs } = result;
  // Each is alone from here on.
  const written = rank === 0
    ? await result.generate([texts[0]], { maxNewTokens: 4, temperature: 0 })
    : [];
  tell({ losses, validations, scores, device, outputs, text: written[0]?.text });
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

/** LoRA, in whose training the second process is killed after a step. */
function losing(last?: number): Method {
  const method = lora({ rank: 2, dropout: 0 });
  return {
    ...method,
    attach: (host) => ({
      ...method.attach(host),
      afterStep({ step }) {
        if (rank === 1 && step === last) Deno.kill(Deno.pid, "SIGKILL");
        return undefined;
      },
    }),
  };
}

function tell(seen: unknown): void {
  Deno.writeTextFileSync(`${folder}/${rank}.json`, JSON.stringify(seen));
}
