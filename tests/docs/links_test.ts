import assert from "node:assert/strict";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../../", import.meta.url));
const docs = (await Array.fromAsync(Deno.readDir(join(project, "docs"))))
  .map(({ name }) => name).filter((name) => name.endsWith(".md")).sort();
const pages = ["README.md", "notebooks/README.md", "bench/README.md"]
  .concat(docs.map((name) => `docs/${name}`));

/** What a page links to inside the project, `[…](data.md#columns)`. */
async function linksOf(page: string): Promise<{ path: string; heading: string | undefined }[]> {
  const text = await Deno.readTextFile(join(project, page));
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)]
    .filter(([, path, heading]) => path !== "" || heading !== undefined)
    .map(([, path, heading]) => ({
      path: path === "" ? page : posix.normalize(posix.join(posix.dirname(page), path)),
      heading,
    }));
}

/** The headings of a page as links name them: small letters, hyphens, no marks. */
async function headingsOf(page: string): Promise<string[]> {
  const text = await Deno.readTextFile(join(project, page));
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, "").trim().replaceAll(" ", "-")
  );
}

Deno.test("links of the pages go to files and headings that are there", async () => {
  const broken: string[] = [];
  let count = 0;
  for (const page of pages) {
    for (const { path, heading } of await linksOf(page)) {
      count++;
      const found = await Deno.stat(join(project, path)).catch(() => undefined);
      if (!found) broken.push(`${page}: ${path}`);
      else if (heading && path.endsWith(".md") && !(await headingsOf(path)).includes(heading)) {
        broken.push(`${page}: ${path}#${heading}`);
      }
    }
  }
  assert.ok(count > 100, `${count} links`);
  assert.deepEqual(broken, []);
});

Deno.test("every page of the docs has a place in the reading order", async () => {
  const linked = (await linksOf("docs/README.md")).map(({ path }) => path);
  const missing = docs.filter((name) => name !== "README.md" && !linked.includes(`docs/${name}`));
  assert.deepEqual(missing, []);
});

Deno.test("every tutorial has a place in the index, in both languages", async () => {
  const linked = (await linksOf("notebooks/README.md")).map(({ path }) => path);
  for (const folder of ["notebooks", "notebooks/zh"]) {
    for await (const { name } of Deno.readDir(join(project, folder))) {
      if (!/^(?!00_).*\.ipynb$/.test(name)) continue;
      assert.ok(linked.includes(`${folder}/${name}`), `${folder}/${name}`);
    }
  }
});
