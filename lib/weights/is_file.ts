/**
 * Whether a model's file is there.
 *
 * @module
 */
import { missingPermission } from "../core/permissions.ts";

/** Whether there is a file at `path`, through links. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    const denied = missingPermission(error);
    if (denied) throw denied;
    return false;
  }
}
