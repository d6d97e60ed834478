/**
 * One training step of a language model with a large vocabulary, in a process of its own.
 *
 * @module
 */
import { full } from "../lib/adapters/full.ts";
import { lora } from "../lib/adapters/lora.ts";
import { LazyMap } from "../lib/core/lazy_map.ts";
import { Random } from "../lib/core/random.ts";
import { openDevice, ops, tf } from "../lib/engine/mod.ts";
import { llama } from "../lib/models/llama.ts";
import type { Family } from "../lib/nn/family.ts";
import { weightsOf } from "../lib/nn/layer.ts";
import { attachTo, type Model } from "../lib/nn/model.ts";
import { overCountedTokens } from "../lib/tasks/shared/counted_tokens.ts";
import { nextTokenObjective } from "../lib/tasks/shared/next_token_objective.ts";
import { gradientProgram } from "../lib/train/gradient_program.ts";
import { gradientSource } from "../lib/train/occurring_words.ts";
import { groupSchedule } from "../lib/train/group_steps.ts";
import { createOptimizer } from "../lib/train/optimizer.ts";
import { initialState } from "../lib/train/train.ts";
import { trainSettings } from "../lib/train/train_options.ts";

const [mode, methodName = "lora", share = "1", tied = "tied", steps = "3", layers = "6"] = Deno.args;
const vocab = 49152, hidden = 384, batch = 8, length = 128;
const json = {
  model_type: "llama", hidden_size: hidden, num_hidden_layers: Number(layers), num_attention_heads: 6,
  num_key_value_heads: 6, intermediate_size: 1024, vocab_size: vocab, max_position_embeddings: 512,
  tie_word_embeddings: tied === "tied", rms_norm_eps: 1e-5,
};
const config = llama.readConfig(json);
const head = llama.heads.language.layers(config, 0);
const all = [...llama.layers(config), ...head];
const model: Model = {
  reference: "random", family: llama as unknown as Family, config, json, layers: all, head: [],
  headRequest: { name: "language", outputs: 0 },
  weights: new LazyMap(all.flatMap(weightsOf).map(({ path, shape, layer }) => [path, () => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (layer.kind === "norm") return data.fill(1);
    const random = Random.fromSeed(1, path);
    for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) * 0.03;
    return data;
  }])),
};
const adapter = attachTo(model, methodName === "lora" ? lora({ rank: 8 }) : full());
const random = Random.fromSeed(1, "ids");
const texts = Array.from({ length: batch }, () => ({
  ids: Int32Array.from({ length }, () => random.integer(vocab)),
  counts: Array.from({ length }, (_, at) => at >= length * (1 - Number(share)) ? 1 : 0),
}));
const whole = nextTokenObjective({ texts, vocabSize: vocab });
const objective = mode === "old"
  ? {
    ...whole,
    loss: (logits: any, { next_tokens, next_weights, normaliser }: any) => {
      const hot = tf.cast(tf.oneHot(tf.reshape(next_tokens, [-1]) as any, vocab), "float32");
      const losses = tf.neg(tf.sum(tf.mul(hot, tf.logSoftmax(logits)), 1));
      return tf.div(tf.sum(tf.mul(losses, tf.reshape(next_weights, [-1]))), normaliser);
    },
  }
  : mode === "whole" ? whole
  : overCountedTokens(whole, Number(mode), { targets: "next_tokens", weights: "next_weights" });
const device = await openDevice("cpu");
const settings = trainSettings({ learningRate: 1e-4, schedule: "constant", warmup: 0 });
const state = await initialState({ model, adapter }, device, settings);
const gradients = await device.compile(gradientProgram({ model, adapter, objective }, { tokens: batch * length }), {
  frozen: gradientSource({ model, adapter }), state,
});
const optimizer = await createOptimizer(device, state, settings);
const schedule = groupSchedule(state, settings, { stepsPerEpoch: 1, totalSteps: 1 });
const shape = [batch, length];
const rows = [...texts.keys()];
const feeds = {
  input_ids: { shape, data: Int32Array.from(texts.flatMap(({ ids }) => [...ids])) },
  attention_mask: { shape, data: new Int32Array(batch * length).fill(1) },
  noise: { shape: [ops.noiseSize], data: new Float32Array(ops.noiseSize) },
  ...objective.targetsOf(rows, objective.weightOf(rows)),
};
const memory = () => Object.fromEntries([...Deno.readTextFileSync("/proc/self/status").matchAll(/(VmHWM|VmRSS):\s+(\d+)/g)].map(([, k, v]) => [k, Math.round(Number(v) / 1024)]));
const before = memory();
const ms: number[] = [];
const cpu: number[] = [];
const cpuNow = () => { const f = Deno.readTextFileSync("/proc/self/stat").split(") ")[1].split(" "); return (Number(f[11]) + Number(f[12])) * 10; };
let loss = NaN;
for (let i = 0; i < Number(steps); i++) {
  const b = performance.now(), c = cpuNow();
  loss = Number((await gradients.run(feeds)).loss.data[0]);
  await optimizer.step(schedule(i));
  ms.push(Math.round(performance.now() - b)); cpu.push(Math.round(cpuNow() - c));
}
console.log(JSON.stringify({ mode, methodName, share, tied, before: before.VmRSS, preparedPeak: before.VmHWM, peak: memory().VmHWM, rss: memory().VmRSS, ms, cpu, loss }));
