/**
 * The programs that the page offers make the request that the page has made, whatever is in it.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { programsOf } from "../../lib/serve/page/programs.js";
import { inFolder } from "../weights/in_folder.ts";

/** How a program is run; those that a machine lacks are left out. */
const runners: Readonly<Record<string, { readonly needs: readonly string[]; args: string[] }>> = {
  curl: { needs: ["bash", "curl"], args: ["bash", "-c"] },
  JavaScript: { needs: [], args: [Deno.execPath(), "eval", "--no-config"] },
  Python: { needs: ["python3"], args: ["python3", "-c"] },
};

async function has(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

const text = 'It\'s $HOME `ls` $(ls) \\ "two"\nlines, äöü 😀 \u2028 </script> <<JSON %s';
const bytes = Uint8Array.of(1, 2, 3, 250);
const name = "it's $a file.png";

for (const [language, { needs, args: [program, ...args] }] of Object.entries(runners)) {
  const lacks = (await Promise.all(needs.map(has))).some((each) => !each);
  Deno.test({
    name: `${language} asks as the page does${lacks ? ` (lacks one of ${needs.join(", ")})` : ""}`,
    ignore: lacks,
  }, () =>
    inFolder(async (folder) => {
      await Deno.writeFile(join(folder, name), bytes);
      const asked: { body: unknown; key: string | null }[] = [];
      await using server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        async (r) => {
          asked.push({ body: await r.json(), key: r.headers.get("authorization") });
          return Response.json({ said: "äöü" });
        },
      );
      const address = `http://127.0.0.1:${server.addr.port}/classify`;
      const plain = { model: "m", input: [text, null, 0.5, true], [text]: {} };
      const image = new File([bytes], name);
      const filled = { model: text, input: { image }, threshold: 0.25 };
      for (const [body, hasKey] of [[plain, false], [filled, true]] as const) {
        const programs: Record<string, string> = programsOf(address, body, hasKey);
        const { success, stdout, stderr } = await new Deno.Command(program, {
          args: [...args, programs[language]],
          cwd: folder,
          env: { TUNEBOOK_API_KEY: "the-key" },
        }).output();
        const told = new TextDecoder();
        assert.ok(success, told.decode(stderr));
        assert.match(told.decode(stdout), /äöü|\\u00e4/);
      }
      assert.deepEqual(asked, [
        { body: plain, key: null },
        {
          body: { ...filled, input: { image: bytes.toBase64() } },
          key: "Bearer the-key",
        },
      ]);
    }));
}
