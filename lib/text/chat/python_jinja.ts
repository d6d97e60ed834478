/**
 * Jinja as Python renders it with the settings of transformers: `@huggingface/jinja`, mended where it
 * gives another text than Jinja 3.1.
 *
 * @module
 */
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { formatTime } from "./python_time.ts";
import { pythonText, strip, type TemplateValue } from "./python_text.ts";

/** A template that was parsed. */
export interface ParsedTemplate {
  /** Its text for some variables; throws what the template raises. */
  render(variables: Readonly<Record<string, unknown>>): string;
}

/** Parses a template, once for many renderings. Throws for what is no Jinja. */
export function parseTemplate(source: string, now: () => Date): ParsedTemplate {
  const plain = source.replace(/\r\n?/g, "\n");
  const program = parse(tokenize(plain, { lstrip_blocks: true, trim_blocks: true }));
  return {
    render(variables) {
      const environment = new Environment();
      const { true: yes, false: no, none } = { true: true, false: false, none: null };
      const globals = {
        true: yes,
        True: yes,
        false: no,
        False: no,
        none,
        None: none,
        range,
        raise_exception(message: unknown) {
          throw new Error(String(message));
        },
        strftime_now: (format: string) => formatTime(now(), format),
      };
      for (const [name, value] of Object.entries({ ...globals, ...variables })) {
        environment.set(name, value);
      }
      return new PythonInterpreter(environment).evaluate(program as Node, environment)
        .value as string;
    },
  };
}

function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length }, (_, i) => start + i * step);
}

// What the library has, but does not export.
type Value = ReturnType<Environment["set"]>;
interface Node {
  readonly type: string;
}
interface Member extends Node {
  readonly object: Node;
  readonly property: Node & { readonly value: string };
  readonly computed: boolean;
}
interface Call extends Node {
  readonly callee: Node;
  readonly args: readonly Node[];
}
interface Filter extends Node {
  readonly operand: Node;
  readonly filter: Node & { readonly value: string };
}
interface Binary extends Node {
  readonly left: Node;
  readonly right: Node;
  readonly operator: { readonly value: string };
}
interface Loop extends Node {
  readonly loopvar: Node & { readonly value: string | readonly { readonly value: string }[] };
  readonly iterable: Node & { readonly lhs?: Node; readonly test?: Node };
  readonly body: readonly Node[];
  readonly defaultBlock: readonly Node[];
}
interface Evaluates {
  evaluate(node: Node | undefined, environment: Environment): Value;
  evaluateBlock(nodes: readonly Node[], environment: Environment): Value;
  evaluateFor(node: Loop, environment: Environment): Value;
  evaluateCallExpression(node: Call, environment: Environment): Value;
  evaluateFilterExpression(node: Filter, environment: Environment): Value;
  evaluateBinaryExpression(node: Binary, environment: Environment): Value;
}
const Evaluating = Interpreter as unknown as new (environment: Environment) => Evaluates;

/** Nodes whose value is a text already, or no output. */
// deno-fmt-ignore
const statements = new Set([
  "Program", "If", "For", "Set", "Macro", "Comment", "CallStatement", "FilterStatement", "StringLiteral",
]);

/** A plain value as the library holds it. */
const held = (value: unknown): Value => new Environment().set("value", value);

/** The end of a turn of a loop, with what the turn has written. */
class LoopControl extends Error {
  text = "";
  constructor(readonly isBreak: boolean) {
    super(isBreak ? "break outside a loop" : "continue outside a loop");
  }
}

class PythonInterpreter extends Evaluating {
  override evaluate(node: Node | undefined, environment: Environment): Value {
    if (node?.type === "Break" || node?.type === "Continue") {
      throw new LoopControl(node.type === "Break");
    }
    return super.evaluate(node, environment);
  }

