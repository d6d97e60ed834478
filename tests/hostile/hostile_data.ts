/**
 * Tables, columns and settings that make no run.
 *
 * @module
 */
import { join } from "node:path";
import type { ErrorKind } from "../../lib/core/errors.ts";
import {
  accuracy,
  adapter,
  type DataOptions,
  head,
  lora,
  type LoraOptions,
  merged,
  model,
  onnx,
  type TrainOptions,
} from "tunebook";
import { type HostileCase, type Place, runWith } from "./hostile_case.ts";

type Options = Parameters<typeof runWith>[1];

/** Name, content of rows.csv, columns, message. */
const tables: [string, string, Options, RegExp][] = [
  ["an empty file", "", {}, /rows\.csv is empty/],
  ["a header only", "text,mood\n", {}, /rows\.csv has no rows/],
  ["semicolons", "text;mood\na;x\nb;y\n", {}, /seem to be separated by ";"/],
  ["semicolons and commas", "text;mood\na, b;x\n", {}, /separated by ";"; save it with commas/],
  ["broken quotes", 'text,mood\n"a,b\n', {}, /line 2: a quoted cell begins/],
  ["rows of other lengths", "text,mood\na,b,c\n", {}, /line 2: 3 cells instead of 2/],
  ["a column twice", "text,mood,text\na,b,c\n", {}, /both named "text"/],
  ["a missing text", "text,mood\na,x\n,y\nb,y\n", {}, /row 2: /],
  ["a blank text", 'text,mood\na,x\n"  ",y\nb,y\n', {}, /row 2: an empty text/],
  ["numbers as texts", "text,mood\n1,x\n2,y\n", {}, /row 1: a number, not a text/],
  ["a missing label", "text,mood\na,x\nb,\nc,y\n", {}, /row 2: /],
  ["one class", "text,mood\na,x\nb,x\nc,x\n", {}, /only one class, "x"/],
  ["fractions as classes", "text,mood\na,0.5\nb,1.5\n", {}, /kind "regression"/],
  ["two rows", "text,mood\na,x\nb,y\n", {}, /no row at all/],
  [
    "one class left to train on",
    "text,mood\na,x\nb,y\n",
    { test: 1 },
    /only in held-out|one class/,
  ],
  ["texts as numbers to predict", "text,mood\na,x\nb,y\n", { kind: "regression" }, /row 1: "x" is/],
  [
    "infinite numbers",
    "text,mood\na,1e99\nb,2\n",
    { kind: "regression" },
    /"1e99" is not a finite/,
  ],
  [
    "several labels without a separator",
    "text,mood\na,x|y\nb,y\n",
    { kind: "multi" },
    /give a separator/,
  ],
  [
    "a label that is only in held-out rows",
    `text,mood\n${"a,x\n".repeat(2)}b,rare\n`,
    { kind: "multi", separator: "|", test: 2, seed: 1 },
    /only in held-out rows/,
  ],
  [
    "a column of something else",
    `text,mood\n${Array.from({ length: 120 }, (_, row) => `a,label ${row}`).join("\n")}\n`,
    {},
    /is it the right column/,
  ],
  ["no second text", "text,pair,mood\na,,x\nb,c,y\n", { pair: "pair" }, /row 1: /],
];

/** Name, options, kind, message. */
const uses: [string, Options, ErrorKind, RegExp][] = [
  ["an unknown text column", { text: "txt" }, "data", /did you mean "text"/],
  ["an unknown label column", { label: "moods" }, "data", /did you mean "mood"/],
  ["an unknown second column", { pair: "secnd" }, "data", /did you mean "second"/],
  ["two unknown columns", { text: "a", label: "b" }, "data", /no column "a"[^]*no column "b"/],
  ["a column that is no text", { text: "row" }, "data", /a number, not a text/],
  ["everything held out", { test: 30 }, "input", /none is left to train on/],
  ["more held out than there is", { test: 20, validation: 20 }, "input", /none is left/],
  ["a share of no row", { test: 0.001 }, "input", /no row at all/],
  ["no file", { data: "/no/such/rows.csv" }, "data", /cannot read/],
  ["an unknown data set", { data: "sentimnt" }, "input", /did you mean "sentiment"/],
  ["a file of another format", { data: import.meta.filename! }, "input", /cannot tell the format/],
  ["no test file", { test: "/no/such/test.csv" }, "data", /cannot read/],
  ["no validation file", { validation: "nothing.json" }, "data", /cannot read/],
  ["a bucket", { data: "s3://bucket/rows.csv" }, "input", /file path/],
];

