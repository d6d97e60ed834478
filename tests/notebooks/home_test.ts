import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../weights/in_folder.ts";
import { jupyterOrReason, kernelTest } from "./execute.ts";

const program = fileURLToPath(new URL("../../lib/cli/notebook.ts", import.meta.url));
const jupyter = await jupyterOrReason();

/** Where Deno keeps its cache now; it follows HOME. */
async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

// On Windows the home folder has another variable, and a program another ending.
if (Deno.build.os !== "windows") {
  kernelTest(jupyter, "deno task notebook writes nothing into the home folder", async () => {
    await inFolder(async (folder) => {
      const [home, bin] = [join(folder, "home"), join(folder, "bin")];
      await Promise.all([Deno.mkdir(home), Deno.mkdir(bin)]);
      // As the real one, npm writes a log whenever it is started.
      const npm = join(bin, "npm");
      await Deno.writeTextFile(npm, `#!/bin/sh\nmkdir -p "$HOME/.npm"\necho "$HOME"\n`);
      await Deno.chmod(npm, 0o755);
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "--no-check", program, "--no-browser"],
        env: {
          HOME: home,
          DENO_DIR: await denoFolder(),
          PATH: `${bin}:${Deno.env.get("PATH") ?? ""}`,
        },
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      try {
        const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        const address = /VS Code.*: (\S+)\?token=(\w+)\n/;
        while (!address.test(text)) {
          const { value, done } = await output.read();
          assert.ok(!done, `no address was printed: ${text}`);
          text += value;
        }
        const [, url, token] = address.exec(text)!;
        const response = await fetch(`${url}lsp/status`, {
          headers: { Authorization: `token ${token}` },
        });
        await response.body?.cancel();
        const settings = await fetch(
          `${url}lab/api/settings/@jupyterlab/apputils-extension:notification`,
          { headers: { Authorization: `token ${token}` } },
        );
        const { schema } = await settings.json();
        assert.equal(schema.properties.fetchNews.default, "false", "it would ask about news");
        assert.equal(schema.properties.checkForUpdates.default, false);
        await output.cancel();
      } finally {
        child.kill("SIGTERM");
        await child.status;
      }
      assert.deepEqual((await Array.fromAsync(Deno.readDir(home))).map(({ name }) => name), []);
    });
  });
}
