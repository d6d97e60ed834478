import assert from "node:assert/strict";
import { inFolder } from "../weights/in_folder.ts";

Deno.test("without Python the error says what to install", () =>
  inFolder(async (folder) => {
    const module = new URL("../../lib/cli/jupyter.ts", import.meta.url).href;
    const program = `const { prepareJupyter } = await import(${JSON.stringify(module)});
try {
  await prepareJupyter(${JSON.stringify(folder)});
} catch ({ kind, message }) {
  console.log(kind, message);
}`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", program],
      env: { PATH: folder, NO_COLOR: "1" },
      stderr: "null",
    }).output();
    assert.match(
      new TextDecoder().decode(stdout),
      /^device notebooks need Python 3\.10 or newer for Jupyter; there is none on the PATH\. Install/,
    );
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));
