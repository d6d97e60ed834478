/**
 * The browser of tests that need one.
 *
 * @module
 */

/** The program of Chromium or Chrome: `CHROMIUM`, else the first one on the PATH. Throws where there is none. */
export async function findChromium(): Promise<string> {
  const given = Deno.env.get("CHROMIUM");
  for (const name of [...given ? [given] : [], "chromium", "chromium-browser", "google-chrome"]) {
    try {
      const { success } = await new Deno.Command(name, { args: ["--version"] }).output();
      if (success) return name;
    } catch {
      // Not this one.
    }
  }
  throw new Error("no Chromium was found; install it, or set CHROMIUM to its program");
}
