/**
 * Operators of TensorFlow that ONNX has, too.
 *
 * @module
 */

/** Operators of one operand that are the same in both. */
export const sameNames = new Set([
  "Relu",
  "Relu6",
  "Sigmoid",
  "Tanh",
  "Elu",
  "Selu",
  "Softplus",
  "Softsign",
  "Exp",
  "Log",
  "Sqrt",
  "Rsqrt",
  "Reciprocal",
  "Square",
  "Neg",
  "Abs",
  "Sign",
  "Floor",
  "Ceil",
  "Round",
  "Erf",
  "Sin",
  "Cos",
]);

/** Operators of two operands → the same in ONNX. */
export const pairNames: Readonly<Record<string, string>> = {
  Add: "Add",
  AddV2: "Add",
  Sub: "Sub",
  Mul: "Mul",
  Div: "Div",
  RealDiv: "Div",
  FloorDiv: "FloorDiv",
  FloorMod: "Mod",
  Maximum: "Max",
  Minimum: "Min",
  Pow: "Pow",
  SquaredDifference: "SquaredDifference",
  Equal: "Equal",
  Greater: "Greater",
  GreaterEqual: "GreaterOrEqual",
  Less: "Less",
  LessEqual: "LessOrEqual",
  LogicalAnd: "And",
};
