import assert from "node:assert/strict";
import { join } from "node:path";
import { pipeline } from "@huggingface/transformers";
import { adapter, lora, model, onnx } from "tunebook";
import golden from "../golden/texts.json" with { type: "json" };
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import {
  anyReaderTask,
  longText,
  maxTokens,
  readerRows,
  type ReaderTask,
  readerTasks,
} from "./reader_rows.ts";

const families = ["bert", "distilbert", "roberta", "gpt2-classes", "llama-classes"];
/** Both sides compute in float32; the logits and the numbers are below ten. */
const tolerance = 1e-5;
const rows = readerRows(40);
const pipelines: Readonly<Record<ReaderTask, string>> = {
  labels: "text-classification",
  pairs: "text-classification",
  several: "text-classification",
  numbers: "feature-extraction",
  tags: "token-classification",
  answers: "question-answering",
  vectors: "feature-extraction",
};
/** Whose answers to long inputs are compared, too. */
const takesLong = ["labels", "pairs", "several", "numbers", "vectors"];

for (const family of families) {
  Deno.test(`transformers.js answers every task of a ${family} as trained`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), family);
      for (const [name, task] of Object.entries(anyReaderTask)) {
        const result = await model(reference).data(rows, task, { test: rows })
          .adapt(lora({ rank: 2 })).train({ epochs: 2, learningRate: 1e-2, maxTokens })
          .deploy(onnx(join(folder, name))).run({ quiet: true });
        const { answers } = result.receipts[0].reader!;
        assert.equal(answers!.reader, "transformers.js");
        assert.equal(answers!.pipeline, pipelines[name as ReaderTask]);
        assert.ok(answers!.inputs >= 10, `${name}: ${answers!.inputs} inputs`);
        assert.equal(answers!.longInputs > 0, takesLong.includes(name), name);
        assert.ok(answers!.largestDifference < tolerance, `${name}: ${answers!.largestDifference}`);
        await result.dispose();
      }
    }));
}

Deno.test("Python's own pipelines answer every kind of folder as trained", () => {
  const found = Object.entries(golden.differences);
  assert.ok(found.length >= 120, `${found.length} comparisons`);
  for (const [name, difference] of found) assert.ok(difference < tolerance, name);
});

interface Scored {
  readonly label: string;
  readonly score: number;
}

Deno.test("transformers.js cuts the longer text of a pair, as predict does", () =>
  inFolder(async (folder) => {
    for (const family of ["bert", "roberta"]) {
      const out = join(folder, family);
      const result = await model(await tinyModel(join(folder, "base", family), family))
        .data(rows, readerTasks.pairs).adapt(lora({ rank: 2 }))
        .train({ epochs: 4, learningRate: 1e-2, maxTokens: 23 }).deploy(onnx(out))
        .run({ quiet: true });
      const pairs: (readonly [string, string])[] = [
        ["good", "bad"],
        ["a good film", longText],
        [longText, "a bad film"],
        [longText, longText],
        [`${longText} good`, `bad ${longText}`],
      ];
      const classify = await pipeline("text-classification", out);
      const inputs = classify.tokenizer(pairs.map(([first]) => first), {
        text_pair: pairs.map(([, second]) => second),
        padding: true,
        truncation: true,
      });
      const { logits } = await classify.model(inputs);
      const answers = await result.predict(pairs);
      pairs.forEach((_, row) => {
        const values = (logits.tolist() as number[][])[row];
        const powers = values.map(Math.exp);
        const sum = powers.reduce((a, b) => a + b);
        Object.values(answers[row].probabilities as Record<string, number>).forEach((each, at) => {
          assert.ok(Math.abs(each - powers[at] / sum) < tolerance, `${family}, pair ${row + 1}`);
        });
      });
      await classify.dispose();
      await result.dispose();
    }
  }));

Deno.test("transformers.js gives the numbers of a regression, and labels of decoders", () =>
  inFolder(async (folder) => {
    const out = join(folder, "numbers");
    const numbers = await model(await tinyModel(join(folder, "bert"), "bert"))
      .data(rows, readerTasks.numbers).adapt(lora({ rank: 2 }))
      .train({ epochs: 4, learningRate: 1e-2 }).deploy(onnx(out)).run({ quiet: true });
    const texts = ["good", "the bad and awful film", longText];
    const score = await pipeline("feature-extraction", out);
    const found = (await score(texts)).tolist() as number[][];
    const wanted = await numbers.predict(texts);
    found.forEach(([value], at) => {
      assert.ok(Math.abs(value - (wanted[at].label as number)) < tolerance, texts[at]);
    });
    await score.dispose();
    await numbers.dispose();

    for (const family of ["gpt2-classes", "llama-classes"]) {
      const out = join(folder, `${family}-labels`);
      const labels = await model(await tinyModel(join(folder, family), family))
        .data(rows, readerTasks.labels).adapt(lora({ rank: 2 }))
        .train({ epochs: 4, learningRate: 1e-2 }).deploy(onnx(out)).run({ quiet: true });
      const classify = await pipeline("text-classification", out);
      const found = await classify(texts) as Scored[];
      const wanted = await labels.predict(texts);
      found.forEach(({ label, score }, at) => {
        assert.equal(label, wanted[at].label);
        assert.ok(Math.abs(score - wanted[at].probabilities[label]) < tolerance, texts[at]);
      });
      await classify.dispose();
      await labels.dispose();
    }
  }));

Deno.test("an adapter's README says how the base pads and where texts end", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2-classes");
    const config = join(folder, "base", "config.json");
    const json = JSON.parse(await Deno.readTextFile(config));
    delete json.pad_token_id;
    await Deno.writeTextFile(config, JSON.stringify(json));
    const out = join(folder, "adapter");
    const result = await model(reference).data(rows, readerTasks.labels).adapt(lora({ rank: 2 }))
      .train({ epochs: 1, maxTokens }).deploy(adapter(out)).run({ quiet: true });
    await result.dispose();
    const readme = await Deno.readTextFile(join(out, "README.md"));
    assert.match(readme, /from_pretrained\(.*pad_token_id=\d+/);
    assert.match(readme, /AutoTokenizer\.from_pretrained\("this folder"\)[^]*truncation=True/);
    const { padding_side, model_max_length } = JSON.parse(
      await Deno.readTextFile(join(out, "tokenizer_config.json")),
    );
    assert.deepEqual([padding_side, model_max_length], ["right", maxTokens]);
  }));