/** Wrong columns, refused when they are given. */
const columnOptions: [object, RegExp][] = [
  [{ text: undefined }, /text is missing/],
  [{ text: "" }, /text is ""/],
  [{ label: 3 }, /label is 3/],
  [{ pair: null }, /pair is null/],
  [{ kind: "singel" }, /did you mean "single"/],
  [{ kind: null }, /kind is null, but must be one of/],
  [{ kind: "constructor" }, /kind is "constructor", but must be one of/],
  [{ separator: "|" }, /separator belongs to kind "multi"/],
  [{ test: 0 }, /test is 0/],
  [{ test: -0.2 }, /test is -0\.2/],
  [{ test: 2.5 }, /test is 2\.5/],
  [{ test: NaN }, /test is NaN/],
  [{ test: true }, /test is true/],
  [{ test: {} }, /test is \{\}/],
  [{ test: [] }, /test is \[\]/],
  [{ validation: "" }, /validation is ""/],
  [{ validation: 1.5 }, /validation is 1\.5/],
  [{ seed: 1.5 }, /seed is 1\.5/],
  [{ seed: "1" }, /seed is "1"/],
];

/** Wrong settings of training, refused when they are given. */
const trainOptions: [string, unknown][] = [
  ["epochs", -1],
  ["epochs", "3"],
  ["epochs", Infinity],
  ["batchSize", 0],
  ["batchSize", 1.5],
  ["accumulate", -2],
  ["learningRate", 0],
  ["learningRate", NaN],
  ["schedule", "lineal"],
  ["warmup", 1],
  ["weightDecay", -0.1],
  ["maxGradientNorm", 0],
  ["beta1", 1],
  ["beta2", -1],
  ["epsilon", 0],
  ["labelSmoothing", 1],
  ["classWeights", "balance"],
  ["classWeights", { a: "2" }],
  ["order", "random"],
  ["maxTokens", 0],
  ["seed", 0.5],
  ["patience", 0],
  ["validateEvery", -1],
  ["checkpointEvery", 1.5],
  ["checkpoints", 3],
  ["keepBest", "yes"],
  ["learning_rate", 1],
];

const loraOptions: [LoraOptions, RegExp][] = [
  [{ rank: 0 }, /rank is 0/],
  [{ rank: 1.5 }, /rank is 1\.5/],
  [{ alpha: -1 }, /alpha is -1/],
  [{ dropout: 1 }, /dropout is 1/],
  [{ ranks: { query: 0 } }, /query/],
  [{ alphas: { query: NaN } }, /query/],
  [{ targets: 3 as never }, /targets/],
  [{ rankStabilised: "yes" as never }, /rankStabilised/],
];

