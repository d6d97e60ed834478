/**
 * What a kernel's socket of published messages does, for tests; in a worker it starts one and sends
 * what it is posted.
 *
 * @module
 */

/** A kernel that sends what it is given, one message after the other, as slowly as it is told. */
export function startKernel({ perMessage = 0 } = {}) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const sent: string[] = [];
  let connection: Deno.Conn | undefined;
  const serve = async () => {
    const conn = await listener.accept();
    const bytes = async (count: number) => {
      for (const one = new Uint8Array(1); count > 0; count--) await conn.read(one);
    };
    await conn.write(Uint8Array.of(0xff, ...Array(8).fill(0), 0x7f, 3, ...Array(53).fill(0)));
    await bytes(64); // the greeting
    await conn.write(Uint8Array.of(4, 3, 2, 79, 75)); // a command
    await bytes(2 + 1 + 5 + 1 + 11 + 4 + 3); // READY, Socket-Type, SUB
    await bytes(3); // a subscription to everything
    connection = conn;
  };
  const serving = serve();
  let last = Promise.resolve();
  return {
    sent,
    address: { hostname: "127.0.0.1", port: (listener.addr as Deno.NetAddr).port },
    broadcast(type: string, content: Record<string, unknown>) {
      last = last.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, perMessage));
        if (!connection) return;
        const text = new TextEncoder().encode(JSON.stringify(content));
        const size = new Uint8Array(8);
        new DataView(size.buffer).setBigUint64(0, BigInt(text.length));
        const frame = text.length > 255 ? [2, ...size, ...text] : [0, text.length, ...text];
        const message = Uint8Array.of(1, type.length, ...new TextEncoder().encode(type), ...frame);
        for (let at = 0; at < message.length;) at += await connection.write(message.subarray(at));
        sent.push(type);
      }).catch(() => {});
    },
    async end() {
      listener.close();
      await serving.catch(() => {});
      connection?.close();
    },
  };
}

if (globalThis.constructor.name === "DedicatedWorkerGlobalScope") {
  const worker = globalThis as unknown as {
    postMessage(address: unknown): void;
    onmessage(event: { data: { type: string; content: Record<string, unknown> } }): void;
  };
  const kernel = startKernel();
  worker.onmessage = ({ data: { type, content } }) => kernel.broadcast(type, content);
  worker.postMessage(kernel.address);
}
