/**
 * Layers models of tensorflow.js, which hold Keras' layers, as TensorFlow's nodes: `Sequential` and `Functional`
 * models of convolutions, dense layers, normalisation, activations and pools.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../../core/errors.ts";
import { isRecord } from "../../../core/objects.ts";
import type { GraphConstant } from "../../../engine/mod.ts";
import { constantOf } from "../constants.ts";
import { type TfNode, tfNode } from "./tf_node.ts";

/** Nodes, and the numbers that they need beside the model's weights. */
export interface KerasNodes {
  readonly nodes: readonly TfNode[];
  readonly constants: ReadonlyMap<string, GraphConstant>;
  readonly outputs: readonly string[];
}

type Settings = Readonly<Record<string, unknown>>;

/** A layer that is being written. */
interface Call {
  readonly name: string;
  readonly settings: Settings;
  readonly inputs: readonly string[];
  /** Whether the model holds a weight of the layer. */
  has(weight: string): boolean;
  /** Writes a node and gives its tensor; the last one has the layer's name. */
  emit(op: string, inputs: readonly string[], attr?: Settings, name?: string): string;
  /** Numbers under a name of their own. */
  numbers(what: string, numbers: readonly number[]): string;
}

const text = (value: string) => ({ s: btoa(value) });
const list = (numbers: readonly unknown[]) => ({ list: { i: numbers.map(String) } });
const pair = (value: unknown): [number, number] => {
  const [a, b] = [value ?? 1].flat().map(Number);
  return [a, b ?? a];
};

/** Keras' activations as TensorFlow's operators. */
const activations: Readonly<Record<string, string>> = {
  relu: "Relu",
  relu6: "Relu6",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  elu: "Elu",
  selu: "Selu",
  softmax: "Softmax",
  softplus: "Softplus",
  softsign: "Softsign",
  exponential: "Exp",
};

/** The layer's activation behind its product, or the product under the layer's name. */
function active(call: Call, x: string, name: unknown): void {
  const activation = String(name ?? "linear");
  if (activation === "swish" || activation === "silu") {
    const gate = call.emit("Sigmoid", [x], {}, `${call.name}__gate`);
    call.emit("Mul", [x, gate]);
  } else {call.emit(activation === "linear" ? "Identity" : activations[activation] ?? activation, [
      x,
    ]);}
}

function window(settings: Settings, kernel?: unknown): Settings {
  const [down, across] = pair(settings.strides ?? kernel);
  const [rows, columns] = pair(settings.dilation_rate);
  return {
    strides: list([1, down, across, 1]),
    dilations: list([1, rows, columns, 1]),
    padding: text(String(settings.padding ?? "valid").toUpperCase()),
    ...(kernel === undefined ? {} : { ksize: list([1, ...pair(kernel), 1]) }),
  };
}

function biased(call: Call, product: string): string {
  const bias = `${call.name}/bias`;
  return call.has("bias")
    ? call.emit("BiasAdd", [product, bias], {}, `${call.name}__biased`)
    : product;
}

function convolution(call: Call, op: string, weight: string): void {
  const { name, settings, inputs: [x] } = call;
  const product = call.emit(op, [x, `${name}/${weight}`], window(settings), `${name}__product`);
  active(call, biased(call, product), settings.activation);
}

