/**
 * Runs a command of Deno in a folder.
 *
 * @module
 */

/** Undefined where it worked, else what Deno said. */
export async function runDeno(
  args: readonly string[],
  folder: string,
): Promise<string | undefined> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code === 0) return undefined;
  const [said] = new TextDecoder().decode(stderr).split("\nStack backtrace:");
  return said.trim() || `it ended with ${code}`;
}
