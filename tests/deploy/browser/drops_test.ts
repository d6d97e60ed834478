/**
 * Images that are dropped on a page of images, in a headless Chromium.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { encode } from "fast-png";
import { findChromium } from "../../find_chromium.ts";
import { withChromium } from "../../open_chromium.ts";
import { inFolder } from "../../weights/in_folder.ts";

const hasChromium = await findChromium().then(() => true, () => false);
const files = new URL("../../../lib/deploy/browser/page/", import.meta.url);

/** The form of an image task without a model: what is sent stands below it. */
const index =
  `<!doctype html><meta charset="utf-8"><title>Form</title><link rel="icon" href="data:,">
<main style="height: 600px"><form id="ask"></form><p id="sent"></p></main>
<script type="module">
  import { makeForm } from "./form.js";
  makeForm(document.getElementById("ask"), { kind: "imageLabels" }, ({ size, shown }) => {
    document.getElementById("sent").textContent = shown.name + " " + size.join(" × ");
  });
  document.body.dataset.ready = "true";
</script>`;

Deno.test({
  name:
    "an image that is dropped anywhere on a page is taken; another file is told, and the page stays",
  ignore: !hasChromium,
  fn: () =>
    inFolder(async (folder) => {
      const [picture, text] = [join(folder, "red.png"), join(folder, "notes.txt")];
      const data = new Uint8Array(3 * 4 * 3).fill(200);
      await Deno.writeFile(
        picture,
        Uint8Array.from(encode({ width: 4, height: 3, data, channels: 3 })),
      );
      await Deno.writeTextFile(text, "no image");
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        async (request) => {
          const name = new URL(request.url).pathname.slice(1);
          const isPage = name === "";
          const body = isPage ? index : await Deno.readFile(new URL(name, files)).catch(() => null);
          const type = isPage ? "text/html" : "text/javascript";
          return new Response(body, {
            status: body === null ? 404 : 200,
            headers: { "content-type": type },
          });
        },
      );
      const url = `http://127.0.0.1:${server.addr.port}/`;
      await withChromium(async ({ page, complaints }) => {
        await page.goto(url);
        await page.waitForFunction("document.body.dataset.ready === 'true'");
        const session = await page.createCDPSession();
        /** Drops a file far below the field. */
        const drop = async (path: string) => {
          const about = {
            x: 300,
            y: 500,
            data: { items: [], files: [path], dragOperationsMask: 1 },
          };
          for (const type of ["dragEnter", "dragOver", "drop"] as const) {
            await session.send("Input.dispatchDragEvent", { type, ...about });
          }
        };
        const said = () =>
          page.$eval("#image", (field) => {
            const { files, validationMessage } = field as unknown as {
              files: { name: string }[];
              validationMessage: string;
            };
            return [[...files].map(({ name }) => name).join(), validationMessage];
          });
        await drop(text);
        await page.waitForFunction("document.getElementById('image').validity.customError");
        assert.deepEqual(await said(), ["", "Drop an image; notes.txt is none."]);
        await drop(picture);
        await page.waitForFunction("document.getElementById('image').files.length === 1");
        assert.deepEqual(await said(), ["red.png", ""]);
        await page.click("button[type=submit]");
        await page.waitForFunction("document.getElementById('sent').textContent !== ''");
        assert.equal(await page.$eval("#sent", ({ textContent }) => textContent), "red.png 3 × 4");
        assert.equal(page.url(), url);
        const pictures = Deno.env.get("SCREENSHOTS");
        if (pictures) await page.screenshot({ path: join(pictures, "drop.png") });
        assert.deepEqual(complaints, []);
      });
    }),
});
