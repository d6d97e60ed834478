/** Servers that are programs of a few lines: what is asked of them, and what is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { askServer } from "../../../lib/deploy/server/ask_server.ts";
import type { AnswerProof } from "../../../lib/deploy/ask_reader.ts";
import type { TrainedModel } from "../../../lib/deploy/trained_model.ts";
import { tableFromColumns } from "../../../lib/table/table.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";

const inputs = ["a fine film", "sad food"];
const answerTo = (input: string) => ({
  label: input === inputs[0] ? "glad" : "sad",
  probabilities: { glad: input === inputs[0] ? 0.75 : 0.25 },
});
const proof = {
  table: tableFromColumns({ text: inputs }),
  expectedOf: (given: readonly unknown[]) =>
    Promise.resolve(given.map((input) => ({ input, answer: answerTo(input as string) }))),
} as unknown as AnswerProof;
const trained = {
  task: { task: { name: "text-classification" }, reader: { inputsOf: () => inputs } },
} as unknown as TrainedModel;

/** A server that answers so, and the variables that it has. */
const server = (answer: string, ready = 200) => `
const answer = ${answer};
const { addr } = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/ready") return new Response("loading", { status: ${ready} });
  if (pathname === "/health") return new Response("ok");
  if (pathname !== "/classify") return Response.json({ error: pathname }, { status: 404 });
  const { input } = await request.json();
  return Response.json({ data: [{ index: 0, ...answer(input) }] });
});
console.log("listening at http://127.0.0.1:" + addr.port);
`;
const honest =
  `(input) => ({ label: input === "sad food" ? "sad" : "glad", probabilities: { glad: input === "sad food" ? 0.25 : 0.7501 } })`;

function ask(program: string) {
  return inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "server.js"), program);
    const args = ["run", "--allow-net", "--allow-env", "--allow-read", "server.js"];
    return await askServer({ program: Deno.execPath(), args, folder }, trained, proof);
  });
}

Deno.test("a server is asked in an empty home, without a variable of this process", async () => {
  const check = `
if (Deno.env.has("TUNEBOOK_TEST_SECRET")) throw new Error("it sees the variables of its maker");
if ([...Deno.readDirSync(Deno.env.get("HOME"))].some(({ name }) => !/^(?:tmp|deno)$/.test(name))) {
  throw new Error("its home is not empty");
}
`;
  Deno.env.set("TUNEBOOK_TEST_SECRET", "1");
  const { inputs: asked, largestDifference } = await ask(check + server(honest))
    .finally(() => Deno.env.delete("TUNEBOOK_TEST_SECRET"));
  assert.equal(asked, 2);
  assert.ok(Math.abs(largestDifference - 1e-4) < 1e-9, `${largestDifference}`);
});

Deno.test("a server that does not start, is not ready or answers otherwise is refused", async () => {
  const cases: readonly [string, RegExp | string][] = [
    [`throw new Error("no model here")`, /does not start: .*no model here/s],
    [server(honest, 503), "/ready answers 503: loading"],
    [server(`() => ({ label: "glad", probabilities: { glad: 0.75 } })`), "the trained model"],
    [server(`() => ({ label: "glad" })`), "the server answers"],
  ];
  for (const [program, message] of cases) {
    await assert.rejects(ask(program), isMistake("output", message));
  }
});
