/**
 * The `preprocessor_config.json` that lies beside an ONNX file, or one folder up, as exports of the hub have it.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { isRecord } from "../../core/objects.ts";
import { parseJson } from "../../core/parse_json.ts";
import { readText } from "../../core/read_text.ts";
import { isFile } from "../../weights/is_file.ts";
import { PREPROCESSOR_CONFIG_FILE } from "../../weights/model_files.ts";

/** What the file says, and the size of the images that it makes. */
export interface StoredPreprocessor {
  readonly config: Readonly<Record<string, unknown>>;
  readonly size: readonly [height: number, width: number];
}

/** Reads the file; undefined where there is none, or where its images have no one size. */
export async function storedPreprocessor(path: string): Promise<StoredPreprocessor | undefined> {
  const folder = dirname(path);
  for (const home of [folder, dirname(folder)]) {
    const file = join(home, PREPROCESSOR_CONFIG_FILE);
    if (!await isFile(file)) continue;
    const config = parseJson(await readText(file));
    const size = isRecord(config) ? sizeOf(config) : undefined;
    return isRecord(config) && size ? { config, size } : undefined;
  }
  return undefined;
}

/** Height and width after all steps. */
function sizeOf(
  { do_center_crop, crop_size, size }: Readonly<Record<string, unknown>>,
): [number, number] | undefined {
  const last = do_center_crop === true ? crop_size : size;
  const { height, width } = isRecord(last) ? last : { height: last, width: last };
  return Number.isSafeInteger(height) && Number.isSafeInteger(width)
    ? [height as number, width as number]
    : undefined;
}
