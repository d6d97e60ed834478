/**
 * JSON schema → the grammar of the JSON texts that fulfil it.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { quoted } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import {
  choiceOf,
  type Expression,
  type Grammar,
  repeatOf,
  ruleOf,
  textOf,
} from "../grammar/expression.ts";
import { integerRange } from "./integer_range.ts";
import { jsonList, jsonRules, quotedOf } from "./json_rules.ts";
import { objectExpression } from "./object_rule.ts";
import { patternExpression } from "./pattern.ts";
import {
  jsonTypes,
  keywordsBeside,
  type SchemaObject,
  typesOf,
  unsupportedKeywords,
} from "./schema_keywords.ts";

/**
 * The grammar of a schema. Members of an object come in the order of `properties`, those that are not required
 * may be left out; members without a name there are written only where `additionalProperties` asks for them
 * (`true` or a schema), or where an object has no `properties`. Numbers have at most 16 digits before and
 * behind the point.
 *
 * Throws a `TunebookError` of kind "unsupported" with everything in the schema that no grammar follows, and
 * of kind "input" for a schema that nothing fulfils or that only refers to itself.
 */
export function schemaGrammar(schema: SchemaObject): Grammar {
  return new SchemaReader(schema).grammar();
}

class SchemaReader {
  readonly #schema: SchemaObject;
  readonly #rules = new Map<string, Expression>(jsonRules);
  readonly #names = new Map<object, string>();
  readonly #wrong = new Set<string>();

  constructor(schema: SchemaObject) {
    this.#schema = schema;
  }

  grammar(): Grammar {
    this.#rules.set("root", this.#rule(this.#schema, "#"));
    if (this.#wrong.size > 0) {
      throw mistakes("unsupported", "this schema cannot bind what is written:", [...this.#wrong]);
    }
    return { rules: this.#rules, root: "root" };
  }

  /** A rule for each schema, so that one may refer to itself. */
  #rule(schema: unknown, at: string): Expression {
    if (schema === true) return ruleOf("value");
    if (!isRecord(schema)) {
      return this.#refuse(
        at,
        schema === false ? "lets nothing through" : `is ${shownValue(schema)}, not a schema`,
      );
    }
    const known = this.#names.get(schema);
    if (known !== undefined) return ruleOf(known);
    const name = `schema-${this.#names.size}`;
    this.#names.set(schema, name);
    this.#rules.set(name, this.#read(schema, at));
    return ruleOf(name);
  }

  #add(expression: Expression): Expression {
    const name = `part-${this.#rules.size}`;
    this.#rules.set(name, expression);
    return ruleOf(name);
  }

