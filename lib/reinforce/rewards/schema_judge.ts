/**
 * Compares texts with a JSON schema.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../core/errors.ts";
import { fencedBlock } from "./fenced_block.ts";

/** A JSON schema. */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

/** A JSON schema, and how texts hold their JSON. */
export interface SchemaSettings {
  readonly schema: JsonSchema;
  /** Whether the JSON may stand in a fenced block. */
  readonly fenced: boolean;
}

/** Whether a text is JSON that is valid; throws an error of kind "input" for a schema that is none. */
export async function schemaJudge(
  { schema, fenced }: SchemaSettings,
): Promise<(text: string) => boolean> {
  const isValid = await compiled(schema);
  return (text) => {
    try {
      return isValid(JSON.parse(fenced ? fencedBlock(text, ["json"]) : text));
    } catch {
      return false; // no JSON, or nested too deeply to be looked at
    }
  };
}

async function compiled(schema: JsonSchema): Promise<(value: unknown) => boolean> {
  const draft = typeof schema === "object" ? String(schema.$schema ?? "") : "";
  const ajvOf = draft.includes("draft-07")
    ? (await import("ajv")).Ajv
    : draft.includes("2019-09")
    ? (await import("ajv/dist/2019.js")).Ajv2019
    : (await import("ajv/dist/2020.js")).Ajv2020;
  try {
    // Keywords that nobody knows are mistakes; `format` is a note, as JSON Schema has it by default.
    const ajv = new ajvOf({ strictTypes: false, strictTuples: false, validateFormats: false });
    const validate = ajv.compile(schema);
    return (value) => validate(value) as boolean;
  } catch (error) {
    throw new TunebookError("input", `the schema cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Whether a schema may have regular expressions, which may take for ever on some texts. */
export function mayHavePatterns(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  return Object.entries(schema).some(([name, value]) =>
    name === "pattern" || name === "patternProperties" || mayHavePatterns(value)
  );
}
