import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  lora,
  model,
  peft,
  tableFromRows,
  textClassification,
  tokenClassification,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const quiet = { quiet: true };

Deno.test("a head of tags is no head of labels, though both have the same name and size", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const out = join(folder, "adapter");
    const rows = tableFromRows(
      Array.from({ length: 8 }, () => ({
        words: ["the", "film", "was", "good"],
        tags: ["other", "thing", "other", "other"],
      })),
    );
    const task = tokenClassification({ tokens: "words", tags: "tags" });
    const tagged = await model(reference).data(rows, task, { test: rows }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1 }).deploy(adapter(out)).run(quiet);
    await tagged.dispose();

    const labels = model(reference).data(moods(20), { text: "text", label: "mood" });
    await assert.rejects(
      labels.adapt(peft(out)).train({ epochs: 1 }).run(quiet),
      isMistake("input", "TOKEN_CLS", "text-classification is SEQ_CLS"),
    );
    const base = await model(reference).open({
      task: textClassification({ text: "text", label: "mood" }),
    });
    await assert.rejects(
      base.attach({ tags: out }),
      isMistake("input", "trained for token-classification", "task given is text-classification"),
    );
    await base.dispose();
  }));
