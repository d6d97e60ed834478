/**
 * `deno task notebook:pictures [name …]`: executes notebooks and makes screenshots of each, as
 * nbconvert shows it in its light and dark themes, in `out/pictures`. Formulas stay as they were
 * written, since nbconvert draws them from the network. Needs Chromium or Chrome, named by CHROMIUM
 * where it is not on the PATH.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { prepareJupyter } from "../../lib/cli/jupyter.ts";
import { findChromium } from "../find_chromium.ts";
import { execute } from "./execute.ts";
import { notebookPaths } from "./translation.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const target = join(project, "out", "pictures");
/** Width and height; a longer page would be cut. Chromium draws up to 16,384 pixels. */
const size = "1000,16384";
const themes = ["light", "dark"];

const jupyter = await prepareJupyter(project);
const chromium = await findChromium();
await Deno.mkdir(target, { recursive: true });
const names = (await notebookPaths(pathToFileURL(join(project, "notebooks/"))))
  .filter((name) => Deno.args.length === 0 || Deno.args.some((part) => name.includes(part)));
for (const name of names) {
  const file = join(project, "notebooks", name);
  const [book] = await execute(jupyter, [file], { cwd: dirname(file) });
  const stem = join(target, name.replace(/\.ipynb$/, "").replaceAll("/", "."));
  await Deno.writeTextFile(`${stem}.ipynb`, JSON.stringify(book));
  for (const theme of themes) {
    const picture = `${stem}.${theme}`;
    await call(jupyter.python, [
      ...["-m", "nbconvert", "--to", "html", "--theme", theme],
      ...["--output", `${picture}.html`, `${stem}.ipynb`],
    ], jupyter.env);
    await call(chromium, [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
      ...["--allow-file-access-from-files", "--virtual-time-budget=5000", `--window-size=${size}`],
      ...[`--screenshot=${picture}.png`, pathToFileURL(`${picture}.html`).href],
    ]);
    console.log(`${picture}.png`);
  }
}

async function call(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const { success, stderr } = await new Deno.Command(command, { args: [...args], env }).output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
}
