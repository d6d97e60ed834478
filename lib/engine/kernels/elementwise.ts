/**
 * Kernels that work on each element: arithmetic, comparison, logic and functions of one number.
 *
 * @module
 */
import type { ElementType, Value } from "../value.ts";
import { broadcastShape, type GraphBuilder } from "../graph_builder.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";

type Pair = (build: GraphBuilder, a: Value, b: Value, shape: number[]) => Value;
type Single = (build: GraphBuilder, x: Value, call: KernelCall) => Value;

/** Calculating with truth values means calculating with 0 and 1. */
function numeric(build: GraphBuilder, value: Value): Value {
  return value.type === "bool" ? build.cast(value, "int32") : value;
}

function arithmetic(pair: Pair): Kernel {
  return ({ build, inputs }) => {
    const [a, b] = [numeric(build, inputs.a), numeric(build, inputs.b)];
    return pair(build, a, b, broadcastShape(a.shape, b.shape));
  };
}

const binary = (op: string) =>
  arithmetic((build, a, b, shape) => build.emitOne(op, [a, b], { type: a.type, shape }));

function comparison(op: string): Kernel {
  return ({ build, inputs: { a, b } }) => {
    const shape = broadcastShape(a.shape, b.shape);
    return build.emitOne(op, [numeric(build, a), numeric(build, b)], { type: "bool", shape });
  };
}

function logical(op: string): Kernel {
  return ({ build, inputs: { a, b } }) =>
    build.emitOne(op, [build.cast(a, "bool"), build.cast(b, "bool")], {
      type: "bool",
      shape: broadcastShape(a.shape, b.shape),
    });
}

function unary(single: Single): Kernel {
  return (call) => single(call.build, numeric(call.build, call.inputs.x), call);
}

const same = (op: string) =>
  unary((build, x) => build.emitOne(op, [x], { type: x.type, shape: x.shape }));

/** Functions whose result is a real number, whatever goes in. */
const real = (op: string) =>
  unary((build, x) => {
    const input = build.cast(x, "float32");
    return build.emitOne(op, [input], { type: "float32", shape: x.shape });
  });

function number(build: GraphBuilder, value: number, type: ElementType): Value {
  return build.fill([], value, type);
}

/** Remainder with the dividend's sign, as integers divide. */
const truncatedMod: Pair = (build, a, b, shape) => {
  const spec = { type: a.type, shape };
  const product = build.emitOne("Mul", [build.emitOne("Div", [a, b], spec), b], spec);
  return build.emitOne("Sub", [a, product], spec);
};

/** Remainder with the divisor's sign. */
const floorMod: Pair = (build, a, b, shape) => {
  const type = a.type;
  if (type === "int32") {
    if (!build.options.webgpu) return build.emitOne("Mod", [a, b], { type, shape });
    // The remainder towards zero lies between −b and b; moved by b it has the divisor's sign.
    const rest = truncatedMod(build, a, b, shape);
    return truncatedMod(build, build.emitOne("Add", [rest, b], { type, shape }), b, shape);
  }
  const quotient = build.emitOne("Div", [a, b], { type, shape });
  const whole = build.emitOne("Floor", [quotient], { type, shape });
  const product = build.emitOne("Mul", [whole, b], { type, shape });
  return build.emitOne("Sub", [a, product], { type, shape });
};

