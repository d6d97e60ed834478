/**
 * `deno task measured`: writes `docs/measured.md` from the figures that were asked for and what was measured of them.
 *
 *     --run NAME           measures a figure with its command and writes it down; repeat for more
 *     --value NUMBER       writes this down as the value of the one figure named by --run, as its command printed it
 *     --note TEXT          what a reader has to know of the measurement
 *     --python PYTHON      a Python with what the commands need
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "./machine.ts";
import {
  type MeasuredPromise,
  type MeasuredValue,
  measuredValues,
  promiseAreas,
} from "./promises/promise.ts";
import { measuredPage } from "./promises/table.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
const { values: { run = [], value, note, python } } = parseArgs({
  options: {
    run: { type: "string", multiple: true },
    value: { type: "string" },
    note: { type: "string" },
    python: { type: "string" },
  },
});

const promises = promiseAreas.flatMap(({ promises }) => promises);
const chosen = run.map((name) => {
  const found = promises.find((promise) => promise.name === name);
  if (found) return found;
  throw new Error(`no figure ${name}; there are ${promises.map(({ name }) => name).join(", ")}`);
});
if (value !== undefined && (chosen.length !== 1 || Number.isNaN(Number(value)))) {
  throw new Error("--value is a number for the one figure that --run names");
}

const measured: Record<string, MeasuredValue | undefined> = { ...measuredValues };
for (const promise of chosen) {
  measured[promise.name] = {
    value: value === undefined ? await measure(promise) : Number(value),
    tree: (await output("git", ["rev-parse", "--short=8", "HEAD"])).trim(),
    date: new Date().toISOString().slice(0, "2026-01-01".length),
    processor: processorText(),
    ...(note === undefined ? {} : { note }),
  };
  // Written after each: the next may take an hour, or fail.
  await Deno.writeTextFile(
    join(project, "bench/promises/values.json"),
    `${JSON.stringify(measured, undefined, 1)}\n`,
  );
}
await Deno.writeTextFile(join(project, "docs/measured.md"), measuredPage(promiseAreas, measured));

/** Runs the command of a figure, shows what it prints, and reads the value. */
async function measure({ name, command, reads }: MeasuredPromise): Promise<number> {
  if (reads === undefined) {
    throw new Error(`run \`${command}\` and give the value: --run ${name} --value NUMBER`);
  }
  if (command.includes("PYTHON") && python === undefined) {
    throw new Error(`${name} needs --python`);
  }
  const text = await output("sh", ["-c", command.replaceAll("PYTHON", python ?? "")]);
  console.log(text);
  const found = new RegExp(reads).exec(text)?.[1];
  if (found === undefined) throw new Error(`${command} printed no ${reads}`);
  return Number(found);
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(program, {
    args: [...args],
    cwd: project,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}

function processorText(): string {
  const { processor, family, model } = describeMachine();
  const parts = [
    family === undefined ? [] : [`family ${family}`],
    model === undefined ? [] : [`model ${model}`],
  ];
  return [processor, ...parts.flat()].join(", ");
}
