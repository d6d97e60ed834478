/**
 * Whether there is something at a path.
 *
 * @module
 */

/** False where there is nothing; throws where it cannot be told, as without permission. */
export async function exists(path: string): Promise<boolean> {
  // No system has such a name; asking for it is an error of its own.
  if (path.includes("\0")) return false;
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
