/**
 * Command lines that make no run.
 *
 * @module
 */
import { join } from "node:path";
import type { Place } from "./hostile_case.ts";

/** One hostile command line. */
export interface HostileCommand {
  readonly name: string;
  readonly args: (place: Place) => readonly string[];
  readonly code: number;
  readonly message: RegExp;
  /** The run had begun: its whole checkpoint stays, and nothing else. */
  readonly keepsCheckpoint?: boolean;
  prepare?(place: Place): Promise<unknown>;
}

const misused = 2;
const failed = 1;

/** Flags that fit the place, but for what follows. */
const flags = ({ base, data, out }: Place) => [
  ...["--model", `file:${base}`, "--data", data, "--text", "text", "--label", "mood"],
  ...["--epochs", "1", "--out", out],
];
/** The flags with other values for some of them. */
const flagsBut = (place: Place, others: Readonly<Record<string, string>>) => {
  const given = flags(place).map((flag, at, all) => others[all[at - 1]] ?? flag);
  const more = Object.entries(others).filter(([name]) => !given.includes(name));
  return [...given, ...more.flat()];
};
const planFile = (content: string) => ({ folder }: Place) =>
  Deno.writeTextFile(join(folder, "plan.json"), content);
const plan = ({ folder }: Place) => [join(folder, "plan.json")];

/** Exit code 2 for what a person typed, 1 for what is wrong with files. */
export const hostileCommands: readonly HostileCommand[] = [
  { name: "an unknown flag", args: () => ["--epoch", "3"], code: misused, message: /"epochs"/ },
  { name: "a flag without value", args: () => ["--rank"], code: misused, message: /--rank/ },
  { name: "an empty folder", args: () => ["--out", ""], code: misused, message: /--out/ },
  {
    name: "many wrong flags",
    args: () => ["--rank", "x", "--epochs", "y", "--device", "gpu", "--metrics", "acc"],
    code: misused,
    message: /--rank is "x"[^]*no device "gpu"[^]*--epochs is "y"[^]*no metric "acc"/,
  },
  {
    name: "data without columns",
    args: ({ data }) => ["--data", data],
    code: misused,
    message: /--text is missing[^]*--label is missing/,
  },
  {
    name: "data in the place of a plan",
    args: ({ data }) => [data],
    code: misused,
    message: /is no plan[^]*--data/,
  },
  { name: "no plan file", args: plan, code: misused, message: /cannot read the plan/ },
  {
    name: "an empty plan",
    args: plan,
    prepare: planFile("{}"),
    code: misused,
    message: /this plan cannot be read:[^]*model: [^]*data: [^]*method: /,
  },
  {
    name: "null as a plan",
    args: (place) => [...plan(place), "--resume"],
    prepare: planFile("null"),
    code: misused,
    message: /plan\.json: /,
  },
  {
    name: "two plans",
    args: () => ["a.json", "b.json"],
    code: misused,
    message: /a\.json, b\.json/,
  },
  {
    name: "an unknown column",
    args: (place) => flagsBut(place, { "--label": "moood" }),
    code: failed,
    message: /did you mean "mood"/,
  },
  {
    name: "a broken model",
    args: flags,
    prepare: ({ base }) => Deno.truncate(join(base, "model.safetensors"), 100),
    code: failed,
    message: /model\.safetensors/,
  },
  {
    name: "an output below a file",
    args: (place) => flagsBut(place, { "--out": join(place.data, "out") }),
    code: failed,
    message: /cannot write/,
  },
  {
    name: "a learning rate beyond reason",
    args: (place) => flagsBut(place, { "--learning-rate": "1e38", "--epochs": "9" }),
    code: failed,
    message: /Lower learningRate/,
    keepsCheckpoint: true,
  },
];
