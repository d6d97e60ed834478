/**
 * Parts of `@huggingface/jinja` that it does not export: the nodes of a parsed template, and what
 * evaluates them.
 *
 * @module
 */
import type { Environment } from "@huggingface/jinja";

/** A value while a template is rendered. */
export type TemplateRuntimeValue = ReturnType<Environment["set"]>;
/** Any node. */
export interface Node {
  readonly type: string;
}
/** `object.property` */
export interface Member extends Node {
  readonly object: Node;
  readonly property: Node & { readonly value: string };
  readonly computed: boolean;
}
/** `callee(…)` */
export interface Call extends Node {
  readonly callee: Node;
  readonly args: readonly Node[];
}
/** `operand | filter` */
export interface Filter extends Node {
  readonly operand: Node;
  readonly filter: Node & { readonly value: string };
}
/** `left operator right` */
export interface Binary extends Node {
  readonly left: Node;
  readonly right: Node;
  readonly operator: { readonly value: string };
}
/** `{% for … %}` */
export interface Loop extends Node {
  readonly loopvar: Node & { readonly value: string | readonly { readonly value: string }[] };
  readonly iterable: Node & { readonly lhs?: Node; readonly test?: Node };
  readonly body: readonly Node[];
  readonly defaultBlock: readonly Node[];
}
/** The methods of the library's interpreter that are mended. */
export interface Evaluates {
  evaluate(node: Node | undefined, environment: Environment): TemplateRuntimeValue;
  evaluateBlock(nodes: readonly Node[], environment: Environment): TemplateRuntimeValue;
  evaluateFor(node: Loop, environment: Environment): TemplateRuntimeValue;
  evaluateCallExpression(node: Call, environment: Environment): TemplateRuntimeValue;
  evaluateFilterExpression(node: Filter, environment: Environment): TemplateRuntimeValue;
  evaluateBinaryExpression(node: Binary, environment: Environment): TemplateRuntimeValue;
}
