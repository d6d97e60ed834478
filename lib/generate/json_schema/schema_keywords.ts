/**
 * The keywords of JSON Schema (2020-12) that a grammar follows, those that say nothing of a value, and all
 * others, which are refused by name.
 *
 * @module
 */
import { didYouMean } from "../../core/nearest.ts";

/** A schema that is no boolean. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** Keywords that say nothing of what is valid. */
const notes = [
  "$schema",
  "$id",
  "$comment",
  "$defs",
  "definitions",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
];

/** Type → keywords that bind its values. */
const byType: Readonly<Record<string, readonly string[]>> = {
  object: ["properties", "required", "additionalProperties"],
  array: ["items", "prefixItems", "minItems", "maxItems"],
  string: ["minLength", "maxLength", "pattern"],
  number: [],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  boolean: [],
  null: [],
};
const anyType = ["type", "enum", "const", "anyOf", "allOf", "$ref"];

/** Keyword → what to write instead. */
const instead: Readonly<Record<string, string>> = {
  oneOf: "anyOf lets one of several through",
  format: "pattern binds the form of a text",
  nullable: 'type: ["string", "null"] lets null through',
  dependencies: "anyOf can list the cases",
};

/** All types, in the order in which they are tried. */
export const jsonTypes: readonly string[] = Object.keys(byType);

/** Keywords of a schema that no grammar follows, each with what is wrong. */
export function unsupportedKeywords(schema: SchemaObject): string[] {
  const known = [...notes, ...anyType, ...Object.values(byType).flat()];
  const given = Object.keys(schema).filter((name) => schema[name] !== undefined);
  const wrong = given.filter((name) => !known.includes(name)).map((name) => {
    const hint = instead[name];
    return `${name} is not supported${hint ? `; ${hint}` : didYouMean(name, known)}`;
  });
  // Number bounds are followed for whole numbers alone.
  const types = typesOf(schema);
  for (const name of byType.integer) {
    if (schema[name] !== undefined && types.includes("number")) {
      wrong.push(`${name} is supported for the type integer, not for number`);
    }
  }
  return wrong;
}

/** Keywords beside one that must stand alone, such as `$ref`. */
export function keywordsBeside(schema: SchemaObject, keyword: string): string[] {
  return Object.keys(schema)
    .filter((name) => name !== keyword && !notes.includes(name) && schema[name] !== undefined);
}

/** The types that a schema names, or that its keywords speak of, or all. */
export function typesOf(schema: SchemaObject): readonly string[] {
  const { type } = schema;
  if (type !== undefined) return Array.isArray(type) ? type : [String(type)];
  const implied = jsonTypes.filter((name) =>
    byType[name].some((keyword) => schema[keyword] !== undefined)
  );
  if (implied.length > 0) return implied;
  return jsonTypes.filter((name) => name !== "integer");
}
