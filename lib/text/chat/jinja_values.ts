/**
 * Values and loops of a template that is rendered.
 *
 * @module
 */
import { Environment } from "@huggingface/jinja";
import type { Loop, TemplateRuntimeValue } from "./jinja_nodes.ts";
import { pythonText, type TemplateValue } from "./python_text.ts";

/** A plain value as the library holds it. */
export function held(value: unknown): TemplateRuntimeValue {
  maker.variables.delete("value");
  return maker.set("value", value);
}

const maker = new Environment();

/** The end of a turn of a loop, with what the turn has written. */
export class LoopControl extends Error {
  /** Output of the turn before it was left. */
  text = "";
  /** @param isBreak whether the loop ends, too */
  constructor(readonly isBreak: boolean) {
    super(isBreak ? "break outside a loop" : "continue outside a loop");
  }
}

/** What a loop goes through. */
export function itemsOf(value: TemplateRuntimeValue): TemplateRuntimeValue[] {
  switch (value.type) {
    case "ArrayValue":
    case "TupleValue":
      return value.value as TemplateRuntimeValue[];
    case "ObjectValue":
    case "KeywordArgumentsValue":
      return [...(value.value as Map<string, TemplateRuntimeValue>).keys()].map(held);
    case "StringValue":
      return [...value.value as string].map(held);
    case "UndefinedValue":
      return [];
    default:
      throw new Error(`'${pythonText(value)}' is not iterable`);
  }
}

/** Gives an item its name, or its parts their names. */
export function bind(
  scope: Environment,
  { type, value }: Loop["loopvar"],
  item: TemplateRuntimeValue,
): void {
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

/** The variable `loop`. */
export function loopValue(
  items: readonly TemplateRuntimeValue[],
  at: number,
): TemplateRuntimeValue {
  const loop = held({
    index: at + 1,
    index0: at,
    revindex: items.length - at,
    revindex0: items.length - at - 1,
    first: at === 0,
    last: at === items.length - 1,
    length: items.length,
  });
  const fields = loop.value as Map<string, TemplateRuntimeValue>;
  fields.set("previtem", items[at - 1] ?? held(undefined));
  fields.set("nextitem", items[at + 1] ?? held(undefined));
  return loop;
}

const numberTypes = new Set(["IntegerValue", "FloatValue", "BooleanValue"]);

/** `left == right` */
export function isEqual(left: TemplateValue, right: TemplateValue): boolean {
  if (numberTypes.has(left.type) && numberTypes.has(right.type)) {
    return Number(left.value) === Number(right.value);
  }
  if (left.type !== right.type) return false;
  return typeof left.value === "object" && left.value !== null
    ? pythonText(left) === pythonText(right)
    : left.value === right.value;
}
