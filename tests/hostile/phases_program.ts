/**
 * A whole run that says which phase it is in, to be killed:
 * `deno run phases_program.ts <folder> <plain | nf4>`. It goes on where the one before was killed.
 *
 * @module
 */
import { join } from "node:path";
import { accuracy, adapter, head, lora, merged, model } from "tunebook";
import type { DeployTarget } from "../../lib/deploy/target.ts";
import { moods } from "../pipeline/tiny.ts";

/** The phases in their order. */
export const phases = ["reading", "training", "scoring", "writing", "proving"] as const;

function say(phase: typeof phases[number]): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${phase}\n`));
}

/** The same target, which says when it writes and when it is opened again. */
function told(target: DeployTarget): DeployTarget {
  return {
    ...target,
    write(trained, folder) {
      say("writing");
      return target.write(trained, folder);
    },
    reopen(trained, folder, device) {
      say("proving");
      return target.reopen(trained, folder, device);
    },
  };
}

/** Runs in a folder that has the model in `base`; writes to `out`. */
export async function runPhases(folder: string, kind: "plain" | "nf4"): Promise<void> {
  const base = model(`file:${join(folder, "base")}`, kind === "nf4" ? { quantize: "nf4" } : {});
  const out = join(folder, "out");
  const scored = {
    ...accuracy,
    compute(predictions: Parameters<typeof accuracy.compute>[0]) {
      say("scoring");
      return accuracy.compute(predictions);
    },
  };
  await base
    .data(moods(24), { text: "text", label: "mood" })
    .adapt(kind === "nf4" ? lora({ rank: 2 }) : head())
    .train({
      ...{ epochs: 4, batchSize: 4, learningRate: 0.01, seed: 3 },
      ...{ checkpoints: join(out, "checkpoint"), checkpointEvery: 1, resume: true },
    })
    .evaluate({ accuracy: scored })
    .deploy(told(kind === "nf4" ? adapter(join(out, "model")) : merged(join(out, "model"))))
    .run({ quiet: true });
}

if (import.meta.main) {
  say("reading");
  const [folder, kind] = Deno.args;
  const checkpoint = join(folder, "out", "checkpoint", "checkpoint.safetensors");
  const before = await Deno.stat(checkpoint).then(({ mtime }) => mtime?.getTime(), () => undefined);
  const look = setInterval(() => {
    const now = (() => {
      try {
        return Deno.statSync(checkpoint).mtime?.getTime();
      } catch {
        return undefined;
      }
    })();
    if (now === before) return;
    clearInterval(look);
    say("training");
  }, 1);
  await runPhases(folder, kind as "plain" | "nf4");
  clearInterval(look);
}
