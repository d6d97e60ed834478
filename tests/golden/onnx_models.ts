/**
 * The ONNX models that the ONNX checker has seen: the same bytes on every machine.
 *
 * @module
 */
import { type OnnxModel, writeOnnx } from "../../lib/engine/onnx_writer.ts";
import type { Program } from "../../lib/engine/mod.ts";
import { trace } from "../../lib/engine/trace.ts";
import { adamwUpdate } from "../../lib/train/optimizers/adamw.ts";
import { frozenOf, tinyPrograms, tinyTrainee } from "../engine/devices/tiny_bert.ts";

/** A model by its folder, with the name of its external data. */
export interface GoldenModel extends OnnxModel {
  readonly name: string;
  readonly externalFile: string;
}

const externalFile = "weights.bin";

/** All of them. */
export function onnxModels(): GoldenModel[] {
  const trainable = tinyTrainee();
  const { weights } = trainable.model;
  const { gradient, forward } = tinyPrograms(trainable);
  // A file for others has no state: the trained tensors are constants too.
  const fixed: Program = {
    ...forward,
    inputs: Object.fromEntries(
      Object.entries(forward.inputs).map(([name, spec]) => [
        name,
        spec.role === "state" ? { ...spec, role: "frozen" } : spec,
      ]),
    ),
  };
  const numbers = (name: string) =>
    weights.get(name.slice(name.indexOf("/") + 1)) ?? sequence(fixed, name);
  const exported = trace(fixed, numbers, { contrib: false, exportTypes: true });
  const step = trace(gradient, frozenOf(trainable));
  const model = (name: string, written: OnnxModel) => ({ name, externalFile, ...written });
  return [
    model("forward", writeOnnx(exported)),
    model("forward-external", writeOnnx(exported, { externalFile, minExternalBytes: 512 })),
    model("gradients", writeOnnx(step)),
    model("adamw", writeOnnx(updateGraph())),
  ];
}

/** Numbers for the tensors that LoRA adds. */
function sequence({ inputs }: Program, name: string): Float32Array {
  const size = (inputs[name].shape as number[]).reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: size }, (_, i) => Math.fround((i % 7 - 3) / 16));
}

function updateGraph() {
  const { vectors, scalars, compute, name } = adamwUpdate({
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  });
  const inputs: Record<string, Program["inputs"][string]> = {};
  for (const each of vectors) {
    inputs[each] = { role: "state", type: "float32", shape: ["elements"] };
  }
  for (const each of scalars) inputs[each] = { role: "feed", type: "float32", shape: [] };
  const program: Program = { name, inputs, compute: (all) => compute(all, all) };
  const graph = trace(program, () => new Float32Array());
  for (const output of graph.outputs) output.name = `next ${output.name}`;
  return graph;
}

/** sha256 of a model with its external data, in hexadecimal. */
export async function digest({ bytes, external }: OnnxModel): Promise<string> {
  const whole = await new Blob([bytes, ...external] as Uint8Array<ArrayBuffer>[]).arrayBuffer();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole)).toHex();
}
