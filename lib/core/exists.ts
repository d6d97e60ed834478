/**
 * Whether there is something at a path.
 *
 * @module
 */

/** False where there is nothing; throws where it cannot be told, as without permission. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
