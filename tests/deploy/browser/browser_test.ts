import assert from "node:assert/strict";
import { join } from "node:path";
import { browser, imageGeneration, lora, model } from "tunebook";
import { checkPage } from "../../../lib/deploy/browser/page.ts";
import { findChromium } from "../../find_chromium.ts";
import { isMistake } from "../../is_mistake.ts";
import { moods, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { answered, ask, visit, whenReady } from "./visit.ts";

// `deno task browser:pages` asks the pages of all tasks.
/** A part of what a screen reader is told. */
interface Told {
  readonly role: string;
  readonly name?: string;
  readonly children?: readonly Told[];
}

/** All parts, in their order. */
function flat(part: Told | null): Told[] {
  return part ? [part, ...(part.children ?? []).flatMap(flat)] : [];
}

const hasChromium = await findChromium().then(() => true, () => false);

Deno.test({
  name: "a page answers as trained, by keyboard, from any path, and again without a network",
  ignore: !hasChromium,
  fn: () =>
    inFolder(async (folder) => {
      const out = join(folder, "page");
      const examples = ["the food was awful"];
      const result = await model(await tinyModel(join(folder, "base")))
        .data(moods(48), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
        .train({ epochs: 2, learningRate: 1e-2, batchSize: 8 })
        .deploy(browser(out, { title: "<b>Moods</b> & more", examples })).run({ quiet: true });
      const texts = ["the film was lovely", ...examples];
      const shown = (await result.predict(texts)).map(({ probabilities }) =>
        Object.entries(probabilities).sort(([, a], [, b]) => b - a)
          .map(([label, score]) => `${label}${(100 * score).toFixed(1)} %`).join("")
      );
      await result.dispose();
      // Anybody may read the folder.
      const ofOwners = ["watch_profile.json", "tunebook_card.json"];
      const there = Array.from(Deno.readDirSync(out), ({ name }) => name);
      assert.deepEqual(there.filter((name) => ofOwners.includes(name)), []);
      await visit(out, "/a/deep path/", async ({ page, url, asked, complaints, cutNetwork }) => {
        assert.equal(await page.title(), "<b>Moods</b> & more");
        assert.equal(
          await page.$eval("h1", ({ textContent }) => textContent),
          "<b>Moods</b> & more",
        );
        // The first field has the focus; Control and Enter send.
        await page.keyboard.type(texts[0]);
        await page.keyboard.down("Control");
        await page.keyboard.press("Enter");
        await page.keyboard.up("Control");
        assert.equal(await answered(page), shown[0]);
        const named = flat(await page.accessibility.snapshot()).filter(({ role }) =>
          role === "textbox" || role === "button"
        );
        assert.deepEqual(named.map(({ name }) => name), ["Text", examples[0], "Ask"]);
        assert.match(
          await page.$eval("#kept", (place) => place.textContent ?? ""),
          /works without a network/,
        );
        await cutNetwork();
        await page.goto(url);
        await whenReady(page, complaints);
        await page.click("button.example");
        assert.equal(await answered(page), shown[1]);
        assert.equal(await ask(page, { text: texts[0] }), shown[0]);
        assert.deepEqual(complaints, []);
        const others = asked.filter((each) => !each.startsWith(url) && !each.startsWith("data:"));
        assert.deepEqual(others, []);
      });

      await Deno.truncate(join(out, "worker.js"), 10);
      const index = join(out, "index.html");
      const text = await Deno.readTextFile(index);
      await Deno.writeTextFile(
        index,
        text.replace("page.css", "https://elsewhere.example/page.css"),
      );
      await assert.rejects(
        checkPage(out),
        isMistake("output", "worker.js has 10 bytes", "index.html names another address"),
      );
    }),
});

Deno.test("a task that transformers.js has no pipeline for is refused before any training", () =>
  inFolder(async (folder) => {
    const { task } = imageGeneration({ image: "image", label: "label" }).withLabels(["a", "b"]);
    assert.equal(task.name, "image-generation");
    const target = browser(join(folder, "page"));
    await assert.rejects(
      async () => await target.check!({} as never, { task: task.withLabels(["a"]) } as never),
      isMistake("unsupported", "have none for the task image-generation"),
    );
  }));

Deno.test("options that make no sense together are refused", () => {
  assert.throws(
    () => browser("out", { mostDrift: 0.1, examples: [""] }),
    isMistake("input", "mostDrift belongs to a dtype", "examples is"),
  );
});