const kernels: Record<string, Kernel> = {
  Add: binary("Add"),
  Sub: binary("Sub"),
  Multiply: binary("Mul"),
  RealDiv: arithmetic((build, a, b, shape) =>
    build.emitOne("Div", [build.cast(a, "float32"), build.cast(b, "float32")], {
      type: "float32",
      shape,
    })
  ),
  FloorDiv: arithmetic((build, a, b, shape) => {
    const type = a.type;
    if (type === "int32") {
      const rest = floorMod(build, a, b, shape);
      const multiple = build.emitOne("Sub", [a, rest], { type, shape });
      return build.emitOne("Div", [multiple, b], { type, shape });
    }
    const quotient = build.emitOne("Div", [a, b], { type, shape });
    return build.cast(build.emitOne("Floor", [quotient], { type, shape }), "int32");
  }),
  Mod: arithmetic(floorMod),
  Maximum: binary("Max"),
  Minimum: binary("Min"),
  Pow: binary("Pow"),
  SquaredDifference: arithmetic((build, a, b, shape) => {
    const difference = build.emitOne("Sub", [a, b], { type: a.type, shape });
    return build.emitOne("Mul", [difference, difference], { type: a.type, shape });
  }),
  Equal: comparison("Equal"),
  NotEqual: (call) => {
    const equal = kernels.Equal(call) as Value;
    return call.build.emitOne("Not", [equal], { type: "bool", shape: equal.shape });
  },
  Greater: comparison("Greater"),
  GreaterEqual: comparison("GreaterOrEqual"),
  Less: comparison("Less"),
  LessEqual: comparison("LessOrEqual"),
  LogicalAnd: logical("And"),
  LogicalOr: logical("Or"),
  LogicalNot: ({ build, inputs: { x } }) =>
    build.emitOne("Not", [build.cast(x, "bool")], { type: "bool", shape: x.shape }),
  IsNan: ({ build, inputs: { x } }) =>
    build.emitOne("IsNaN", [build.cast(x, "float32")], { type: "bool", shape: x.shape }),
  Abs: same("Abs"),
  Neg: same("Neg"),
  Sign: same("Sign"),
  Relu: same("Relu"),
  Exp: real("Exp"),
  Log: real("Log"),
  Sqrt: real("Sqrt"),
  Sigmoid: real("Sigmoid"),
  Tanh: real("Tanh"),
  Erf: real("Erf"),
  Softplus: real("Softplus"),
  Sin: real("Sin"),
  Cos: real("Cos"),
  Reciprocal: real("Reciprocal"),
  Floor: same("Floor"),
  Ceil: same("Ceil"),
  Round: unary((build, x) =>
    x.type === "int32" ? x : build.emitOne("Round", [x], { type: x.type, shape: x.shape })
  ),
  Log1p: unary((build, x) => {
    const spec = { type: "float32" as const, shape: x.shape };
    const plusOne = build.emitOne("Add", [build.cast(x, "float32"), build.float(1)], spec);
    return build.emitOne("Log", [plusOne], spec);
  }),
  Expm1: unary((build, x) => {
    const spec = { type: "float32" as const, shape: x.shape };
    const power = build.emitOne("Exp", [build.cast(x, "float32")], spec);
    return build.emitOne("Sub", [power, build.float(1)], spec);
  }),
  Rsqrt: unary((build, x) => {
    const spec = { type: "float32" as const, shape: x.shape };
    const root = build.emitOne("Sqrt", [build.cast(x, "float32")], spec);
    return build.emitOne("Reciprocal", [root], spec);
  }),
  Square: unary((build, x) => build.emitOne("Mul", [x, x], { type: x.type, shape: x.shape })),
  Elu: same("Elu"),
  Selu: same("Selu"),
  LeakyRelu: unary((build, x, { attrs }) =>
    build.emitOne("LeakyRelu", [x], { type: x.type, shape: x.shape }, {
      alpha: { float: attrs.alpha as number },
    })
  ),
  Relu6: unary((build, x) => clip(build, x, 0, 6)),
  ClipByValue: unary((build, x, { attrs }) =>
    clip(build, x, attrs.clipValueMin as number, attrs.clipValueMax as number)
  ),
  /** 1 above zero, `alpha` up to it, and NaN where the input is. */
  Step: unary((build, x, { attrs }) => {
    const spec = { type: "float32", shape: x.shape } as const;
    const truth = { type: "bool", shape: x.shape } as const;
    const input = build.cast(x, "float32");
    const positive = build.emitOne("Greater", [input, build.float(0)], truth);
    const alpha = build.float(attrs.alpha as number);
    const stepped = build.emitOne("Where", [positive, build.float(1), alpha], spec);
    return build.emitOne("Where", [build.emitOne("IsNaN", [input], truth), input, stepped], spec);
  }),
  Identity: ({ inputs }) => inputs.x,
  Cast: ({ build, inputs: { x }, attrs }) => build.cast(x, attrs.dtype as ElementType),
  Select: ({ build, inputs: { condition, t, e } }) => {
    // A condition of rank 1 chooses whole rows in tensorflow.js.
    const missing = Math.max(0, t.shape.length - condition.shape.length);
    const shape = condition.shape.length === 0
      ? condition.shape
      : [...condition.shape, ...Array(missing).fill(1)];
    const chosen = build.reshape(build.cast(condition, "bool"), shape);
    // The runtime has no Where of truth values.
    const [yes, no] = [numeric(build, t), numeric(build, e)];
    const made = build.emitOne("Where", [chosen, yes, no], {
      type: yes.type,
      shape: broadcastShape(broadcastShape(chosen.shape, t.shape), e.shape),
    });
    return build.cast(made, t.type);
  },
};

function clip(build: GraphBuilder, x: Value, low: number, high: number): Value {
  const bounds = [number(build, low, x.type), number(build, high, x.type)];
  return build.emitOne("Clip", [x, ...bounds], { type: x.type, shape: x.shape });
}

/** Kernels that work on each element. */
export const elementwise: Readonly<Record<string, Kernel>> = kernels;
