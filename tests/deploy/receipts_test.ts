import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  type DeployTarget,
  head,
  lora,
  merged,
  model,
  onnx,
  sentenceEmbeddings,
  sentenceTransformers,
  tableFromRows,
} from "tunebook";
import { checkSides } from "../../lib/deploy/checks/sides.ts";
import type { TrainedModel } from "../../lib/deploy/trained_model.ts";
import { isMistake } from "../is_mistake.ts";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { answersOnly, broken, type Json } from "./broken_folder.ts";

const quiet = { quiet: true };

async function trained(folder: string, ...targets: DeployTarget[]) {
  return await model(await tinyModel(join(folder, "base")))
    .data(moods(48), { text: "text", label: "mood" })
    .adapt(lora({ rank: 2 }))
    .train({ epochs: 3, learningRate: 1e-2, batchSize: 8 })
    .deploy(...targets)
    .run(quiet);
}

/** What makes a folder say something else; each is a file, a change, and what the error names. */
const breaks: Readonly<Record<string, readonly [string, (json: Json) => void, RegExp]>> = {
  "swapped labels": ["config.json", (config) => {
    config.id2label = { 0: "positive", 1: "negative" };
    config.label2id = { positive: 0, negative: 1 };
  }, /id2label calls output 0 "positive", but the training called it "negative"/],
  "a label too many": ["config.json", (config) => {
    config.id2label[2] = "neutral";
  }, /id2label has 3 names, but the model has 2/],
  "another kind of problem": ["config.json", (config) => {
    config.problem_type = "multi_label_classification";
  }, /problem_type is "multi_label_classification"/],
  "padding on the left": ["tokenizer_config.json", (config) => {
    config.padding_side = "left";
  }, /padding_side is "left", which pads on the left/],
  "cut on the left": ["tokenizer_config.json", (config) => {
    config.truncation_side = "left";
  }, /truncation_side is "left"/],
  "another padding token": ["tokenizer_config.json", (config) => {
    config.pad_token = "[MASK]";
  }, /pad_token is "\[MASK\]", with the id 4, but the training padded with 0/],
  "another padding id": ["config.json", (config) => {
    config.pad_token_id = 3;
  }, /pad_token_id is 3, but the training padded with 0/],
  "another separator": ["tokenizer_config.json", (config) => {
    config.sep_token = "[MASK]";
  }, /sep_token is "\[MASK\]"/],
  "a lost separator": ["tokenizer.json", (json) => {
    json.post_processor.single.pop();
  }, /makes other input_ids of a held-out row/],
  "swapped tokens": ["tokenizer.json", ({ model: { vocab } }) => {
    [vocab.good, vocab.bad] = [vocab.bad, vocab.good];
  }, /makes other input_ids of a held-out row/],
};

/** What only Python reads. */
const pythonBreaks: typeof breaks = {
  "a class that makes another tokenizer": ["tokenizer_config.json", (config) => {
    config.tokenizer_class = "RobertaTokenizer";
  }, /RobertaTokenizer, which Python makes of a BPE, but tokenizer.json has a WordPiece/],
  "a class that nobody knows": ["tokenizer_config.json", (config) => {
    config.tokenizer_class = "MyTokenizer";
  }, /tokenizer_class is "MyTokenizer"/],
  "flags that keep case": ["tokenizer_config.json", (config) => {
    config.tokenizer_class = "BertTokenizer";
    config.do_lower_case = false;
  }, /do_lower_case is false, which BertTokenizer takes for false, but tokenizer.json does true/],
  "no segments": ["tokenizer_config.json", (config) => {
    delete config.model_input_names;
  }, /leaves out token_type_ids, which the model was trained with/],
  "a longer limit": ["tokenizer_config.json", (config) => {
    config.model_max_length = 512;
  }, /model_max_length is 512, but the training cut texts at 64/],
  "another class": ["config.json", (config) => {
    config.architectures = ["BertForTokenClassification"];
  }, /other (logits|outputs) than the trained model|architectures names/],
  "smaller numbers": ["config.json", (config) => {
    config.dtype = "float16";
  }, /dtype is "float16", but the weights are float32/],
};

for (const [name, [file, change, message]] of Object.entries(pythonBreaks)) {
  Deno.test(`no receipt of merged passes with ${name}`, () =>
    inFolder(async (folder) => {
      const target = broken(merged(join(folder, "m")), file, change);
      await assert.rejects(trained(folder, target), isMistake("output", message));
    }));
}

