import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { Random } from "../../lib/core/random.ts";
import { onnxRuntime } from "../../lib/engine/devices/onnx_runtime.ts";
import type { Graph, GraphNode } from "../../lib/engine/graph.ts";
import { sizeOf, type Value } from "../../lib/engine/value.ts";
import { openDevice, tf } from "../../lib/engine/mod.ts";
import { trace } from "../../lib/engine/trace.ts";
import type { AttachedMethod } from "../../lib/nn/method.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { gradientProgram } from "../../lib/train/gradient_program.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { parameter, penalised, prefix, prompt, scaling } from "../adapters/toy_adapters.ts";
import { gradientRun } from "./run_trainable_model.ts";
import { lengthFields, toyModel, toyRows, toyTargets } from "./toy.ts";

const count = 5;
/** Of a gradient; most are the same to the bit. */
const tolerance = 1e-6;

function classifying(model: Model, adapter: AttachedMethod): TrainableModel {
  const rows = toyRows(count);
  const objective = classificationObjective({
    kind: "single",
    outputs: 3,
    targets: toyTargets(rows),
  });
  return { model, adapter, objective };
}

const batchFor = ({ family: { usesTypes } }: Pick<Model, "family">) =>
  toyRows(count, { types: usesTypes }).feedsOf([...Array(count).keys()]);
const batch = toyRows(count).feedsOf([...Array(count).keys()]);

/** One vector scales the outputs of every linear of every layer. */
function shared({ config }: Model): AttachedMethod {
  return {
    parameters: [parameter("shared", [config.hiddenSize])],
    trains: (path) => path.endsWith("LayerNorm.bias"),
    output: (_path, _x, y, context) =>
      y.shape[1] === config.hiddenSize ? tf.mul(y, tf.add(context.parameter("shared"), 1)) : y,
  };
}

const methods: Record<string, (model: Model) => AttachedMethod> = {
  "full fine-tuning": (model) => attachTo(model, full()),
  "LoRA with dropout": (model) => attachTo(model, lora({ rank: 2, dropout: 0.3 })),
  "LoRA of the top layer": (model) => attachTo(model, lora({ targets: ".*layer\\.1.*query" })),
  "dropout in a method's hook": scaling,
  "virtual tokens": prompt,
  "a prefix": prefix,
  "a penalty": penalised,
  "a parameter of all layers": shared,
};

const cases: [name: string, attach: (model: Model) => AttachedMethod, modelType: string][] = [
  ...Object.entries(methods).map(([name, attach]) => [name, attach, "bert"] as const),
  ...["gpt2", "llama"].flatMap((modelType) =>
    ["full fine-tuning", "virtual tokens", "a prefix"]
      .map((name) => [name, methods[name], modelType] as const)
  ),
].map((each) => [...each]);

const byLength = Object.entries(lengthFields).map(([name, options]) =>
  [`full fine-tuning, ${name} positions`, methods["full fine-tuning"], "llama", options] as const
);

for (const [name, attach, modelType, options] of [...cases, ...byLength]) {
  for (const device of ["cpu", "tfjs:cpu"]) {
    Deno.test(`recomputed layers of ${modelType} give the same loss and gradients: ${name}, ${device}`, async () => {
      const model = toyModel({ modelType, layers: 2, dropout: 0.2, ...options });
      const trainable = classifying(model, attach(model));
      const batch = batchFor(model);
      const random = Random.fromSeed(1, "start");
      const values = new Map(
        [...initialParameters(trainable, 1)].map(([path, numbers]) => [
          path,
          numbers.map((each) => each + 0.1 * random.normal()),
        ]),
      );
      const compute = async (gradientCheckpointing: boolean) => {
        const opened = await openDevice(device);
        const run = await gradientRun(trainable, opened, batch, { gradientCheckpointing });
        const results = [await run.lossAt(values), await run.gradientsAt(values)] as const;
        await run.dispose();
        return results;
      };
      const [loss, gradients] = await compute(false);
      const [again, recomputed] = await compute(true);
      assert.ok(Math.abs(again - loss) <= tolerance, `${again} instead of ${loss}`);
      assert.deepEqual([...recomputed.keys()], [...gradients.keys()]);
      for (const [path, numbers] of gradients) {
        assert.ok(numbers.some((each) => each !== 0), `${path} has no gradient`);
        recomputed.get(path)!.forEach((each, i) => {
          const off = Math.abs(each - numbers[i]);
          assert.ok(off <= tolerance, `${path}[${i}] is ${each} instead of ${numbers[i]}`);
        });
      }
    });
  }
}