  #refuse(at: string, told: string): Expression {
    this.#wrong.add(`${at}${told.startsWith(":") ? "" : " "}${told}`);
    return textOf("");
  }

  #read(schema: SchemaObject, at: string): Expression {
    for (const wrong of unsupportedKeywords(schema)) this.#refuse(at, `: ${wrong}`);
    for (const keyword of ["$ref", "anyOf", "allOf"]) {
      if (schema[keyword] === undefined) continue;
      const beside = keywordsBeside(schema, keyword);
      if (beside.length > 0) {
        return this.#refuse(at, `: ${keyword} is supported alone, not beside ${beside.join(", ")}`);
      }
      if (keyword === "$ref") return this.#reference(schema.$ref, at);
      return this.#several(schema[keyword], keyword, at);
    }
    if (schema.const !== undefined || schema.enum !== undefined) return this.#values(schema, at);
    const types = typesOf(schema);
    const unknown = types.filter((type) => !jsonTypes.includes(type));
    if (unknown.length > 0 || types.length === 0) {
      return this.#refuse(
        at,
        `: type is ${shownValue(schema.type)}, but must be of ${jsonTypes.join(", ")}`,
      );
    }
    return choiceOf(...types.map((type) => this.#typed(type, schema, at)));
  }

  #typed(type: string, schema: SchemaObject, at: string): Expression {
    switch (type) {
      case "object":
        return this.#object(schema, at);
      case "array":
        return this.#array(schema, at);
      case "string":
        return this.#string(schema, at);
      case "integer":
        return this.#integer(schema, at);
      default:
        return ruleOf(type);
    }
  }

  #reference(reference: unknown, at: string): Expression {
    if (typeof reference !== "string" || !/^#(\/|$)/.test(reference)) {
      return this.#refuse(
        at,
        `: $ref is ${shownValue(reference)}; only "#" and "#/…" are followed`,
      );
    }
    let found: unknown = this.#schema;
    for (const part of reference.split("/").slice(1)) {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      const holder = found as Record<string, unknown> | undefined | null;
      const has = typeof holder === "object" && holder !== null && Object.hasOwn(holder, key);
      if (!has) return this.#refuse(at, `: $ref ${quoted(reference)} leads nowhere`);
      found = holder[key];
    }
    return this.#rule(found, reference);
  }

  #several(list: unknown, keyword: string, at: string): Expression {
    if (!Array.isArray(list) || list.length === 0) {
      return this.#refuse(at, `: ${keyword} is ${shownValue(list)}, but must be a list of schemas`);
    }
    if (keyword === "allOf" && list.length > 1) {
      return this.#refuse(at, ": allOf is supported with one schema alone");
    }
    return choiceOf(...list.map((each, i) => this.#rule(each, `${at}/${keyword}/${i}`)));
  }

  /** `const` and `enum`: these values, as `JSON.stringify` writes them. */
  #values(schema: SchemaObject, at: string): Expression {
    const { enum: list, const: one, type } = schema;
    const beside = ["const", "enum"].filter((name) => schema[name] !== undefined)
      .flatMap((name) => keywordsBeside(schema, name))
      .filter((name) => !["type", "const", "enum"].includes(name));
    if (beside.length > 0) {
      return this.#refuse(
        at,
        `: enum and const are supported beside type, not beside ${beside.join(", ")}`,
      );
    }
    if (list !== undefined && !Array.isArray(list)) {
      return this.#refuse(at, `: enum is ${shownValue(list)}, but must be a list`);
    }
    const types = type === undefined ? undefined : typesOf(schema);
    const texts = ((list as unknown[] | undefined) ?? [one])
      .filter((value) => one === undefined || JSON.stringify(value) === JSON.stringify(one))
      .filter((value) =>
        types === undefined || typesOfValue(value).some((each) => types.includes(each))
      )
      .map((value) => JSON.stringify(value));
    if (texts.length === 0) return this.#refuse(at, "lets nothing through");
    return choiceOf(...texts.map(textOf));
  }

  #object(schema: SchemaObject, at: string): Expression {
    const { properties = {}, required = [], additionalProperties: others } = schema;
    if (!isRecord(properties)) {
      return this.#refuse(at, `: properties is ${shownValue(properties)}, but must be an object`);
    }
    if (!Array.isArray(required) || required.some((name) => typeof name !== "string")) {
      return this.#refuse(at, `: required is ${shownValue(required)}, but must be a list of names`);
    }
    const names = Object.keys(properties);
    const unnamed = (required as string[]).filter((name) => !Object.hasOwn(properties, name));
    if (others === false && unnamed.length > 0) {
      return this.#refuse(at, `: required names ${unnamed.join(", ")}, which properties lack`);
    }
    const isMap = others === undefined && schema.properties === undefined;
    const rest = isMap || others === true || isRecord(others)
      ? this.#rule(isMap ? true : others, `${at}/additionalProperties`)
      : undefined;
    const members = [...names, ...new Set(unnamed)].map((name) => ({
      name,
      value: Object.hasOwn(properties, name)
        ? this.#rule(properties[name], `${at}/properties/${name}`)
        : rest ?? ruleOf("value"),
      isRequired: required.includes(name),
    }));
    return objectExpression(members, rest, (expression) => this.#add(expression));
  }

  #array(schema: SchemaObject, at: string): Expression {
    const { items = true, prefixItems = [] } = schema;
    const [least, most] = this.#bounds(schema, "minItems", "maxItems", at);
    if (!Array.isArray(prefixItems)) {
      return this.#refuse(at, `: prefixItems is ${shownValue(prefixItems)}, but must be a list`);
    }
    if (most < prefixItems.length) {
      return this.#refuse(
        at,
        `: maxItems below the ${prefixItems.length} prefixItems is not supported`,
      );
    }
    const first = prefixItems.map((each, i) => this.#rule(each, `${at}/prefixItems/${i}`));
    // A tuple without a word about more has no more.
    const isClosed = items === false || (first.length > 0 && schema.items === undefined);
    if (isClosed && least > first.length) return this.#refuse(at, ": minItems asks for more items");
    const item = isClosed ? ruleOf("value") : this.#rule(items, `${at}/items`);
    return jsonList(item, least, isClosed ? first.length : most, first);
  }

  #string(schema: SchemaObject, at: string): Expression {
    const { pattern } = schema;
    const [least, most] = this.#bounds(schema, "minLength", "maxLength", at);
    if (pattern === undefined) return quotedOf(repeatOf(ruleOf("character"), least, most));
    if (least > 0 || most < Infinity) {
      return this.#refuse(
        at,
        ": minLength and maxLength are not supported beside pattern; write {n,m} into it",
      );
    }
    if (typeof pattern !== "string") {
      return this.#refuse(at, `: pattern is ${shownValue(pattern)}, but must be a text`);
    }
    const result = patternExpression(pattern);
    if ("refused" in result) {
      return this.#refuse(at, `: pattern ${quoted(pattern)}: ${result.refused}`);
    }
    return quotedOf(result.expression);
  }

  #integer(schema: SchemaObject, at: string): Expression {
    const number = (name: string, none: number) => {
      const value = schema[name] ?? none;
      if (typeof value === "number") return value;
      this.#refuse(at, `: ${name} is ${shownValue(value)}, but must be a number`);
      return none;
    };
    const above = number("exclusiveMinimum", -Infinity);
    const below = number("exclusiveMaximum", Infinity);
    const least = Math.max(Math.ceil(number("minimum", -Infinity)), Math.floor(above) + 1);
    const most = Math.min(Math.floor(number("maximum", Infinity)), Math.ceil(below) - 1);
    if (least === -Infinity && most === Infinity) return ruleOf("integer");
    return integerRange(least, most) ?? this.#refuse(at, "lets no number through");
  }

  /** A least and a greatest number of items or characters. */
  #bounds(schema: SchemaObject, low: string, high: string, at: string): [number, number] {
    const of = (name: string, none: number) => {
      const value = schema[name] ?? none;
      if (value === none || (Number.isSafeInteger(value) && value as number >= 0)) {
        return value as number;
      }
      this.#refuse(at, `: ${name} is ${shownValue(value)}, but must be a whole number from 0`);
      return none;
    };
    const least = of(low, 0);
    const most = of(high, Infinity);
    if (least > most) this.#refuse(at, `: ${low} is more than ${high}`);
    return [least, most];
  }
}

function typesOfValue(value: unknown): string[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number") {
    return Number.isInteger(value) ? ["integer", "number"] : ["number"];
  }
  return [typeof value];
}
