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

// The installation is a stub here: the real one takes a minute and the network.
if (Deno.build.os !== "windows") {
  Deno.test("of two programs that start at once one installs, and the other waits for it", () =>
    inFolder(async (folder) => {
      const bin = `${folder}/bin`;
      await Deno.mkdir(bin);
      const python = `#!/bin/sh
case "$*" in
  *version_info*) echo 3.11 ;;
  *venv*) sleep 0.5; mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
  *pip*) echo installed >> ${folder}/log ;;
esac
`;
      await Deno.writeTextFile(`${bin}/python3`, python, { mode: 0o755 });
      const module = new URL("../../lib/cli/jupyter.ts", import.meta.url).href;
      const program = `const { prepareJupyter } = await import(${JSON.stringify(module)});
console.log((await prepareJupyter(${JSON.stringify(`${folder}/project`)})).python);`;
      const start = () =>
        new Deno.Command(Deno.execPath(), {
          args: ["eval", "--no-check", program],
          env: { PATH: `${bin}:/usr/bin:/bin`, NO_COLOR: "1" },
        }).output();
      for (const { success, stdout, stderr } of await Promise.all([start(), start()])) {
        const text = new TextDecoder();
        assert.ok(success, text.decode(stderr));
        assert.match(text.decode(stdout), /environment\/bin\/python\n$/);
      }
      assert.equal(await Deno.readTextFile(`${folder}/log`), "installed\n");
    }));
}