/** By Keras' class. */
const layers: Readonly<Record<string, (call: Call) => void>> = {
  Conv2D: (call) => convolution(call, "Conv2D", "kernel"),
  DepthwiseConv2D: (call) => convolution(call, "DepthwiseConv2dNative", "depthwise_kernel"),
  SeparableConv2D(call) {
    const { name, settings, inputs: [x] } = call;
    const depth = `${name}__depthwise`;
    const each = call.emit(
      "DepthwiseConv2dNative",
      [x, `${name}/depthwise_kernel`],
      window(settings),
      depth,
    );
    const point = `${name}/pointwise_kernel`;
    const product = call.emit(
      "Conv2D",
      [each, point],
      window({ padding: "valid" }),
      `${name}__product`,
    );
    active(call, biased(call, product), settings.activation);
  },
  Dense(call) {
    const { name, settings, inputs: [x] } = call;
    const product = call.emit("MatMul", [x, `${name}/kernel`], {}, `${name}__product`);
    active(call, biased(call, product), settings.activation);
  },
  BatchNormalization(call) {
    const { name, settings, inputs: [x] } = call;
    const roles = ["gamma", "beta", "moving_mean", "moving_variance"].map((role) =>
      `${name}/${role}`
    );
    call.emit("FusedBatchNormV3", [x, ...roles], { epsilon: { f: settings.epsilon ?? 1e-3 } });
  },
  Activation: (call) => active(call, call.inputs[0], call.settings.activation),
  Softmax: (call) => active(call, call.inputs[0], "softmax"),
  ReLU({ settings, inputs: [x], emit }) {
    const { max_value: most, negative_slope: slope, threshold } = settings;
    if (!slope && !threshold && (most === null || most === undefined || most === 6)) {
      emit(most === 6 ? "Relu6" : "Relu", [x]);
    } else emit("ReLU with a slope, a threshold or another largest value", [x]);
  },
  LeakyReLU({ settings, inputs: [x], emit }) {
    emit("LeakyRelu", [x], { alpha: { f: settings.alpha ?? settings.negative_slope ?? 0.3 } });
  },
  PReLU: ({ name, inputs: [x], emit }) => void emit("Prelu", [x, `${name}/alpha`]),
  MaxPooling2D: ({ settings, inputs: [x], emit }) =>
    void emit("MaxPool", [x], window(settings, settings.pool_size ?? 2)),
  AveragePooling2D: ({ settings, inputs: [x], emit }) =>
    void emit("AvgPool", [x], window(settings, settings.pool_size ?? 2)),
  GlobalAveragePooling2D: (call) => pooled(call, "Mean"),
  GlobalMaxPooling2D: (call) => pooled(call, "Max"),
  Flatten: ({ inputs: [x], numbers, emit }) => void emit("Reshape", [x, numbers("shape", [0, -1])]),
  Reshape({ settings, inputs: [x], numbers, emit }) {
    emit("Reshape", [x, numbers("shape", [0, ...(settings.target_shape as number[])])]);
  },
  Add: ({ inputs, emit }) => void emit("AddN", inputs),
  Multiply({ name, inputs, emit }) {
    inputs.slice(1).reduce(
      (product, x, i) =>
        emit("Mul", [product, x], {}, i === inputs.length - 2 ? name : `${name}__${i}`),
      inputs[0],
    );
  },
  Concatenate: ({ settings, inputs, numbers, emit }) =>
    void emit("ConcatV2", [...inputs, numbers("axis", [Number(settings.axis ?? -1)])]),
  ZeroPadding2D({ settings, inputs: [x], numbers, emit }) {
    const [down, across] = (settings.padding as unknown[]).map(pair);
    emit("Pad", [x, numbers("pads", [0, 0, ...down, ...across, 0, 0])]);
  },
  UpSampling2D({ settings, inputs: [x], emit }) {
    emit("UpSampling2D", [x], {
      size: list(pair(settings.size ?? 2)),
      interpolation: text(String(settings.interpolation ?? "nearest")),
    });
  },
  Rescaling({ name, settings, inputs: [x], numbers, emit }) {
    const scale = numbers("scale", [Number(settings.scale ?? 1)]);
    const scaled = emit("Mul", [x, scale], {}, `${name}__scaled`);
    emit("Add", [scaled, numbers("offset", [Number(settings.offset ?? 0)])]);
  },
  ...Object.fromEntries(
    ["Dropout", "SpatialDropout2D", "GaussianNoise", "ActivityRegularization"].map((name) => [
      name,
      ({ inputs: [x], emit }: Call) => void emit("Identity", [x]),
    ]),
  ),
};

