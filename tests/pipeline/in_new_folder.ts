/**
 * Runs a test in a working folder of its own, where plans may make new models.
 *
 * @module
 */

/** Removes the folder afterwards. */
export async function inNewFolder(run: () => Promise<void>): Promise<void> {
  const before = Deno.cwd();
  const folder = await Deno.makeTempDir();
  Deno.chdir(folder);
  try {
    await run();
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
}
