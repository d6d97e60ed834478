/**
 * Memory and time of a training whose frozen weights stay on disk or lie in several processes, by one process and by
 * two: `deno task bench:offload`.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine, machineText } from "./machine.ts";
import type { OffloadRun } from "./our_offload.ts";
import { randomLlama } from "./random_llama.ts";

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "128" },
    layers: { type: "string", default: "10" },
    processes: { type: "string", default: "1,2" },
  },
});
const program = fileURLToPath(new URL("our_offload.ts", import.meta.url));
const pretrained = fileURLToPath(new URL("../pretrained/english", import.meta.url));
const layers = Number(values.layers);
const base = fileURLToPath(new URL(`.data/offload_${layers}`, import.meta.url));
await randomLlama(base, {
  layers,
  hidden: 1024,
  heads: 16,
  keyValueHeads: 16,
  intermediate: 2816,
  words: 16_000,
});
for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
  await Deno.copyFile(join(pretrained, name), join(base, name));
}
console.log(machineText(describeMachine(1)));
let bytes = 0;
for await (const { name } of Deno.readDir(base)) bytes += (await Deno.stat(join(base, name))).size;
console.log(`a base of ${Math.round(bytes / 1e6)} MB`);
let expected: OffloadRun | undefined;
for (const processes of values.processes.split(",").map(Number)) {
  for (const where of ["whole", "offload", ...processes > 1 ? ["shard"] : []]) {
    const runs = await run(processes, where);
    const [first] = runs;
    expected ??= first;
    const { losses } = expected;
    const apart = Math.max(...losses.map((loss, i) => Math.abs(first.losses[i] / loss - 1)));
    console.log([
      `${processes} processes, ${where}${
        where === "whole" ? "" : `, ${values.megabytes} MB at once`
      }`,
      `peak ${runs.map(({ peakMegabytes }) => peakMegabytes).join(" and ")} MB`,
      `${
        runs.map(({ processorSeconds }) => processorSeconds.toFixed(0)).join(" and ")
      } processor s`,
      `${first.stepsPerSecond.toFixed(3)} steps/s`,
      `perplexity ${first.perplexity}`,
      `${losses.length} losses apart by ${apart.toExponential(1)} of themselves at most`,
    ].join("; "));
  }
}

/** Launches a run; what each process saw. */
async function run(processes: number, where: string): Promise<OffloadRun[]> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
  try {
    const file = join(folder, "run");
    const { success } = await new Deno.Command("mpirun", {
      args: [
        ...["--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", `${processes}`],
        ...[Deno.execPath(), "run", "--allow-all", program, base, where, values.megabytes, file],
      ],
      env: { TUNEBOOK_THREADS: "1" },
    }).output();
    if (!success) throw new Error("mpirun failed");
    return await Promise.all(
      Array.from(
        { length: processes },
        async (_, rank) => JSON.parse(await Deno.readTextFile(`${file}.${rank}`)),
      ),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
