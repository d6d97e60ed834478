/**
 * A temporary folder for one test.
 *
 * @module
 */

/** Runs `work` with a new folder and removes the folder afterwards. */
export async function inFolder<Value>(
  work: (folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-test-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
