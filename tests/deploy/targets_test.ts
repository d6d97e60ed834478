import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import {
  adapter,
  type DeployTarget,
  full,
  head,
  lora,
  merged,
  model,
  onnx,
  peft,
  readTable,
  type Table,
  tableFromRows,
} from "tunebook";
import { isMistake } from "../is_mistake.ts";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const settings = { epochs: 2, learningRate: 1e-2, batchSize: 8 };
const columns = { text: "text", label: "mood" };

async function trained(folder: string, targets: DeployTarget[], name = "bert", table?: Table) {
  return await model(await tinyModel(join(folder, "base"), name))
    .data(table ?? moods(48), columns)
    .adapt(lora({ rank: 2 }))
    .train(settings)
    .deploy(...targets)
    .run({ quiet: true });
}

const readJson = async (path: string) => JSON.parse(await Deno.readTextFile(path));
const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

for (const name of ["bert", "distilbert", "roberta", "xlm-roberta"]) {
  Deno.test(`${name}: every target's files and receipt`, () =>
    inFolder(async (folder) => {
      const places = ["a", "m", "o"].map((name) => join(folder, "deep", name));
      const [a, m, o] = places;
      const result = await trained(folder, [adapter(a), merged(m), onnx(o)], name);
      assert.deepEqual(result.outputs, places);
      const files = result.receipts.map((receipt) => receipt.files.map(({ path }) => path));
      const tokenizer = ["tokenizer.json", "tokenizer_config.json"];
      const others = [...tokenizer, "watch_profile.json"];
      assert.deepEqual(files, [
        ["README.md", "adapter_config.json", "adapter_model.safetensors", ...others],
        ["config.json", "model.safetensors", ...others],
        ["config.json", "onnx/model.onnx", ...others],
      ]);
      for (const { rows, largestDifference, tolerance, files, folder } of result.receipts) {
        assert.equal(rows, result.predictions.rows);
        assert.ok(largestDifference < tolerance / 10, `${folder}: ${largestDifference}`);
        for (const { path, bytes } of files) {
          assert.equal((await Deno.stat(join(folder, path))).size, bytes);
        }
      }
      for (const folder of [m, o]) {
        const config = await readJson(join(folder, "config.json"));
        assert.deepEqual(config.id2label, { 0: "negative", 1: "positive" });
        assert.deepEqual(config.label2id, { negative: 0, positive: 1 });
        assert.equal(config.problem_type, "single_label_classification");
        assert.equal(config.model_type, name);
        assert.match(config.architectures[0], /ForSequenceClassification$/);
        const { pad_token, model_max_length } = await readJson(
          join(folder, "tokenizer_config.json"),
        );
        assert.equal(pad_token, name.includes("roberta") ? "<pad>" : "[PAD]");
        assert.equal(model_max_length, 64);
      }
      assert.deepEqual(namesIn(join(folder, "deep")), ["a", "m", "o"]);
      await result.dispose();
    }));
}

Deno.test("several labels and numbers say so in config.json", () =>
  inFolder(async (folder) => {
    const table = tableFromRows(reviews(48).map((row) => ({ ...row })), "reviews");
    const base = model(await tinyModel(join(folder, "base")));
    const kinds = {
      multi_label_classification: { label: "topics", kind: "multi", separator: "|" },
      regression: { label: "score", kind: "regression" },
    } as const;
    for (const [problem, column] of Object.entries(kinds)) {
      const out = join(folder, problem);
      const result = await base.data(table, { text: "text", ...column }).adapt(full())
        .train(settings).deploy(merged(out), onnx(join(folder, `${problem}-onnx`)))
        .run({ quiet: true });
      const config = await readJson(join(out, "config.json"));
      assert.equal(config.problem_type, problem);
      const labels = column.kind === "multi" ? ["film", "food", "price"] : ["score"];
      assert.deepEqual(Object.values(config.id2label), labels);
      await result.dispose();
    }
  }));

Deno.test("an existing tokenizer_config.json is kept, but for what training did otherwise", () =>
  inFolder(async (folder) => {
    await tinyModel(join(folder, "base"));
    const given = { chat_template: "{{ x }}", odd: [1], cls_token: { content: "[CLS]" } };
    const other = { padding_side: "left", truncation_side: "left", model_max_length: 512 };
    const gone = { add_prefix_space: true, added_tokens_decoder: {}, mask_token: "<none>" };
    await Deno.writeTextFile(
      join(folder, "base", "tokenizer_config.json"),
      JSON.stringify({ ...given, ...other, ...gone }),
    );
    const out = join(folder, "m");
    await (await trained(folder, [merged(out)])).dispose();
    const written = await readJson(join(out, "tokenizer_config.json"));
    const wanted = {
      ...given,
      cls_token: "[CLS]",
      pad_token: "[PAD]",
      padding_side: "right",
      truncation_side: "right",
      model_max_length: 64,
    };
    for (const [name, value] of Object.entries(wanted)) assert.deepEqual(written[name], value);
    for (const name of Object.keys(gone)) assert.equal(name in written, false, name);
  }));

/** `merged`, but its weights are changed before they are opened again. */
function tampered(folder: string): DeployTarget {
  const honest = merged(folder);
  return {
    ...honest,
    async write(trained, folder) {
      const values = new Map(trained.values);
      const bias = "classifier.bias";
      values.set(bias, values.get(bias)!.map((number) => number + 1));
      await honest.write({ ...trained, values }, folder);
    },
  };
}

Deno.test("files that differ from the model are an error and leave nothing", () =>
  inFolder(async (folder) => {
    const out = join(folder, "m");
    await assert.rejects(
      trained(folder, [tampered(out)]),
      isMistake("output", /largest difference on \d+ held-out rows is 1/, `written to ${out}`),
    );
    assert.deepEqual(namesIn(folder), ["base"]);
  }));

