import assert from "node:assert/strict";
import { join } from "node:path";
import { imageFolder } from "../../../lib/data/images/image_folder.ts";
import { maskFolder } from "../../../lib/data/images/mask_folder.ts";
import { inFiles } from "./in_files.ts";

Deno.test("folders are classes, in the order of paths, hidden files left out", async () => {
  const files = {
    "dogs/b.JPG": "",
    "dogs/a.png": "",
    "cats/small/1.webp": "",
    "cats/.DS_Store": "",
    "cats/Thumbs.db": "",
    ".git/config.png": "",
  };
  await inFiles(files, async (folder) => {
    const table = await imageFolder(folder);
    assert.deepEqual(table.columnNames(), ["image", "label"]);
    assert.deepEqual(table.array("label"), ["cats", "dogs", "dogs"]);
    assert.deepEqual(
      table.array("image"),
      ["cats/small/1.webp", "dogs/a.png", "dogs/b.JPG"].map((path) => join(folder, path)),
    );
  });
});

Deno.test("folders of splits stand above the classes", async () => {
  const files = { "Train/a/1.png": "", "valid/a/1.png": "", "test/b/1.png": "" };
  await inFiles(files, async (folder) => {
    const table = await imageFolder(folder);
    assert.deepEqual(table.array("split"), ["train", "test", "validation"]);
    assert.deepEqual(table.array("label"), ["a", "b", "a"]);
  });
});

Deno.test("all that is wrong in a folder is told at once", async () => {
  const files = { "a/1.png": "", "2.png": "", "a/notes.txt": "", "test/b/3.png": "" };
  await inFiles(files, async (folder) => {
    await Deno.mkdir(join(folder, "c"));
    await assert.rejects(imageFolder(folder), (error: Error) => {
      for (
        const part of [
          /a\/notes\.txt is no image; move it/,
          /the folder c is empty/,
          /2\.png is in no folder of a class/,
          /the folders test are named as splits, and a beside them are not/,
        ]
      ) assert.match(error.message, part);
      return true;
    });
  });
  await inFiles({ "a/1.png": "", "a/notes.txt": "" }, async (folder) => {
    assert.equal((await imageFolder(folder, { others: "skip" })).numRows(), 1);
  });
  await inFiles({ "readme.md": "" }, async (folder) => {
    await assert.rejects(imageFolder(folder, { others: "skip" }), /there is no image in it/);
  });
  await assert.rejects(imageFolder("/none/such"), /cannot list \/none\/such/);
  await assert.rejects(imageFolder(""), /takes a path/);
});

Deno.test("a link in a circle is an error, one to a folder is followed", async () => {
  await inFiles({ "real/1.png": "", "set/b/2.png": "" }, async (folder) => {
    await Deno.symlink(join(folder, "real"), join(folder, "set/a"));
    assert.deepEqual((await imageFolder(join(folder, "set"))).array("label"), ["a", "b"]);
    await Deno.symlink(join(folder, "set"), join(folder, "set/b/again"));
    await assert.rejects(imageFolder(join(folder, "set")), /a link leads back to/);
  });
});

Deno.test("images and masks of one name are a row", async () => {
  const files = { "images/train/1.jpg": "", "images/test/2.jpg": "" };
  const masks = { "masks/train/1.png": "", "masks/test/2.png": "" };
  await inFiles({ ...files, ...masks }, async (folder) => {
    const table = await maskFolder(folder);
    assert.deepEqual(table.array("split"), ["test", "train"]);
    assert.deepEqual(
      table.array("mask"),
      ["masks/test/2.png", "masks/train/1.png"].map((path) => join(folder, path)),
    );
  });
  await inFiles({
    "images/1.jpg": "",
    "images/1.png": "",
    "images/3.jpg": "",
    "masks/1.jpg": "",
    "masks/2.png": "",
  }, async (folder) => {
    await assert.rejects(maskFolder(folder), (error: Error) => {
      for (
        const part of [
          /images\/1\.jpg and images\/1\.png have one name/,
          /images\/3\.jpg has no mask in masks/,
          /masks\/2\.png has no image in images/,
          /masks\/1\.jpg is no PNG/,
        ]
      ) assert.match(error.message, part);
      return true;
    });
  });
});
