/**
 * A system that makes no symbolic links, as Windows does for most of its users.
 *
 * @module
 */

/** Runs `work` on such a system. */
export async function withoutLinks(error: Error, work: () => Promise<void>): Promise<void> {
  const { symlink } = Deno;
  Deno.symlink = () => Promise.reject(error);
  try {
    await work();
  } finally {
    Deno.symlink = symlink;
  }
}
