/**
 * An epoch by one process and by several, each with one thread, in turns: `deno task bench:processes`.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine, machineText } from "./machine.ts";
import { median } from "./median.ts";
import type { SharedEpoch } from "./our_processes.ts";
import { writeBase } from "./task_files.ts";

const { values } = parseArgs({
  options: {
    processes: { type: "string", default: "2" },
    rows: { type: "string", default: "1000" },
    rounds: { type: "string", default: "3" },
  },
});
const sizes = [1, Number(values.processes)];
const program = fileURLToPath(new URL("our_processes.ts", import.meta.url));
const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
try {
  await writeBase(folder);
  const config = JSON.parse(await Deno.readTextFile(join(folder, "config.json")));
  // Noise follows the micro-batches, which several processes have others of.
  const still = { ...config, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(still));
  console.log(machineText(describeMachine(1)));
  const epochs: SharedEpoch[][] = sizes.map(() => []);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [at, size] of sizes.entries()) {
      const epoch = await run(size);
      epochs[at].push(epoch);
      console.log(`${size} processes: ${epoch.stepsPerSecond.toFixed(2)} steps/s`);
    }
  }
  const [one, several] = epochs.map((each) =>
    median(each.map(({ stepsPerSecond }) => stepsPerSecond))
  );
  const difference = Math.max(
    ...epochs[0][0].losses.map((loss, step) => Math.abs(loss - epochs[1][0].losses[step])),
  );
  console.log(
    `${sizes[1]} processes take ${
      (several / one).toFixed(2)
    } times the steps of one in the same time; ` +
      `their ${epochs[0][0].losses.length} losses differ by ${difference.toExponential(1)} at most`,
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Launches an epoch. */
async function run(processes: number): Promise<SharedEpoch> {
  const file = join(folder, "epoch.json");
  const { success } = await new Deno.Command("mpirun", {
    args: [
      ...["--allow-run-as-root", "-n", String(processes)],
      ...[Deno.execPath(), "run", "--allow-all", program, folder, values.rows, file],
    ],
    env: { TUNEBOOK_THREADS: "1" },
  }).output();
  if (!success) throw new Error("mpirun failed");
  return JSON.parse(await Deno.readTextFile(file));
}
