import assert from "node:assert/strict";
import { isUnreachable, send } from "../../lib/weights/request.ts";

Deno.test("the token stays with the first origin, on the way there and back", async () => {
  const seen: string[] = [];
  const listen = (name: string, next: () => string | undefined) =>
    Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      seen.push(`${name} ${request.headers.get("authorization")}`);
      const location = next();
      return new Response(null, location ? { status: 302, headers: { location } } : {});
    });
  const path: string[] = [];
  const next = () => path.shift();
  await using first = listen("first", next);
  await using second = listen("second", next);
  const [one, two] = [first, second].map(({ addr }) => `http://127.0.0.1:${addr.port}`);
  path.push("/same", `${two}/other`, `${two}/again`, `${one}/back`);
  const outcome = await send(one, { method: "GET" }, { token: "secret" });
  assert.ok("value" in outcome && outcome.value.url === `${one}/back`);
  await outcome.value.response.body?.cancel();
  assert.deepEqual(seen, [
    "first Bearer secret",
    "first Bearer secret",
    "second null",
    "second null",
    "first Bearer secret",
  ]);
});

Deno.test("a server that is not there is a failure that may pass", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const outcome = await send(`http://127.0.0.1:${port}/x`, { method: "HEAD" }, {});
  assert.ok("failure" in outcome && isUnreachable(outcome.failure));
  assert.match(outcome.failure.message, /cannot reach http:\/\/127\.0\.0\.1:\d+\/x/);
});