function pooled({ settings, inputs: [x], numbers, emit }: Call, op: string): void {
  emit(op, [x, numbers("axes", [1, 2])], { keep_dims: { b: settings.keepdims === true } });
}

/** Reads `modelTopology` of a layers model. Layers that are not known become nodes of their class's name. */
export function kerasNodes(
  path: string,
  topology: Settings,
  weights: ReadonlyMap<string, unknown>,
): KerasNodes {
  const model = isRecord(topology.model_config) ? topology.model_config : topology;
  const config = model.config;
  const given = Array.isArray(config) ? config : isRecord(config) ? config.layers : undefined;
  if (!Array.isArray(given) || !given.every(isRecord)) {
    throw new TunebookError(
      "weights",
      `${path} is no layers model of tensorflow.js: it has no layers`,
    );
  }
  const nodes: TfNode[] = [];
  const constants = new Map<string, GraphConstant>();
  const add = (name: string, op: string, input: readonly string[], attr: Settings = {}) => {
    nodes.push(tfNode(path, { name, op, input, attr }));
    return name;
  };
  let before = "";
  const wrong: string[] = [];
  for (const { class_name, config: settings, name: own, inbound_nodes: inbound } of given) {
    const told: Settings = isRecord(settings) ? settings : {};
    const name = String(told.name ?? own);
    const shape = told.batch_input_shape ?? told.batch_shape;
    if (Array.isArray(shape) && before === "") {
      const dim = shape.map((size) => ({ size: String(size ?? -1) }));
      before = add(class_name === "InputLayer" ? name : `${name}__image`, "Placeholder", [], {
        shape: { shape: { dim } },
      });
    }
    if (class_name === "InputLayer") continue;
    const inputs = Array.isArray(inbound) ? sourcesOf(inbound) : [before];
    if (!inputs) {
      wrong.push(`${name} is used several times, or in a way that is not read`);
      continue;
    }
    const call: Call = {
      name,
      settings: told,
      inputs,
      has: (weight) => weights.has(`${name}/${weight}`),
      emit: (op, inputs, attr = {}, as = name) => add(as, op, inputs, attr),
      numbers(what, numbers) {
        const key = `${name}/${what}`;
        const isWhole = numbers.every(Number.isInteger) && what !== "scale" && what !== "offset";
        constants.set(key, constantOf([numbers.length], numbers, isWhole ? "int" : "float"));
        return key;
      },
    };
    const kind = String(class_name);
    if (Object.hasOwn(layers, kind)) written(path, call, layers[kind]);
    else call.emit(`Keras' ${kind}`, inputs);
    before = name;
  }
  if (wrong.length > 0) {
    throw mistakes("unsupported", `${path} cannot be read:`, wrong, wrong.length);
  }
  return { nodes, constants, outputs: outputsOf(config, before) };
}

/** Writes a layer; settings that a damaged file lacks are an error that names it. */
function written(path: string, call: Call, write: (call: Call) => void): void {
  try {
    write(call);
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    throw new TunebookError(
      "weights",
      `${path}: the settings of the layer ${call.name} make no sense; is the file damaged?`,
      { cause: error },
    );
  }
}

/** The layers that a layer reads; undefined for one that is used more than once. */
function sourcesOf(inbound: readonly unknown[]): string[] | undefined {
  const [first, ...others] = inbound;
  if (others.length > 0 || !Array.isArray(first)) return undefined;
  const names = first.map((each) => Array.isArray(each) && each[1] === 0 ? each[0] : undefined);
  return names.every((name) => typeof name === "string") ? names : undefined;
}

function outputsOf(config: unknown, last: string): string[] {
  const { output_layers: named } = isRecord(config) ? config : {};
  if (!Array.isArray(named)) return [last];
  return (Array.isArray(named[0]) ? named : [named]).map((each) => String(each[0]));
}