/** What is made before the loss and read after it: sizes of the tensors that have open dimensions. */
function keptSizes(layers: number, gradientCheckpointing: boolean): number[] {
  const model = toyModel({ layers, dropout: 0.2 });
  const trainable = classifying(model, attachTo(model, lora({ rank: 2, dropout: 0.3 })));
  const program = gradientProgram(trainable, { gradientCheckpointing });
  const graph = trace(program, (path) => model.weights.get(path)!);
  const forward = nodesBefore(graph, graph.outputs.find(({ name }) => name === "loss")!.value);
  const made = new Set([...forward].flatMap(({ outputs }) => outputs));
  const kept = new Set<Value>();
  for (const node of graph.nodes) {
    if (forward.has(node)) continue;
    for (const value of node.inputs) if (value && made.has(value)) kept.add(value);
  }
  return [...kept].filter(({ type, shape }) =>
    type === "float32" && shape.some((dim) => graph.openDims.isOpen(dim))
  ).map(({ shape }) => sizeOf(shape));
}

function nodesBefore({ nodes }: Graph, value: Value): Set<GraphNode> {
  const wanted = new Set<Value>([value]);
  const found = new Set<GraphNode>();
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    found.add(node);
    for (const input of node.inputs) if (input) wanted.add(input);
  }
  return found;
}

Deno.test("a further layer keeps one tensor, its input, where layers are recomputed", () => {
  const [two, three] = [2, 3].map((layers) => keptSizes(layers, true));
  assert.equal(three.length, two.length + 1);
  assert.equal(new Set(three).size, new Set(two).size, "the tensor has a new size");
  const [plainTwo, plainThree] = [2, 3].map((layers) => keptSizes(layers, false));
  assert.ok(plainThree.length > plainTwo.length + 10, "the ordinary step keeps little");
});

Deno.test("the runtime computes recomputed layers twice, the second time from the last one", async () => {
  const layers = 3;
  const model = toyModel({ layers });
  const trainable = classifying(model, attachTo(model, full()));
  const folder = await Deno.makeTempDir();
  try {
    const device = onnxRuntime("cpu", undefined, { profile: `${folder}/step` });
    const run = await gradientRun(trainable, device, batch, { gradientCheckpointing: true });
    await run.lossAt(initialParameters(trainable, 1));
    await run.dispose();
    const [{ name }] = [...Deno.readDirSync(folder)];
    const events = JSON.parse(await Deno.readTextFile(`${folder}/${name}`)) as {
      name: string;
      ts: number;
      args?: { op_name?: string };
    }[];
    const ran = events.filter((event) => event.args?.op_name && event.name.endsWith("kernel_time"))
      .sort((a, b) => a.ts - b.ts).map(({ args }) => args!.op_name!);
    const erfs = ran.flatMap((op, at) => op === "Erf" ? [at] : []);
    assert.equal(erfs.length, 2 * layers);
    // The gradients of a layer's weights come before the next layer, not after all layers: its six
    // linears, each with a gradient of its input and of its weight.
    const products = erfs.slice(layers).map((from, i) =>
      ran.slice(from, erfs[layers + i + 1]).filter((op) => op === "Gemm").length
    );
    products.forEach((count) => assert.ok(count >= 16, `${count} products before the next layer`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
