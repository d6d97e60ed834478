import assert from "node:assert/strict";
import {
  ContentsManager,
  KernelManager,
  KernelSpecManager,
  SessionManager,
} from "@jupyterlab/services";
import { outputsOf, settingsFor } from "./client.ts";
import { jupyterOrReason, kernelTest } from "./execute.ts";
import { startServer } from "./notebook_server.ts";

const jupyter = await jupyterOrReason();

// VS Code talks to an existing server through this very package: REST with the token in a header,
// the socket with the token in its address and the subprotocol v1.kernel.websocket.jupyter.org.
kernelTest(
  jupyter,
  "deno task notebook serves VS Code's client, from start to shutdown",
  async () => {
    await using server = await startServer();
    const protocols: string[] = [];
    class Socket extends WebSocket {
      constructor(url: string | URL, wanted?: ConstructorParameters<typeof WebSocket>[1]) {
        super(url, wanted);
        this.addEventListener("open", () => protocols.push(this.protocol));
      }
    }
    const serverSettings = settingsFor(server, Socket);
    const specs = new KernelSpecManager({ serverSettings });
    const kernels = new KernelManager({ serverSettings });
    const sessions = new SessionManager({ serverSettings, kernelManager: kernels });
    const contents = new ContentsManager({ serverSettings });
    try {
      await Promise.all([specs.ready, kernels.ready, sessions.ready]);
      assert.equal(specs.specs!.default, "deno");
      assert.deepEqual(Object.keys(specs.specs!.kernelspecs), ["deno"]);
      assert.equal(specs.specs!.kernelspecs.deno!.language, "typescript");

      // As VS Code does, a file that only names the session.
      const { path } = await contents.newUntitled({ type: "notebook" });
      try {
        const session = await sessions.startNew({
          path,
          name: path,
          type: "notebook",
          kernel: { name: "deno" },
        });
        const kernel = session.kernel!;
        await kernel.info;
        const first = await outputsOf(
          kernel,
          `import { notebook } from "tunebook/notebook";
import { tableFromColumns } from "tunebook";
const kept = 7;
console.log("said");
[notebook.isNotebook, 6 * kept]`,
        );
        assert.deepEqual(first, ["said\n", "[ true, 42 ]"]);
        assert.match(
          (await outputsOf(kernel, "tableFromColumns({ a: [1] })"))[0],
          /1 row × 1 column/,
        );
        assert.deepEqual(await outputsOf(kernel, `throw new TypeError("no")`), ["TypeError: no"]);

        const wait = `let stopped = false;
Deno.addSignalListener("SIGINT", () => stopped = true);
console.log("waiting");
while (!stopped) await new Promise((resolve) => setTimeout(resolve, 5));
"stopped"`;
        const interrupted = await outputsOf(kernel, wait, (text) => {
          if (text === "waiting\n") void kernel.interrupt();
        });
        assert.deepEqual(interrupted, ["waiting\n", '"stopped"']);
        assert.deepEqual(await outputsOf(kernel, "kept"), ["7"]);

        await kernel.restart();
        // A kernel that has just started again may answer its first questions with nothing.
        let kept: string[] = [];
        for (let tries = 0; kept.length === 0 && tries < 10; tries++) {
          if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 500));
          kept = await outputsOf(kernel, "typeof kept");
        }
        assert.deepEqual(kept, ['"undefined"']);
        assert.deepEqual([...new Set(protocols)], ["v1.kernel.websocket.jupyter.org"]);
        await session.shutdown();
        await kernels.refreshRunning();
        assert.deepEqual([...kernels.running()], []);
      } finally {
        await contents.delete(path);
      }
    } finally {
      for (const manager of [contents, sessions, kernels, specs]) manager.dispose();
    }
  },
);

kernelTest(jupyter, "without the token the server gives nothing", async () => {
  await using server = await startServer();
  for (const path of ["api/kernelspecs", "api/kernels", "api/contents"]) {
    const response = await fetch(`${server.url}${path}`);
    await response.body?.cancel();
    assert.equal(response.status, 403, path);
  }
});