Deno.test("no receipt of an adapter passes with settings of another training", () =>
  inFolder(async (folder) => {
    const changes: readonly [(config: Json) => void, RegExp][] = [
      [(config) => config.task_type = "TOKEN_CLS", /task_type: "TOKEN_CLS", but the training had/],
      [(config) => config.base_model_name_or_path = "other", /base_model_name_or_path: "other"/],
      [(config) => config.inference_mode = false, /inference_mode: false/],
    ];
    for (const [change, message] of changes) {
      const target = broken(adapter(join(folder, "a")), "adapter_config.json", change);
      await assert.rejects(trained(folder, target), isMistake("output", "adapter:", message));
    }
  }));

Deno.test("no receipt of sentence-transformers passes with another pooling", () =>
  inFolder(async (folder) => {
    const rows = tableFromRows(reviews(24).map(({ text }) => ({ text, other: "the film" })));
    const task = sentenceEmbeddings({ anchor: "text", positive: "other" });
    const changes: readonly [string, (json: Json) => void, RegExp][] = [
      ["1_Pooling/config.json", (config) => {
        config.pooling_mode_mean_tokens = false;
        config.pooling_mode_cls_token = true;
      }, /the pooling is "cls", but the training took "mean"/],
      ["modules.json", (modules) => modules.pop(), /a Normalize module is false/],
      ["sentence_bert_config.json", (config) => {
        config.max_seq_length = 512;
      }, /max_seq_length is 512/],
      ["sentence_bert_config.json", (config) => {
        config.do_lower_case = true;
      }, /do_lower_case is true|lowercase/i],
    ];
    const base = await tinyModel(join(folder, "base"));
    for (const [file, change, message] of changes) {
      const target = broken(sentenceTransformers(join(folder, "s")), file, change);
      await assert.rejects(
        model(base).data(rows, task, { test: rows }).adapt(lora({ rank: 2 })).train({ epochs: 1 })
          .deploy(target).run(quiet),
        isMistake("output", "sentenceTransformers:", message),
      );
    }
  }));

Deno.test("a folder with another vector at the end of long texts passes no receipt", () =>
  inFolder(async (folder) => {
    // Without the closing token that transformers.js cuts off.
    const target = broken(onnx(join(folder, "o")), "tokenizer_config.json", (config) => {
      config.model_max_length = 12;
    });
    await assert.rejects(
      trained(folder, answersOnly(target)),
      isMistake("output", "transformers.js answers otherwise than the trained model"),
    );
  }));

Deno.test("a deployment that fails says the scores of the training", () =>
  inFolder(async (folder) => {
    const [file, change] = breaks["swapped labels"];
    await assert.rejects(
      model(await tinyModel(join(folder, "base"))).data(moods(48), { text: "text", label: "mood" })
        .adapt(head()).train({ epochs: 1 }).evaluate({ accuracy })
        .deploy(broken(merged(join(folder, "m")), file, change)).run(quiet),
      isMistake("output", /Scores on held-out rows:\n\s+accuracy\s+[\d.]+/),
    );
  }));

Deno.test("sides are those of tokenizer.json or of the class where the config names none", () => {
  const withHead = (name: string) =>
    ({
      processor: { input: "text" },
      trainable: { model: { family: {}, headRequest: { name } } },
    }) as TrainedModel;
  const sides = (tokenizerConfig: Json, tokenizer: Json = {}, head = "classification") =>
    checkSides({ folder: "", config: {}, tokenizerConfig, tokenizer }, {
      trained: withHead(head),
      table: tableFromRows([{ text: "" }]),
    });
  const left = { padding: { direction: "Left" } };
  assert.deepEqual(sides({ padding_side: "right" }, left), []);
  assert.match(String(sides({}, left)), /pads on the left/);
  assert.match(String(sides({ tokenizer_class: "LlamaTokenizer" })), /pads on the left/);
  assert.match(String(sides({}, { truncation: { direction: "Left" } })), /cuts texts on the left/);
  assert.deepEqual(sides({ padding_side: "left" }, {}, "language"), []);
  assert.match(String(sides({ padding_side: "right" }, {}, "language")), /pads on the right/);
});

/** What `answersOnly` finds of them by itself. */
const seen = [
  "swapped labels",
  "another kind of problem",
  "padding on the left",
  "a lost separator",
  "swapped tokens",
];

for (const [name, [file, change, message]] of Object.entries(breaks)) {
  Deno.test(`no receipt passes with ${name}`, () =>
    inFolder(async (folder) => {
      for (const target of [merged(join(folder, "m")), onnx(join(folder, "o"))]) {
        const own = broken(target, file, change);
        await assert.rejects(
          trained(folder, own),
          isMistake("output", target.name, message, `Nothing was written to ${target.folder}`),
        );
        assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["base"]);
      }
      if (!seen.includes(name)) return;
      await assert.rejects(
        trained(folder, answersOnly(broken(onnx(join(folder, "o")), file, change))),
        isMistake("output", "transformers.js answers otherwise than the trained model"),
      );
    }));
}
