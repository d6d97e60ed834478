/**
 * A temporary folder for one test.
 *
 * @module
 */

/** Runs `work` with a new folder and removes the folder afterwards. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-test-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
