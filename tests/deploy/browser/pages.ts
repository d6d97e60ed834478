/**
 * `deno task browser:pages`: a page for each kind of task, asked in a headless Chromium and compared with the
 * trained model, then asked again with the network cut. Names after the task choose some; screenshots go into
 * the folder that SCREENSHOTS names.
 *
 * @module
 */
import { join } from "node:path";
import { inFolder } from "../../weights/in_folder.ts";
import { pageCases } from "./page_cases.ts";
import { ask, visit, whenReady } from "./visit.ts";

const pictures = Deno.env.get("SCREENSHOTS");
const wrong: string[] = [];
for (const name of Deno.args.length > 0 ? Deno.args : Object.keys(pageCases)) {
  await inFolder(async (folder) => {
    const { folder: page, fields, shown } = await pageCases[name](folder);
    await visit(page, "/some/where/", async ({ page, url, complaints, cutNetwork }) => {
      const said = [await ask(page, fields)];
      if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
      await cutNetwork();
      await page.goto(url);
      await whenReady(page, complaints);
      said.push(await ask(page, fields));
      for (const [at, each] of said.entries()) {
        const where = `${name}, ${at === 0 ? "first visit" : "without a network"}`;
        const missing = shown.filter((piece) => !each.includes(piece));
        console.log(`${where}: ${missing.length === 0 ? "as trained" : JSON.stringify(each)}`);
        if (missing.length > 0 || shown.length === 0) {
          wrong.push(`${where} lacks ${missing.join(", ")}`);
        }
      }
      if (complaints.length > 0) wrong.push(`${name}: ${complaints.join("; ")}`);
    });
  }).catch((error) => {
    console.log(`${name}: ${error.stack}`);
    wrong.push(`${name}: ${error}`);
  });
}
if (wrong.length > 0) console.error(wrong.join("\n"));
Deno.exit(wrong.length > 0 ? 1 : 0);