  /** Prints values as Python does, and keeps what was written before a loop was left. */
  override evaluateBlock(nodes: readonly Node[], environment: Environment): Value {
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
  override evaluateFor(node: Loop, environment: Environment): Value {
    const { iterable, loopvar, body, defaultBlock } = node;
    const isFiltered = iterable.type === "SelectExpression";
    const all = itemsOf(this.evaluate(isFiltered ? iterable.lhs : iterable, environment));
    const scopeOf = (item: Value) => {
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
  override evaluateCallExpression(node: Call, environment: Environment): Value {
    const { object, property, computed } = node.callee as Member;
    const name = property?.value;
    if (!computed && (name === "strip" || name === "lstrip" || name === "rstrip")) {
      const text = this.evaluate(object, environment);
      const [characters] = node.args.map((argument) => this.evaluate(argument, environment));
      if (text.type === "StringValue") {
        return held(strip(text.value as string, characters?.value as string | undefined, name));
      }
    }
    return super.evaluateCallExpression(node, environment);
  }

  override evaluateFilterExpression(node: Filter, environment: Environment): Value {
    const name = node.filter.value;
    if (name === "trim" || name === "length" || name === "string" || name === "count") {
      const value = this.evaluate(node.operand, environment);
      const text = pythonText(value);
      if (name === "string") return held(text);
      if (name === "trim") return held(strip(text));
      if (value.type === "StringValue") return held([...text].length);
    }
    return super.evaluateFilterExpression(node, environment);
  }

  override evaluateBinaryExpression(node: Binary, environment: Environment): Value {
    const operator = node.operator.value;
    if (operator === "==" || operator === "!=" || operator === "~" || operator === "%") {
      const left = this.evaluate(node.left, environment);
      const right = this.evaluate(node.right, environment);
      if (operator === "~") return held(pythonText(left) + pythonText(right));
      if (operator !== "%") return held(isEqual(left, right) === (operator === "=="));
      const [a, b] = [left.value, right.value];
      // The remainder has the divisor's sign.
      if (typeof a === "number" && typeof b === "number" && b !== 0) return held(((a % b) + b) % b);
    }
    return super.evaluateBinaryExpression(node, environment);
  }
}

function itemsOf(value: Value): Value[] {
  switch (value.type) {
    case "ArrayValue":
    case "TupleValue":
      return value.value as Value[];
    case "ObjectValue":
    case "KeywordArgumentsValue":
      return [...(value.value as Map<string, Value>).keys()].map(held);
    case "StringValue":
      return [...value.value as string].map(held);
    case "UndefinedValue":
      return [];
    default:
      throw new Error(`'${pythonText(value)}' is not iterable`);
  }
}

function bind(scope: Environment, { type, value }: Loop["loopvar"], item: Value): void {
  if (type === "Identifier") {
    scope.setVariable(value as string, item);
    return;
  }
  const names = value as readonly { readonly value: string }[];
  const parts = itemsOf(item);
  if (parts.length !== names.length) {
    throw new Error(`cannot unpack ${parts.length} values into ${names.length} names`);
  }
  names.forEach((name, i) => scope.setVariable(name.value, parts[i]));
}

function loopValue(items: readonly Value[], at: number): Value {
  const loop = held({
    index: at + 1,
    index0: at,
    revindex: items.length - at,
    revindex0: items.length - at - 1,
    first: at === 0,
    last: at === items.length - 1,
    length: items.length,
  });
  const fields = loop.value as Map<string, Value>;
  fields.set("previtem", items[at - 1] ?? held(undefined));
  fields.set("nextitem", items[at + 1] ?? held(undefined));
  return loop;
}

const numberTypes = new Set(["IntegerValue", "FloatValue", "BooleanValue"]);

function isEqual(left: TemplateValue, right: TemplateValue): boolean {
  if (numberTypes.has(left.type) && numberTypes.has(right.type)) {
    return Number(left.value) === Number(right.value);
  }
  if (left.type !== right.type) return false;
  return typeof left.value === "object" && left.value !== null
    ? pythonText(left) === pythonText(right)
    : left.value === right.value;
}
