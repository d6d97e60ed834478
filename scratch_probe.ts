import { bert } from "./lib/models/bert.ts";
import { lora } from "./lib/adapters/lora.ts";
import { textClassification } from "./lib/tasks/text_classification.ts";
import { gradientProgram, parameters, gradients } from "./lib/train/gradient_program.ts";
import { trainedSlots, decayed, undecayed } from "./lib/train/trained.ts";
import { adamw, gradientSquares, moments } from "./lib/train/adamw.ts";
import { onnxRuntime } from "./lib/engine/devices/onnx_runtime.ts";
import { weightsOf } from "./lib/nn/layer.ts";
import { Random } from "./lib/core/random.ts";
import { ops } from "./lib/engine/mod.ts";

const [L, H, heads, I, B, S] = (Deno.args[0] ?? "6,384,12,1536,16,64").split(",").map(Number);
const json = { hidden_size: H, num_hidden_layers: L, num_attention_heads: heads, vocab_size: 30522, max_position_embeddings: 512, intermediate_size: I, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
const config = bert.readConfig(json);
const layers = [...bert.layers(config), ...bert.classification.layers(config, 2)];
const r = Random.fromSeed(1);
const weights = new Map(layers.flatMap(weightsOf).map(({ path, shape, layer }) => {
  const n = shape.reduce((a, b) => a * b, 1);
  const data = new Float32Array(n);
  if (path.endsWith("weight")) for (let i = 0; i < n; i++) data[i] = layer.kind === "norm" ? 1 : (r.uniform() - .5) * 0.07;
  return [path, data];
}));
const model: any = { reference: "x", architecture: bert, config, json, layers, head: ["classifier"], weights };
const method = Deno.args[1] ?? "lora";
const adapter = method === "lora" ? lora({ rank: 8 }).attach({ modelType: "bert", config, layers, head: model.head, attentionTargets: ["query", "value"] }) : { parameters: [], trains: () => true };
const task = textClassification({ kind: "single", outputs: 2, targets: Float32Array.from({ length: 2 * B }, (_, i) => ((i >> 1) & 1) === (i & 1) ? 1 : 0) });
const device = onnxRuntime("cpu");
const t0 = performance.now();
const slots = trainedSlots(model, adapter);
const state = device.createState(slots, [parameters, gradients, ...moments]);
const init = new Map<string, Float32Array>();
for (const s of slots) init.set(s.name, weights.get(s.name) ?? adapter.parameters.find((p: any) => p.name === s.name)!.initial(r));
await state.write(parameters, init);
const step = await device.compile(gradientProgram({ model, adapter, task }), { frozen: (n) => weights.get(n)!, state });
const update = await device.compileUpdate(adamw({ beta1: .9, beta2: .999, epsilon: 1e-8 }), state);
const norm = await device.compileUpdate(gradientSquares(), state);
console.log("compiled", Math.round(performance.now() - t0), "ms");
const N = B * S;
const feeds = {
  input_ids: { shape: [B, S], data: Int32Array.from({ length: N }, () => r.integer(30522)) },
  attention_mask: { shape: [B, S], data: new Int32Array(N).fill(1) },
  token_type_ids: { shape: [B, S], data: new Int32Array(N) },
  noise: { shape: [ops.noiseSize], data: new Float32Array(ops.noiseSize) },
  ...task.targetsOf(Array.from({ length: B }, (_, i) => i), B),
};
const times: number[] = [], ut: number[] = [];
for (let i = 1; i <= 25; i++) {
  const a = performance.now();
  const { loss } = await step.run(feeds);
  const b = performance.now();
  const { squares } = await norm.run({});
  const clip = Math.min(1, 1 / (Math.sqrt(squares) + 1e-6));
  const sc = { learningRate: 1e-3, clip, correction1: 1 / (1 - .9 ** i), correction2: 1 / (1 - .999 ** i) };
  await update.run({ ...sc, weightDecay: .01 }, decayed);
  await update.run({ ...sc, weightDecay: 0 }, undecayed);
  times.push(b - a); ut.push(performance.now() - b);
  if (i % 8 === 1) console.log(i, loss.data[0], (b - a).toFixed(1), ut.at(-1)!.toFixed(2));
}
times.sort((a, b) => a - b); ut.sort((a, b) => a - b);
console.log("median step", times[12].toFixed(1), "update", ut[12].toFixed(2), "peak MB", Deno.readTextFileSync("/proc/self/status").match(/VmHWM:\s+(\d+)/)![1] as any / 1024);
