import { attachTo, type Model, modelWeights } from "../../../lib/nn/model.ts";
import { head } from "../../../lib/adapters/head.ts";
import { createNet } from "../../../lib/nn/create_net.ts";
import {
  type HostTensor,
  type InputSpec,
  openDevice,
  type Program,
} from "../../../lib/engine/mod.ts";
import { loadModel } from "../../../lib/models/load_model.ts";
import { resolveModel } from "../../../lib/weights/resolve_model.ts";
import { weightsOf } from "../../../lib/nn/layer.ts";

/** A graph with a head of two classes. */
export async function graphModel(reference: string, outputs = 2): Promise<Model> {
  const { config, weights, graph } = await resolveModel(reference);
  const model = await loadModel({ reference, config, weights, graph, outputs, seed: 1 });
  attachTo(model, head());
  return model;
}

/** What the graph gives where its head begins, for images [batch, channels, height, width]. */
export async function graphFeatures(
  model: Model,
  pixels: HostTensor,
  deviceName = "cpu",
): Promise<HostTensor> {
  const body = model.family.layers(model.config).flatMap(weightsOf);
  const weights = modelWeights(model).filter(({ path }) => body.some((each) => each.path === path));
  const program: Program = {
    name: "features",
    inputs: {
      ...model.family.inputs!(model.config),
      ...Object.fromEntries(weights.map(({ path, shape }): [string, InputSpec] => [
        path,
        { role: "frozen", type: "float32", shape },
      ])),
    },
    compute({ pixel_values, ...tensors }) {
      const net = createNet({ tensor: (path) => tensors[path] });
      const found = model.family.features!(net, model.config, { pixel_values });
      return { features: found.maps?.[0] ?? found.tokens ?? found.pooled! };
    },
  };
  const device = await openDevice(deviceName);
  const compiled = await device.compile(program, { frozen: (name) => model.weights.get(name)! });
  const { features } = await compiled.run({ pixel_values: pixels });
  const copy = { shape: features.shape, data: features.data.slice() };
  await compiled.dispose();
  return copy;
}

/** Numbers like those of normalised images, the same each time. */
export function somePixels(shape: readonly number[], scale = 1): HostTensor {
  const count = shape.reduce((all, size) => all * size, 1);
  const data = Float32Array.from(
    { length: count },
    (_, i) => scale * (Math.sin(i * 0.37) + Math.cos(i * 0.011)) / 2,
  );
  return { shape, data };
}

/** [batch, channels, height, width] → [batch, height, width, channels], or back. */
export function turnedLast({ shape, data }: HostTensor): HostTensor {
  const [n, c, h, w] = shape;
  const turned = new Float32Array(data.length);
  for (let b = 0; b < n; b++) {
    for (let k = 0; k < c; k++) {
      for (let i = 0; i < h * w; i++) {
        turned[(b * h * w + i) * c + k] = data[(b * c + k) * h * w + i];
      }
    }
  }
  return { shape: [n, h, w, c], data: turned };
}
