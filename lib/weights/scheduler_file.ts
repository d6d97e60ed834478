/**
 * The file in which diffusers says how noise is added, `scheduler_config.json`.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { parsePythonJson } from "../core/parse_python_json.ts";
import { readText } from "../core/read_text.ts";

/**
 * The fields of a scheduler's file. diffusers writes limits that do not limit as `-Infinity`, which is no
 * JSON; fields that are infinite are left out, as they are what their class takes without them.
 *
 * Throws an error of kind "weights" that names the file.
 */
export async function readSchedulerFile(path: string): Promise<Record<string, unknown>> {
  let json: unknown;
  try {
    json = parsePythonJson(await readText(path));
  } catch (error) {
    throw new TunebookError("weights", `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (!isRecord(json)) throw new TunebookError("weights", `${path} is not a JSON object`);
  return Object.fromEntries(
    Object.entries(json).filter(([, value]) => value !== Infinity && value !== -Infinity),
  );
}
