import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jupyterOrReason, kernelTest } from "./execute.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const jupyter = await jupyterOrReason();

/** Reads until the address is printed; goes on reading, so that the server is never blocked. */
async function addressOf(child: Deno.ChildProcess): Promise<{ url: string; token: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ url: string; token: string }>();
  let text = "";
  const read = async () => {
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      const found = /JupyterLab: (\S+?)lab\?token=(\w+)\s/.exec(text);
      if (found) resolve({ url: found[1], token: found[2] });
    }
    reject(new Error(`no address was printed: ${text}`));
  };
  read().catch(reject);
  return await promise;
}

/** Executes code as a front end does, over the kernel's socket; the value of its last expression. */
async function executeOverSocket(url: string, token: string, id: string, code: string) {
  const socket = new WebSocket(
    `${url.replace(/^http/, "ws")}api/kernels/${id}/channels?token=${token}`,
  );
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, string>>();
  socket.onerror = () => reject(new Error("the socket failed"));
  socket.onclose = () => reject(new Error("the socket closed"));
  socket.onmessage = ({ data }) => {
    const { msg_type: type, content } = JSON.parse(data);
    if (type === "execute_result") resolve(content.data);
    if (type === "error") reject(new Error(content.evalue));
  };
  socket.onopen = () =>
    socket.send(JSON.stringify({
      channel: "shell",
      header: {
        msg_id: crypto.randomUUID(),
        msg_type: "execute_request",
        session: crypto.randomUUID(),
        username: "test",
        version: "5.3",
      },
      parent_header: {},
      metadata: {},
      content: { code, silent: false, store_history: true, user_expressions: {} },
      buffers: [],
    }));
  try {
    return await promise;
  } finally {
    socket.onclose = null;
    socket.close();
  }
}

kernelTest(jupyter, "deno task notebook serves the Deno kernel to any front end", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      join(project, "lib/cli/notebook.ts"),
      "--no-browser",
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    const { url, token } = await addressOf(child);
    const api = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${url}api/${path}`, {
        ...init,
        headers: { Authorization: `token ${token}` },
      });
      assert.ok(response.ok, `${path}: ${response.status}`);
      return response.status === 204 ? undefined : await response.json();
    };
    const { default: standard, kernelspecs } = await api("kernelspecs");
    assert.deepEqual([standard, Object.keys(kernelspecs)], ["deno", ["deno"]]);
    const started = await api("kernels", { method: "POST", body: '{"name":"deno"}' });
    const value = await executeOverSocket(
      url,
      token,
      started.id,
      'import { notebook } from "tunebook/notebook";\n[notebook.isNotebook, 6 * 7]',
    );
    assert.match(value["text/plain"], /true, 42/);
    await api(`kernels/${started.id}`, { method: "DELETE" });
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
});
