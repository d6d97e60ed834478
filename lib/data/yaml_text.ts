/**
 * Values as YAML, for files that other programs read.
 *
 * @module
 */
import { stringify } from "yaml";

/** A document without references, each text on one line. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