/** Settings that only a run finds wrong. */
const runs: [string, ErrorKind, RegExp, (place: Place) => Promise<unknown>][] = [
  [
    "a learning rate beyond reason",
    "diverged",
    /Lower learningRate/,
    (place) => runWith(place, { train: { learningRate: 1e38, warmup: 0, epochs: 9 } }),
  ],
  [
    "no room for a token",
    "input",
    /maxTokens|tokens/,
    (place) => runWith(place, { train: { maxTokens: 1 } }),
  ],
  [
    "weights of labels that are not there",
    "input",
    /"positiv" \(did you mean "positive"/,
    (place) => runWith(place, { train: { classWeights: { positiv: 2 } } }),
  ],
  [
    "a metric of another kind",
    "input",
    /accuracy does not score/,
    ({ base, data, out }) =>
      model(`file:${base}`).data(data, { text: "text", label: "score", kind: "regression" })
        .adapt(head()).train()
        // @ts-expect-error Accuracy scores no numbers.
        .evaluate({ accuracy }).deploy(merged(out)).run({ quiet: true }),
  ],
  ...["fp16", "", "FLOAT16", "q3", 16, null].map((dtype) =>
    [
      `a folder in the dtype ${JSON.stringify(dtype)}`,
      "input",
      /these options of merged make no sense:\n.*dtype is .*one of float32, float16, bfloat16/,
      ({ base, data, out }) =>
        model(`file:${base}`).data(data, { text: "text", label: "mood" }).adapt(head()).train()
          .deploy(merged(out, { dtype: dtype as "float16" })).run({ quiet: true }),
    ] satisfies typeof runs[number]
  ),
  ...["fp16", ["float16"], ["int4"], ["q8f16"], [["q8"]], []].map((dtypes) =>
    [
      `ONNX files in the dtypes ${JSON.stringify(dtypes)}`,
      "input",
      /these options of onnx make no sense:\n.*dtypes is .*some of fp32, fp16, q8, int8, q4, q4f16/,
      ({ base, data, out }) =>
        model(`file:${base}`).data(data, { text: "text", label: "mood" }).adapt(head()).train()
          .deploy(onnx(out, { dtypes: dtypes as ["fp16"] })).run({ quiet: true }),
    ] satisfies typeof runs[number]
  ),
  ...["gpu", "", "tfjs:", "tfjs:tensorlow", "CPU"].map((device) =>
    [
      `the device "${device}"`,
      "input",
      /there is no device|device is ""/,
      ({ base, data, out }) =>
        model(`file:${base}`).data(data, { text: "text", label: "mood" }).adapt(head()).train()
          .deploy(merged(out)).run({ quiet: true, device }),
    ] satisfies typeof runs[number]
  ),
];

const place = (folder: string, prepare?: (place: Place) => Promise<unknown>) => ({
  ...(prepare ? { prepare } : {}),
  run: ({ base, data, folder: home }: Place) =>
    model(`file:${base}`).data(data, { text: "text", label: "mood" }).adapt(lora()).train()
      .deploy(onnx(join(home, folder))).run({ quiet: true }),
});

/** Places that cannot be written. */
const places: readonly HostileCase[] = [
  {
    name: "a file in the place of the output",
    kind: "output",
    message: /there is a file of that name/,
    ...place("out", ({ out }) => Deno.writeTextFile(out, "mine")),
  },
  {
    name: "an output below a file",
    kind: "output",
    message: /cannot write/,
    ...place("rows.csv/out"),
  },
  {
    name: "an output over the files of a person",
    kind: "output",
    message: /holds rows\.csv|holds base/,
    ...place("."),
  },
  {
    name: "two outputs in one folder",
    kind: "output",
    message: /lie in each other/,
    run: ({ base, data, out }) =>
      model(`file:${base}`).data(data, { text: "text", label: "mood" }).adapt(lora()).train()
        .deploy(onnx(out), adapter(out)).run({ quiet: true }),
  },
  ...(Deno.build.os === "linux"
    ? [{
      name: "an output where nobody can write",
      kind: "output" as const,
      message: /cannot write \/proc/,
      run: ({ base, data }: Place) =>
        model(`file:${base}`).data(data, { text: "text", label: "mood" }).adapt(lora()).train()
          .deploy(onnx("/proc/tunebook/out")).run({ quiet: true }),
    }]
    : []),
];

/** Everything that is wrong outside the model's files. */
export const hostileData: readonly HostileCase[] = [
  ...tables.map(([name, content, options, message]): HostileCase => ({
    name: `a table with ${name}`,
    kind: options?.test === undefined && name === "two rows" ? "input" : "data",
    message,
    prepare: ({ data }) => Deno.writeTextFile(data, content),
    run: (place) => runWith(place, options),
  })),
  ...uses.map(([name, options, kind, message]): HostileCase => ({
    name,
    kind,
    message,
    run: (place) => runWith(place, options),
  })),
  ...columnOptions.map(([options, message]): HostileCase => ({
    name: `the columns ${Deno.inspect(options)}`,
    kind: "input",
    message,
    run: ({ base, data }) =>
      model(`file:${base}`).data(
        data,
        { text: "text", label: "mood", ...options } as unknown as DataOptions,
      ),
  })),
  ...trainOptions.map(([setting, value]): HostileCase => ({
    name: `the training setting ${setting} ${Deno.inspect(value)}`,
    kind: "input",
    message: new RegExp(setting),
    run: (place) => runWith(place, { train: { [setting]: value } as TrainOptions }),
  })),
  ...loraOptions.map(([options, message]): HostileCase => ({
    name: `lora with ${Deno.inspect(options)}`,
    kind: "input",
    message,
    run: () => lora(options),
  })),
  ...runs.map(([name, kind, message, run]): HostileCase => ({ name, kind, message, run })),
  ...places,
];
