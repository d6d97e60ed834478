/**
 * The best of a search of some minutes on sentiment beside Optuna's over transformers + PEFT:
 * `deno task bench:search-minutes PYTHON`, with a Python that has Optuna, PyTorch, transformers and PEFT. Both sides
 * begin with the plan as it is written, have the same space, rows, budget and median pruner by epochs, one
 * core and one thread each, and train the best trial once more, after the minutes, for the test rows. A side's
 * trial under way at the end does not count.
 *
 *     --minutes N    20 unless given
 *     --seed N       of the samplers and the trainings, 1 unless given; several times for several searches
 *     --rows N       rows of the data set; all of its 3,000 unless given. A fifth each is for validation and test
 *     --together     both sides at once, on two cores; in turns on one core unless given
 *     --out FILE     out/bench/search_minutes.jsonl unless given; searches that are there are not repeated
 *
 * @module
 */
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { sentiment } from "tunebook/datasets";
import type { Table } from "../mod.ts";
import { markdownTable } from "./markdown_table.ts";
import { writeSearchRows } from "./search_minutes_rows.ts";
import { firstRows } from "./study.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "20" },
    seed: { type: "string", multiple: true, default: ["1"] },
    rows: { type: "string", default: "3000" },
    together: { type: "boolean", default: false },
    out: { type: "string", default: "out/bench/search_minutes.jsonl" },
  },
});
if (python === undefined) throw new Error("name the Python: deno task bench:search-minutes PYTHON");
const [minutes, rows] = [Number(values.minutes), Number(values.rows)];
const here = import.meta.dirname!;

/** One side's search; what both sides answer with. */
interface SearchOfMinutes {
  readonly side: "tunebook" | "optuna";
  readonly minutes: number;
  readonly seed: number;
  readonly rows: number;
  readonly together: boolean;
  readonly trials: number;
  readonly complete: number;
  readonly pruned: number;
  readonly validation: number;
  readonly test: number;
  readonly best: Readonly<Record<string, number>>;
  /** Seconds since the beginning, and the best validation score from then on. */
  readonly bests: readonly (readonly [seconds: number, score: number])[];
  readonly versions?: Readonly<Record<string, string>>;
}

await Deno.mkdir(dirname(values.out), { recursive: true });
const known = await readKnown();
const folder = await Deno.makeTempDir({ prefix: "tunebook-" });
try {
  const table = firstRows(await sentiment(), rows, "class");
  for (const seed of values.seed.map(Number)) await measure(seed, table);
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(tableOf(known.filter((each) => each.minutes === minutes && each.rows === rows)));

async function measure(seed: number, table: Table): Promise<void> {
  const file = join(folder, `rows-${seed}.json`);
  await writeSearchRows(file, { table, seed, minutes });
  const missing = (["tunebook", "optuna"] as const).filter((side) =>
    !known.some((each) =>
      each.side === side && each.seed === seed && each.minutes === minutes && each.rows === rows &&
      each.together === values.together
    )
  );
  const run = async (side: SearchOfMinutes["side"], core: number) => {
    const found = await runSide(side, core, file);
    const result: SearchOfMinutes = {
      side,
      minutes,
      seed,
      rows,
      together: values.together,
      ...found,
    };
    known.push(result);
    await Deno.writeTextFile(values.out, `${JSON.stringify(result)}\n`, { append: true });
  };
  if (values.together) await Promise.all(missing.map(run));
  else for (const side of missing) await run(side, 0);
}

/** A side in a process of its own, on one core with one thread. */
async function runSide(side: SearchOfMinutes["side"], core: number, file: string) {
  const command = side === "tunebook"
    ? [Deno.execPath(), "run", "--allow-all", join(here, "our_search_minutes.ts"), file]
    : [python, join(here, "peer_search_minutes.py"), file];
  const { success, stdout } = await new Deno.Command("taskset", {
    args: ["--cpu-list", String(core), ...command],
    env: { OMP_NUM_THREADS: "1", TUNEBOOK_THREADS: "1", TOKENIZERS_PARALLELISM: "false" },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`the search of ${side} failed`);
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  return JSON.parse(lines.at(-1)!) as Omit<
    SearchOfMinutes,
    "side" | "minutes" | "seed" | "rows" | "together"
  >;
}

async function readKnown(): Promise<SearchOfMinutes[]> {
  const text = await Deno.readTextFile(values.out).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

function tableOf(found: readonly SearchOfMinutes[]): string {
  return markdownTable(found.map(({ side, seed, trials, complete, pruned, ...of }) => [
    `${side}, seed ${seed}`,
    {
      trials: String(trials),
      complete: String(complete),
      pruned: String(pruned),
      "best validation": of.validation.toFixed(4),
      "its test": of.test.toFixed(4),
      best: Object.entries(of.best)
        .map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`).join(", "),
    },
  ]));
}
