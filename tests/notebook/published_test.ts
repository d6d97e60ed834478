import assert from "node:assert/strict";
import { subscribe } from "../../lib/notebook/published.ts";
import { startKernel } from "./publishing_kernel.ts";

Deno.test("a cell waits until all that it wrote was sent, however long that takes", async () => {
  const kernel = startKernel({ perMessage: 20 });
  const published = await subscribe(kernel, kernel.address);
  assert.ok(published);
  for (let line = 0; line < 20; line++) {
    kernel.broadcast("stream", { text: "y".repeat(line % 2 ? 10 : 100_000) });
  }
  assert.ok(await published.wait());
  assert.equal(kernel.sent.filter((type) => type === "stream").length, 20);
  published.close();
  await kernel.end();
});

Deno.test("a thread that stands still hears of it too", async () => {
  const program = `
import { subscribe } from ${JSON.stringify(import.meta.resolve("../../lib/notebook/published.ts"))};
const kernel = new Worker(${
    JSON.stringify(import.meta.resolve("./publishing_kernel.ts"))
  }, { type: "module" });
const address = await new Promise((resolve) => kernel.onmessage = ({ data }) => resolve(data));
const broadcast = (type, content) => kernel.postMessage({ type, content });
const published = await subscribe({ broadcast }, address);
console.log(published.block());
Deno.exit();`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  assert.equal(text.decode(stdout), "true\n", text.decode(stderr));
});

Deno.test("a kernel that ends is not waited for", async () => {
  const kernel = startKernel();
  const published = await subscribe(kernel, kernel.address);
  await kernel.end();
  assert.equal(await published!.wait(), false);
  assert.equal(published!.block(), false);
  published!.close();
});

Deno.test("without a kernel there is nothing to hear", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const found = await subscribe({ broadcast() {} }, { hostname: "127.0.0.1", port });
  assert.equal(found, undefined);
});