Deno.test("a failed deployment leaves the folder of an earlier one", () =>
  inFolder(async (folder) => {
    const out = join(folder, "m");
    await (await trained(folder, [merged(out)])).dispose();
    const before = await Deno.readFile(join(out, "model.safetensors"));
    await assert.rejects(trained(folder, [tampered(out)]), isMistake("output"));
    assert.deepEqual(await Deno.readFile(join(out, "model.safetensors")), before);
    assert.deepEqual(namesIn(folder), ["base", "m"]);
  }));

Deno.test("an earlier deployment is replaced as a whole", () =>
  inFolder(async (folder) => {
    const out = join(folder, "m");
    await (await trained(folder, [adapter(out)])).dispose();
    await (await trained(folder, [merged(out)])).dispose();
    assert.deepEqual(namesIn(out), [
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
      "tunebook_card.json",
      "watch_profile.json",
    ]);
    assert.deepEqual(namesIn(folder), ["base", "m"]);
  }));

Deno.test("places that cannot be written are refused before any training, all at once", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "mine");
    await Deno.mkdir(join(folder, "photos"));
    await Deno.writeTextFile(join(folder, "photos", "cat.jpg"), "mine");
    const [under, file, photos, twice] = ["file/m", "file", "photos", "x"].map((name) =>
      join(folder, name)
    );
    const nested = join(twice, "y");
    const targets = [merged(under), onnx(file), adapter(photos), merged(twice), onnx(nested)];
    await assert.rejects(
      trained(folder, targets),
      isMistake(
        "output",
        `cannot write ${under}`,
        `cannot write ${file}: there is a file of that name`,
        `${photos} holds cat.jpg, which no deployment wrote`,
        `${twice} and ${nested} lie in each other`,
      ),
    );
    assert.deepEqual(namesIn(folder), ["base", "file", "photos"]);
    assert.deepEqual(namesIn(photos), ["cat.jpg"]);
    assert.equal(await Deno.readTextFile(file), "mine");
  }));

Deno.test("a method without a PEFT format is refused before any training", () =>
  inFolder(async (folder) => {
    const out = join(folder, "a");
    const reference = await tinyModel(join(folder, "base"));
    for (const method of [head(), full()]) {
      const plan = model(reference).data(moods(48), columns).adapt(method)
        .train({ ...settings, epochs: 1e6 }).deploy(adapter(out));
      await assert.rejects(
        plan.run({ quiet: true }),
        isMistake("unsupported", "adapter(", "no PEFT format", "merged(folder)"),
      );
    }
    assert.deepEqual(namesIn(folder), ["base"]);
  }));

Deno.test("a target that fails in the middle leaves nothing behind", () =>
  inFolder(async (folder) => {
    const broken: DeployTarget = {
      ...merged(join(folder, "m")),
      async write(_trained, folder) {
        await Deno.writeTextFile(join(folder, "config.json"), "{");
        throw new Error("no space left on device");
      },
    };
    await assert.rejects(trained(folder, [broken]), /no space left/);
    assert.deepEqual(namesIn(folder), ["base"]);
  }));

Deno.test("the merged folder is a model to start from", () =>
  inFolder(async (folder) => {
    const out = join(folder, "m");
    const table = moods(48);
    const path = join(folder, "moods.csv");
    await Deno.writeTextFile(path, table.toCSV());
    const first = await trained(folder, [merged(out)], "bert", table);
    const second = await model(`file:${out}`).data(await readTable(path), columns)
      .adapt(head()).train({ epochs: 0 }).run({ quiet: true });
    assert.equal(second.steps, 0);
    const differences = first.predictions.logits.map((logit, i) =>
      Math.abs(logit - second.predictions.logits[i])
    );
    assert.ok(Math.max(...differences) < 1e-4);
    await first.dispose();
    await second.dispose();
  }));

Deno.test("what the run reads or continues from is no place to deploy to", () =>
  inFolder(async (folder) => {
    const base = join(folder, "base");
    const data = join(folder, "rows", "onnx", "moods.csv");
    const held = join(folder, "held", "onnx", "moods.csv");
    const [first, checkpoints] = [join(folder, "first"), join(folder, "c")];
    for (const path of [data, held]) {
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, moods(48).toCSV());
    }
    await (await trained(folder, [adapter(first)])).dispose();
    await Deno.symlink(base, join(folder, "link"));
    const plan = model(`file:${base}`).data(data, { ...columns, test: await readTable(held) })
      .adapt(peft(first)).train({ ...settings, checkpoints });
    const before = await Deno.readFile(join(base, "model.safetensors"));
    const refused: Record<string, [what: string, path: string]> = {
      base: ["the model", base],
      "link/merged": ["the model", base],
      "base/../base": ["the model", base],
      rows: ["the data", data],
      held: ["the test data", held],
      c: ["the checkpoints", checkpoints],
      "c/merged": ["the checkpoints", checkpoints],
      first: ["the adapter", first],
    };
    for (const [name, [what, path]] of Object.entries(refused)) {
      const place = `${folder}/${name}`;
      await assert.rejects(
        plan.deploy(merged(place)).run({ quiet: true }),
        isMistake("output", `${place} would replace or change ${what} in ${path}`),
      );
    }
    assert.deepEqual(await Deno.readFile(join(base, "model.safetensors")), before);
    assert.deepEqual(namesIn(folder), ["base", "first", "held", "link", "rows"]);
    // Beside them, whatever the names begin with, is apart from them.
    const beside = [merged(join(folder, "base2")), onnx(join(folder, "rows", "..out"))];
    await (await plan.deploy(...beside).run({ quiet: true })).dispose();
  }));
