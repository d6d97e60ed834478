/**
 * The readers of graphs that others wrote, with whole inputs.
 *
 * @module
 */
import { join } from "node:path";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { openGraphWeights } from "../../lib/models/graph/read_graph.ts";
import { readGraphConfig } from "../../lib/models/graph/read_graph_config.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { resolveModel } from "../../lib/weights/resolve_model.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { goldenPath } from "../models/golden.ts";
import { damageBytes, damageJson } from "./damage.ts";
import type { FuzzedReader } from "./readers.ts";

const golden = (name: string) => Deno.readFile(goldenPath(`graphs/${name}`));

/** Reads a graph as a model, all weights of it. */
async function readAsModel(reference: string): Promise<void> {
  const { config, weights, graph } = await resolveModel(reference);
  const head = { name: "classification", outputs: 2 } as const;
  const model = await loadModel({ reference, config, weights, graph, head, seed: 1 });
  for (const path of model.weights.keys()) model.weights.get(path);
}

/** All of them. Inputs that have to be made are made in `scratch`. */
export async function graphReaders(scratch: string): Promise<FuzzedReader[]> {
  const readers: FuzzedReader[] = [];
  for (const name of ["layouts", "resizes", "windows", "stored"]) {
    const file = `${name}.onnx`;
    const beside: Record<string, Uint8Array> = name === "stored"
      ? { "stored.onnx_data": await golden("stored.onnx_data") }
      : {};
    readers.push({
      name: `ONNX ${name}`,
      files: { [file]: await golden(file), ...beside },
      damages: Object.fromEntries(
        [file, ...Object.keys(beside)].map((each) => [each, damageBytes]),
      ),
      read: (folder) => readAsModel(`file:${join(folder, file)}`),
    });
  }
  const models = join(packageFolder("@vladmandic/human"), "models");
  return [...readers, {
    name: "tensorflow.js layers",
    files: {
      "model.json": await golden("layers/model.json"),
      "weights.bin": await golden("layers/weights.bin"),
    },
    damages: { "model.json": damageJson, "weights.bin": damageBytes },
    read: (folder) => readAsModel(`file:${join(folder, "model.json")}`),
  }, {
    name: "tensorflow.js graph",
    files: {
      "liveness.json": await Deno.readFile(join(models, "liveness.json")),
      "liveness.bin": await Deno.readFile(join(models, "liveness.bin")),
    },
    damages: { "liveness.json": damageJson, "liveness.bin": damageBytes },
    read: (folder) => readAsModel(`file:${join(folder, "liveness.json")}`),
  }, {
    name: "merged graph",
    files: await mergedGraph(scratch),
    damages: { "config.json": damageJson },
    read: (folder) => readAsModel(`file:${folder}`),
  }];
}

/** A folder such as `merged()` writes of a graph. */
async function mergedGraph(scratch: string): Promise<Record<string, Uint8Array>> {
  const path = goldenPath("graphs/windows.onnx");
  using weights = await openGraphWeights(path);
  const tensors = [];
  for (const [name, { shape }] of weights.tensors) {
    tensors.push({ name, dtype: "F32" as const, shape, data: await weights.readFloat32(name) });
  }
  const file = join(scratch, "graph.safetensors");
  await writeSafetensors(file, tensors);
  const config = JSON.stringify(await readGraphConfig(path));
  return {
    "config.json": new TextEncoder().encode(config),
    "model.safetensors": await Deno.readFile(file),
  };
}
