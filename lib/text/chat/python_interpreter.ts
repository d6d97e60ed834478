/**
 * The interpreter of `@huggingface/jinja`, mended where Jinja 3.1 gives another text: scopes of loops,
 * what a loop that is left has written, printed values, and `strip` with characters.
 *
 * @module
 */
import { Environment, Interpreter } from "@huggingface/jinja";
import type {
  Binary,
  Call,
  Evaluates,
  Filter,
  Loop,
  Member,
  Node,
  TemplateRuntimeValue,
} from "./jinja_nodes.ts";
import { bind, held, isEqual, itemsOf, LoopControl, loopValue } from "./jinja_values.ts";
import { pythonText, strip } from "./python_text.ts";

const Evaluating = Interpreter as unknown as new (environment: Environment) => Evaluates;

/** Nodes whose value is a text already, or no output. */
// deno-fmt-ignore
const statements = new Set([
  "Program", "If", "For", "Set", "Macro", "Comment", "CallStatement", "FilterStatement", "StringLiteral",
]);

/** A node that was evaluated: doing it again would take twice as long at each level. */
class Known implements Node {
  readonly type = "Known";
  constructor(readonly value: TemplateRuntimeValue) {}
}

/** Evaluates a parsed template as Jinja 3.1 does. */
export class PythonInterpreter extends Evaluating {
  override evaluate(node: Node | undefined, environment: Environment): TemplateRuntimeValue {
    if (node?.type === "Break" || node?.type === "Continue") {
      throw new LoopControl(node.type === "Break");
    }
    return node instanceof Known ? node.value : super.evaluate(node, environment);
  }

  /** Prints values as Python does, and keeps what was written before a loop was left. */
  override evaluateBlock(nodes: readonly Node[], environment: Environment): TemplateRuntimeValue {
    let text = "";
    for (const node of nodes) {
      try {
        const value = this.evaluate(node, environment);
        if (!statements.has(node.type)) text += pythonText(value);
        else if (value.type === "StringValue") text += value.value;
      } catch (error) {
        if (error instanceof LoopControl) error.text = text + error.text;
        throw error;
      }
    }
    return held(text);
  }

  /** Each turn has a scope of its own. */
  override evaluateFor(node: Loop, environment: Environment): TemplateRuntimeValue {
    const { iterable, loopvar, body, defaultBlock } = node;
    const isFiltered = iterable.type === "SelectExpression";
    const all = itemsOf(this.evaluate(isFiltered ? iterable.lhs : iterable, environment));
    const scopeOf = (item: TemplateRuntimeValue) => {
      const scope = new Environment(environment);
      bind(scope, loopvar, item);
      return scope;
    };
    const items = isFiltered
      ? all.filter((item) => this.evaluate(iterable.test, scopeOf(item)).__bool__().value)
      : all;
    if (items.length === 0) return this.evaluateBlock(defaultBlock, new Environment(environment));
    let text = "";
    for (const [at, item] of items.entries()) {
      const scope = scopeOf(item);
      scope.setVariable("loop", loopValue(items, at));
      try {
        text += this.evaluateBlock(body, scope).value;
      } catch (error) {
        if (!(error instanceof LoopControl)) throw error;
        text += error.text;
        if (error.isBreak) break;
      }
    }
    return held(text);
  }

  /** `strip`, `lstrip` and `rstrip` take the characters that they are given. */
  override evaluateCallExpression(node: Call, environment: Environment): TemplateRuntimeValue {
    const { object, property, computed } = node.callee as Member;
    const name = property?.value;
    if (computed || (name !== "strip" && name !== "lstrip" && name !== "rstrip")) {
      return super.evaluateCallExpression(node, environment);
    }
    const text = this.evaluate(object, environment);
    if (text.type !== "StringValue") throw new Error(`${text.type} has no ${name}()`);
    const [characters] = node.args.map((argument) => this.evaluate(argument, environment));
    return held(strip(text.value as string, characters?.value as string | undefined, name));
  }

  override evaluateFilterExpression(node: Filter, environment: Environment): TemplateRuntimeValue {
    const name = node.filter.value;
    const operand = this.evaluate(node.operand, environment);
    if (name === "string") return held(pythonText(operand));
    if (name === "trim") return held(strip(pythonText(operand)));
    if (name === "length" && operand.type === "StringValue") {
      return held([...operand.value as string].length);
    }
    return super.evaluateFilterExpression({ ...node, operand: new Known(operand) }, environment);
  }

  override evaluateBinaryExpression(node: Binary, environment: Environment): TemplateRuntimeValue {
    const operator = node.operator.value;
    // The right side of these counts only where the left one does not decide.
    if (operator === "and" || operator === "or") {
      return super.evaluateBinaryExpression(node, environment);
    }
    const left = this.evaluate(node.left, environment);
    const right = this.evaluate(node.right, environment);
    const [a, b] = [left.value, right.value];
    if (operator === "==") return held(isEqual(left, right));
    if (operator === "!=") return held(!isEqual(left, right));
    if (operator === "~") return held(pythonText(left) + pythonText(right));
    // The remainder has the divisor's sign.
    if (operator === "%" && typeof a === "number" && typeof b === "number" && b !== 0) {
      return held(((a % b) + b) % b);
    }
    if (operator === "+" && (left.type === "StringValue") !== (right.type === "StringValue")) {
      throw new Error(`${left.type} and ${right.type} cannot be added`);
    }
    return super.evaluateBinaryExpression(
      { ...node, left: new Known(left), right: new Known(right) },
      environment,
    );
  }
}
