/**
 * Asks a model with transformers.js: one function for each kind of input, chosen by `settings.json`.
 * The page's worker and the server at the edge share it.
 *
 * @module
 */

/**
 * Opens the model of a folder.
 *
 * @param transformers the module of transformers.js, whose `env` says where files are
 * @param settings what `settings.json` says
 * @param options what `pipeline` takes: device, progress_callback
 * @param folder where the model lies, below what `env` says
 * @returns `ask`, which takes an input of the settings' kind and a function that is told each piece of a text as
 * it is written; `dispose` frees the model
 */
export async function openModel(transformers, settings, options, folder = "model") {
  const pipe = await transformers.pipeline(settings.pipeline, folder, {
    dtype: settings.dtype,
    local_files_only: true,
    ...options,
  });
  const ask = askers[settings.kind];
  return {
    ask: (input, onText) => ask({ pipe, settings, transformers, onText }, input),
    dispose: () => pipe.dispose(),
  };
}

/** What answers an input, by the kind of what is asked. */
const askers = {
  /** `{ text, pair }` → every label with its score. */
  async labels({ pipe, settings }, { text, pair }) {
    if (!settings.pair) return await pipe(text, { top_k: settings.labels.length });
    return scored(settings, pipe, (await outputsOf(pipe, text, pair)).logits.data);
  },
  /** `{ text, pair }` → a number. */
  async number({ pipe, settings }, { text, pair }) {
    const found = settings.pair ? (await outputsOf(pipe, text, pair)).logits : await pipe(text);
    return Number(found.data[0]);
  },
  /** `{ text }` → spans with their tags. */
  tags: ({ pipe }, { text }) => pipe(text, { aggregation_strategy: "simple" }),
  /** `{ question, context }` → the answer and its score. */
  answer: ({ pipe }, { question, context }) => pipe(question, context),
  /** `{ texts }` → a vector for each; asked one by one, since padding would be pooled with the last token. */
  async vectors({ pipe, settings: { pooling, normalize } }, { texts }) {
    const vectors = [];
    for (const text of texts) {
      vectors.push(Array.from((await pipe(text, { pooling, normalize })).data));
    }
    return vectors;
  },
  /** `{ text }` → what the model goes on with. */
  async text(asked, { text, ...options }) {
    const [found] = await asked.pipe(text, { ...written(asked, options), return_full_text: false });
    return found.generated_text;
  },
  /** `{ messages }` → the next turn. */
  async chat(asked, { messages, ...options }) {
    const [found] = await asked.pipe(messages, written(asked, options));
    return found.generated_text.at(-1).content;
  },
  /** `{ text }` → the target of this source. */
  async target(asked, { text, ...options }) {
    const source = asked.settings.before + text;
    const [found] = await asked.pipe(source, written(asked, options));
    return Object.values(found)[0];
  },
  /** `{ image }` → every label with its score. */
  async imageLabels({ pipe, settings, transformers }, { image }) {
    if (!settings.several) return await pipe(image, { top_k: settings.labels.length });
    return scored(settings, pipe, (await imageOutputsOf(transformers, pipe, image)).logits.data);
  },
  /** `{ image }` → a number. */
  async imageNumber({ pipe, transformers }, { image }) {
    return Number((await imageOutputsOf(transformers, pipe, image)).logits.data[0]);
  },
  /** `{ image, threshold }` → objects, with boxes as shares of the image. */
  boxes: ({ pipe, settings }, { image, threshold = settings.threshold }) =>
    pipe(image, { threshold, percentage: true }),
  /** `{ image }` → a mask for each class that some pixel has: 255 where it has it. */
  async masks({ pipe }, { image, size }) {
    const found = await pipe(image, size ? { target_sizes: [size] } : {});
    return found.map(({ label, mask: { width, height, data } }) => ({
      label,
      mask: { width, height, data: Uint8Array.from(data) },
    }));
  },
};

/** What the model gives for a text, or for two. */
function outputsOf(pipe, text, pair) {
  return pipe.model(
    pipe.tokenizer([text], { text_pair: [pair], padding: true, truncation: true }),
  );
}

async function imageOutputsOf({ RawImage }, pipe, image) {
  return await pipe.model(await pipe.processor([await RawImage.fromBlob(image)]));
}

/** Logits → labels with their scores, the highest first. */
function scored({ several }, pipe, logits) {
  const numbers = Array.from(logits, Number);
  const most = Math.max(...numbers);
  const powers = numbers.map((each) => Math.exp(each - most));
  const sum = powers.reduce((total, each) => total + each, 0);
  return numbers
    .map((logit, at) => ({
      label: pipe.model.config.id2label[at],
      score: several ? 1 / (1 + Math.exp(-logit)) : powers[at] / sum,
    }))
    .sort((a, b) => b.score - a.score);
}

/** How texts are written: the likeliest token each time, unless a temperature is given. */
function written(
  { pipe, settings, transformers: { TextStreamer }, onText },
  { maxNewTokens = settings.maxNewTokens, temperature = 0 },
) {
  return {
    max_new_tokens: maxNewTokens,
    num_beams: 1,
    ...(temperature > 0 ? { do_sample: true, temperature } : { do_sample: false }),
    ...(onText
      ? {
        streamer: new TextStreamer(pipe.tokenizer, {
          skip_prompt: settings.kind !== "target",
          callback_function: onText,
        }),
      }
      : {}),
  };
}
