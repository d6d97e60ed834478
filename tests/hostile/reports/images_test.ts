/**
 * Folders and files of images as tools leave them, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { imageFolder } from "../../../lib/data/images/image_folder.ts";
import { readCoco } from "../../../lib/data/images/read_coco.ts";
import { readYolo } from "../../../lib/data/images/read_yolo.ts";
import { readTable } from "../../../lib/table/read_table.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";

/** Two pixels wide and three high. */
const gif = Uint8Array.fromBase64("R0lGODdhAgADAIAAAAAAAP///ywAAAAAAgADAAACAoRRADs=");

async function put(folder: string, files: Readonly<Record<string, string | Uint8Array>>) {
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(join(folder, path, ".."), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(join(folder, path), content);
    else await Deno.writeFile(join(folder, path), content);
  }
}

Deno.test("a folder of YOLO as annotation tools export it is read without a data.yaml", () =>
  inFolder(async (folder) => {
    await put(folder, {
      "images/a.gif": gif,
      "labels/a.txt": "2 0.5 0.5 1 1\n0 0 0 1 0 1 1 0 1\n",
      "classes.txt": "cat\n\ndog\n",
      "notes.json": "{}",
    });
    const table = await readYolo(folder, { masks: false });
    assert.deepEqual(table.columnNames(), ["image", "objects"]);
    // The second is an oriented box: its four corners.
    const box = [0, 0, 2, 3];
    assert.deepEqual(table.get("objects", 0), [{ box, label: "dog" }, { box, label: "cat" }]);
    await put(folder, { "data.yaml": "train: images\nnames: [bird, b, c]\n" });
    const named = await readYolo(folder);
    assert.equal((named.get("objects", 0) as { label: string }[])[1].label, "bird");
    assert.equal(named.get("split", 0), "train");
    await assert.rejects(
      readYolo(join(folder, "labels")),
      isMistake("data", "has no data.yaml, nor both classes.txt and images"),
    );
  }));

Deno.test("images of COCO whose paths are those of another machine are found by name and size", () =>
  inFolder(async (folder) => {
    await put(folder, { "images/cb06-a.gif": gif, "other/b.gif": gif, "images/b.gif": gif });
    const rowsOf = async (file_name: string, width = 2) => {
      const images = [{ id: 0, file_name, width, height: 3 }];
      const path = join(folder, "result.json");
      await Deno.writeTextFile(
        path,
        JSON.stringify({ images, annotations: [], categories: [{ id: 0, name: "cat" }] }),
      );
      return await readCoco(path);
    };
    const found = join(folder, "images", "cb06-a.gif");
    for (
      const path of [
        "images/cb06-a.gif",
        "images\\cb06-a.gif",
        "images\\1/cb06-a.gif",
        "..\\..\\label-studio\\media\\upload\\4\\cb06-a.gif",
        "/data/upload/1/cb06-a.gif",
      ]
    ) assert.equal((await rowsOf(path)).get("image", 0), found, path);
    await assert.rejects(rowsOf("upload/b.gif"), isMistake("data", "2 images have its name"));
    await assert.rejects(rowsOf("upload/c.gif"), isMistake("data", "upload/c.gif is not in"));
    await assert.rejects(
      rowsOf("upload/cb06-a.gif", 4),
      isMistake("data", "images/cb06-a.gif has 2 × 3 pixels, not 4 × 3"),
    );
  }));

Deno.test("captions beside images are not overlooked: the error says what reads them, and that does", () =>
  inFolder(async (folder) => {
    const metadata = ["a", "b"].map((name) =>
      JSON.stringify({ file_name: `${name}.gif`, text: `drawing ${name}` })
    ).join("\n");
    await put(folder, {
      "train/a.gif": gif,
      "train/b.gif": gif,
      "train/metadata.jsonl": metadata,
    });
    const place = join(folder, "train", "metadata.jsonl");
    await assert.rejects(
      imageFolder(folder),
      isMistake("data", "train/metadata.jsonl says more of the images", JSON.stringify(place)),
    );
    const table = await readTable(place);
    assert.deepEqual(table.array("text"), ["drawing a", "drawing b"]);
  }));
