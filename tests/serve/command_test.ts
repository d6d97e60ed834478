/**
 * `deno task serve` as a process: it listens, answers, and stops on a signal when what runs is finished.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lora } from "tunebook";
import { serveCommand } from "../../lib/cli/serve_flags.ts";
import { isMistake } from "../is_mistake.ts";
import { trained } from "../pipeline/open/trained.ts";
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { post } from "./toy_base.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const noKeys = () => undefined;

Deno.test("flags become options, and mistakes are told together", async () => {
  const { sources, options } = await serveCommand(
    ["a=out/a", "b=out/b", "--port", "0", "--max-queue", "600", "--cors", "https://a.org,*"],
    (name) => name === "TUNEBOOK_API_KEYS" ? "first-key, other-key" : undefined,
  );
  assert.deepEqual(sources, { a: "out/a", b: "out/b" });
  assert.deepEqual(options, {
    port: 0,
    maxQueue: 600,
    cors: ["https://a.org", "*"],
    apiKeys: ["first-key", "other-key"],
  });
  assert.deepEqual((await serveCommand(["out/a", "out/b"], noKeys)).sources, ["out/a", "out/b"]);
  await assert.rejects(
    serveCommand(["--port", "x"], noKeys),
    isMistake("input", '--port is "x"', "name a folder to serve"),
  );
  await assert.rejects(
    serveCommand(["--prt", "3"], noKeys),
    isMistake("input", "there is no flag --prt", 'did you mean "port"'),
  );
  await assert.rejects(
    serveCommand(["a=x", "y"], noKeys),
    isMistake("input", "give every folder a name, or none: y"),
  );
});

Deno.test("who meant to ask for keys does not serve without", () =>
  inFolder(async (folder) => {
    const file = join(folder, "keys");
    const command = (variable?: string) =>
      serveCommand(["out/a", "--api-keys-file", file], () => variable);
    await assert.rejects(command(), isMistake("input", "--api-keys-file", file, "cannot be read"));
    await Deno.writeTextFile(file, "\n \n");
    await assert.rejects(command("of-the-variable"), isMistake("input", `${file} has no key`));
    await assert.rejects(
      serveCommand(["out/a"], () => " , "),
      isMistake("input", "TUNEBOOK_API_KEYS is set, but has no key"),
    );
    assert.equal((await serveCommand(["out/a"], () => "")).options.apiKeys, undefined);
  }));

Deno.test({
  name: "a process serves a folder and stops on SIGTERM, with spans of OpenTelemetry asked for",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"));
      const path = join(folder, "mood");
      const expected = await trained(reference, path, lora({ rank: 2 }), { label: "mood" });
      const keys = join(folder, "keys");
      await Deno.writeTextFile(keys, "of-a-file-1\nof-a-file-2\n");
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--allow-all", "--no-check", "--config", `${project}deno.json`],
          `${project}lib/cli/serve.ts`,
          ...[path, "--port", "0", "--api-keys-file", keys],
        ],
        // Spans go to the console, so that nothing is sent anywhere.
        env: { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_PROTOCOL: "console" },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      let stderr = "";
      const reading = (async () => {
        for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) stderr += part;
      })();
      let stdout = "";
      const listening = Promise.withResolvers<string>();
      const printing = (async () => {
        for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
          stdout += part;
          const [, url] = /listening at (\S+)\n/.exec(stdout) ?? [];
          if (url) listening.resolve(url);
        }
        listening.reject(new Error(`it ended: ${stderr}`));
      })();
      listening.promise.catch(() => {});
      try {
        const url = await listening.promise;
        const headers = { authorization: "Bearer of-a-file-2" };
        const input = "the film was superb";
        const { body } = await post({ url }, "/classify", { input }, { headers });
        assert.equal(body.data[0].label, expected[0].label);
        assert.equal((await post({ url }, "/classify", { input })).status, 401);
      } finally {
        child.kill("SIGTERM");
      }
      const { code } = await child.status;
      await Promise.all([reading, printing]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /models: mood\nendpoints: http/);
      // What SIGTERM is to be sent to, whoever started it.
      assert.match(stdout, new RegExp(`\nprocess: ${child.pid}\n`));
      assert.match(stderr, /stopping: finishing what runs/);
      assert.match(stdout + stderr, /\/classify/, "no span of a request was printed");
    }),
});
