/**
 * Regret after 50 trials beside Optuna's, on functions whose minimum is known and on tables of recorded trials:
 * `deno task bench:search PYTHON`, with a Python that has Optuna, SciPy and PyTorch. Both sides have their own random numbers and
 * the settings that they come with; Optuna's TPE is multivariate, as ours, but as it comes beside `auto`. Searches that were measured are
 * kept in `out/bench/search.jsonl` and not repeated.
 *
 *     --seeds N --trials N    30 seeds and 50 trials unless given
 *     --sampler NAME          auto, tpe or gaussianProcess; all unless given
 *     --function NAME         branin, hartmann6, sentiment or entities; all unless given
 *     --out FILE
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { autoSampler, gaussianProcess, type SearchSampler, startSearch, tpe } from "../mod.ts";
import { type SearchFunction, searchFunctions } from "./search_functions.ts";
import { type MeasuredSearch, searchTable } from "./search_table.ts";
import { recordedTasks, tableFunction } from "./trials/trial_tables.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "30" },
    trials: { type: "string", default: "50" },
    sampler: { type: "string" },
    function: { type: "string", multiple: true },
    out: { type: "string", default: "out/bench/search.jsonl" },
  },
});
const [seeds, trials] = [Number(values.seeds), Number(values.trials)];
const samplers: Readonly<Record<string, SearchSampler>> = {
  auto: autoSampler(),
  tpe: tpe(),
  gaussianProcess: gaussianProcess(),
};
const names = values.sampler === undefined ? Object.keys(samplers) : [values.sampler];
const functions: Record<string, SearchFunction> = {};
for (const name of values.function ?? [...Object.keys(searchFunctions), ...recordedTasks]) {
  functions[name] = searchFunctions[name] ?? await tableFunction(name);
}

type Kind = Pick<MeasuredSearch, "sampler" | "function" | "seed">;
const kinds: Kind[] = names.flatMap((sampler) =>
  Object.keys(functions).flatMap((name) =>
    Array.from({ length: seeds }, (_, seed) => ({ sampler, function: name, seed }))
  )
);
const keyOf = ({ sampler, function: name, seed }: Kind) => `${sampler} ${name} ${seed}`;

await Deno.mkdir(dirname(values.out), { recursive: true });
const known = await readKnown(values.out);
for (const kind of missing("tunebook")) await keep(measure(kind));
if (python !== undefined) await measurePeer(missing("optuna"));
const leastOf = Object.fromEntries(
  Object.entries(functions).map(([name, { least }]) => [name, least]),
);
const wanted = new Set(kinds.map(keyOf));
console.log(searchTable(known.filter((each) => wanted.has(keyOf(each))), leastOf));

function missing(side: MeasuredSearch["side"]): Kind[] {
  const done = new Set(known.filter((each) => each.side === side).map(keyOf));
  return kinds.filter((kind) => !done.has(keyOf(kind)));
}

async function readKnown(path: string): Promise<MeasuredSearch[]> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const lines = text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  return lines.filter(({ bests }: MeasuredSearch) => bests.length === trials);
}

async function keep(search: MeasuredSearch): Promise<void> {
  known.push(search);
  await Deno.writeTextFile(values.out, `${JSON.stringify(search)}\n`, { append: true });
}

function measure(kind: Kind): MeasuredSearch {
  const { space, at }: SearchFunction = functions[kind.function];
  const start = performance.now();
  const search = startSearch(space, {
    better: "lower",
    sampler: samplers[kind.sampler],
    seed: kind.seed,
  });
  const bests: number[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const { number, suggestion } = search.ask()!;
    search.tell(number, at(suggestion));
    bests.push(search.best!.values[0]);
  }
  return { side: "tunebook", ...kind, bests, seconds: (performance.now() - start) / 1000 };
}

/** Runs the searches of the other side in one process, which prints a line for each. */
async function measurePeer(kinds: readonly Kind[]): Promise<void> {
  if (kinds.length === 0) return;
  const process = new Deno.Command(python, {
    args: [fileURLToPath(new URL("peer_search.py", import.meta.url)), String(trials)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(kinds)));
  await writer.close();
  let begun = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (begun + text).split("\n");
    begun = lines.pop()!;
    for (const line of lines) {
      const answer = JSON.parse(line);
      if (answer.versions) console.error(answer.versions);
      else await keep({ side: "optuna", ...answer });
    }
  }
  const { code } = await process.status;
  if (code !== 0) throw new Error(`${python} ended with status ${code}`);
}
