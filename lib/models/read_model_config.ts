/**
 * Reads what a model says of itself: `config.json`, or what stands for it in a GGUF file or in a graph.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { isGguf } from "../core/gguf/read_gguf.ts";
import { isRecord } from "../core/objects.ts";
import { parseJson } from "../core/parse_json.ts";
import { readText } from "../core/read_text.ts";
import type { Family, ModelConfig } from "../nn/family.ts";
import { readGgufConfig } from "../weights/gguf/gguf_config.ts";
import { isGraphFile } from "../weights/graph/graph_file.ts";
import type { GraphOptions } from "../weights/graph/graph_options.ts";
import { labelsAround } from "../weights/pipeline_folder.ts";
import { checkQuantization } from "./check_quantization.ts";
import { readGraphConfig } from "./graph/read_graph_config.ts";
import { familyOf, typeOfClass } from "./mod.ts";
import { refuseTimm } from "./refuse_timm.ts";

/** Reads and checks `config.json`, or what stands for it in a GGUF file or in a graph. */
export async function readModelConfig(
  path: string,
  own: readonly Family[] = [],
  graph?: GraphOptions,
): Promise<{
  family: Family;
  config: ModelConfig;
  json: Record<string, unknown>;
}> {
  const fields = await readFields(path, graph);
  try {
    refuseTimm(fields);
    const family = familyOf(fields.model_type ?? typeOfClass(fields._class_name, own), own);
    checkQuantization(fields);
    return { family, config: family.readConfig(fields), json: fields };
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    throw new TunebookError(error.kind, `${path}: ${error.message}`, { cause: error });
  }
}

async function readFields(path: string, graph?: GraphOptions): Promise<Record<string, unknown>> {
  if (isGguf(path)) return await readGgufConfig(path);
  return await (isGraphFile(path) ? readGraphConfig(path, graph) : readConfigFile(path));
}

async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  let json: unknown;
  try {
    json = parseJson(await readText(path));
  } catch (error) {
    throw new TunebookError("weights", `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (isRecord(json)) return { ...await labelsAround(path, json), ...json };
  throw new TunebookError("weights", `${path} is not a JSON object`);
}
