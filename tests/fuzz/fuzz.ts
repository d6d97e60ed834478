/**
 * `deno task fuzz`: damaged inputs over every reader. `--cases N` (10,000), `--seed S` (1),
 * `--from N`, `--reader NAME`; `--case N` runs one case again and says all about it.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type FuzzFinding, runFuzz } from "./run_fuzz.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    case: { type: "string" },
    reader: { type: "string" },
    show: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const one = values.case === undefined ? undefined : Number(values.case);
const from = one ?? Number(values.from);
const to = one === undefined ? from + Number(values.cases) : from + 1;

const counts = new Map<string, Record<FuzzFinding["outcome"], number>>();
let most = { milliseconds: 0, megabytes: 0 };
const findings = await runFuzz({
  seed,
  from,
  to,
  reader: values.reader,
  onCase(found) {
    const count = counts.get(found.reader) ?? { read: 0, refused: 0, failed: 0 };
    count[found.outcome]++;
    counts.set(found.reader, count);
    most = {
      milliseconds: Math.max(most.milliseconds, found.milliseconds),
      megabytes: Math.max(most.megabytes, found.megabytes),
    };
    if (found.outcome === "failed" || one !== undefined || values.show) {
      console.log(describe(found));
    }
  },
});
for (const [reader, { read, refused, failed }] of counts) {
  console.log(`${reader}: ${read} read, ${refused} refused, ${failed} failed`);
}
const failed = findings.filter(({ outcome }) => outcome === "failed").length;
console.log(
  `${findings.length} cases of seed ${seed}, ${failed} failed; at most ` +
    `${Math.round(most.milliseconds)} ms and ${Math.round(most.megabytes)} MB`,
);
Deno.exit(failed > 0 ? 1 : 0);

function describe({ number, reader, file, how, outcome, fault, message }: FuzzFinding): string {
  return [
    `${outcome}: ${reader}, ${file}: ${how}`,
    ...(fault ? [`  ${fault}`] : message === undefined ? [] : [`  ${JSON.stringify(message)}`]),
    `  again: deno task fuzz --seed ${seed} --case ${number}`,
  ].join("\n");
}
