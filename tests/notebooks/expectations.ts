/**
 * What the outputs of each notebook must hold. A translation (`zh/`) has the expectations of
 * its original. In every notebook no cell fails, and a cell that ends without a semicolon shows a
 * value.
 *
 * @module
 */

/** What a notebook's outputs must hold. */
export interface Expectation {
  /** The fewest images among all outputs. */
  readonly images: number;
  /** Numbers in the plain text of the outputs: the first group of the pattern, and its range. */
  readonly numbers?: readonly {
    readonly pattern: RegExp;
    readonly atLeast: number;
    readonly atMost: number;
  }[];
  /** What the plain text must match. */
  readonly texts?: readonly RegExp[];
}

/** By file name without `.ipynb` and without the language. */
export const expectations: Readonly<Record<string, Expectation>> = {
  "00_check": {
    images: 1,
    numbers: [{ pattern: /accuracy ([\d.]+)/, atLeast: 0.55, atMost: 1 }],
    texts: [/400 rows/, /tensor \[2, 2\] float32/],
  },
  "01_first_finetune": {
    images: 5,
    numbers: [
      // The first accuracy is that of the untrained head, the second that of the trained model.
      { pattern: /accuracy +(0\.\d+)/, atLeast: 0.4, atMost: 0.6 },
      { pattern: /accuracy +0\.\d+[^]*?accuracy +(0\.\d+)/, atLeast: 0.85, atMost: 0.98 },
      { pattern: /f1 +(0\.\d+)/, atLeast: 0.85, atMost: 0.98 },
      { pattern: /([\d,]+) trained of/, atLeast: 74_498, atMost: 74_498 },
      { pattern: /3: last loss [\d.]+, accuracy ([\d.]+)/, atLeast: 0.75, atMost: 0.97 },
    ],
    texts: [
      /1,629 rows × 3 columns/,
      /trained · step 82 of 82/,
      /onnx\/model\.onnx/,
      /adapter_model\.safetensors/,
      /3 runs compared/,
    ],
  },
  "02_data": {
    images: 10,
    numbers: [
      // The leak raises the score of the exam, not that of fresh rows.
      { pattern: /honest: \{ exam: (0\.\d+)/, atLeast: 0.72, atMost: 0.84 },
      { pattern: /honest: \{ exam: [\d.]+, fresh: (0\.\d+)/, atLeast: 0.76, atMost: 0.88 },
      { pattern: /leaky: \{ exam: (0\.\d+)/, atLeast: 0.82, atMost: 1 },
      { pattern: /leaky: \{ exam: [\d.]+, fresh: (0\.\d+)/, atLeast: 0.75, atMost: 0.86 },
      // Without weights the rare class is not found; with weights it is.
      { pattern: /recall: positive +(\d\.\d+)/, atLeast: 0, atMost: 0.15 },
      {
        pattern: /recall: positive +[\d.]+[^]*?recall: positive +(\d\.\d+)/,
        atLeast: 0.28,
        atMost: 0.8,
      },
    ],
    texts: [/18 rows × 2 columns/, /6 rows of test have a text that is also in train/, /\[PAD\]/],
  },
  "03_lora": {
    images: 8,
    numbers: [
      { pattern: /‖B‖ = ([\d.e-]+)/, atLeast: 0, atMost: 0 },
      { pattern: /(?:difference of logits|logits 的最大差值): ([\d.e-]+)/, atLeast: 0, atMost: 0 },
      { pattern: /accuracy ([\d.]+)/, atLeast: 0.75, atMost: 0.97 },
      {
        pattern: /(?:library's product|矩阵库结果的最大差值): ([\d.e-]+)/,
        atLeast: 0,
        atMost: 1e-12,
      },
      { pattern: /‖ΔW‖ \/ ‖W‖ = ([\d.]+)/, atLeast: 0.001, atMost: 0.3 },
      { pattern: /rank\(ΔW\) = (\d+)/, atLeast: 8, atMost: 8 },
      { pattern: /(?:difference of weights|权重的最大差值): ([\d.e-]+)/, atLeast: 0, atMost: 1e-6 },
      { pattern: /(?:of the receipts|回执中的最大差值): ([\d.e-]+)/, atLeast: 0, atMost: 1e-5 },
    ],
    texts: [/sum: 74498,\s+trained: 74498/, /^221954$/m],
  },
  "04_scores": {
    images: 7,
    numbers: [
      { pattern: /accuracy ([\d.]+)/, atLeast: 0.8, atMost: 0.97 },
      { pattern: /(?:largest difference|最大差值): ([\d.e-]+)/, atLeast: 0, atMost: 1e-12 },
      { pattern: /AUC (?:library|程序库): ([\d.]+)/, atLeast: 0.85, atMost: 0.999 },
      { pattern: /ECE (?:by hand|手算): ([\d.]+)/, atLeast: 0, atMost: 0.15 },
      { pattern: /T = ([\d.]+)/, atLeast: 0.5, atMost: 5 },
      { pattern: /(?:bootstrap|自助法 95% 区间): ([\d.]+) –/, atLeast: 0.75, atMost: 0.96 },
    ],
    // The two areas have the same six digits.
    texts: [
      /AUC (?:by hand|手算): ([\d.]+)\nAUC (?:library|程序库): \1\n/,
      /(?:unchanged|不变): true/,
    ],
  },
  "05_methods": {
    images: 20,
    numbers: [
      // Ranks of twelve places: first all, at the end eight a place on average.
      { pattern: /(?:first:|开始:) (\d+)/, atLeast: 144, atMost: 144 },
      { pattern: /(?:last:|最后:) (\d+)/, atLeast: 96, atMost: 96 },
      { pattern: /NF4 +([\d.]+)/, atLeast: 6, atMost: 6.1 },
      { pattern: /^LoRA +(0\.\d+)/m, atLeast: 0.8, atMost: 0.97 },
      { pattern: /^QLoRA +(0\.\d+)/m, atLeast: 0.85, atMost: 0.97 },
      { pattern: /^AdaLoRA +(0\.\d+)/m, atLeast: 0.8, atMost: 0.97 },
      // In so few steps its network may have learned or not: seeds 1 to 3 gave .50 to .80 of 640 rows.
      { pattern: /^P-tuning +(0\.\d+)/m, atLeast: 0.42, atMost: 0.97 },
      { pattern: /^(?:prompt tuning|提示调优) +(0\.\d+)/m, atLeast: 0.6, atMost: 0.95 },
      { pattern: /^(?:prefix tuning|前缀调优) +(0\.\d+)/m, atLeast: 0.7, atMost: 0.97 },
      { pattern: /^(?:head only|只有分类头) +(0\.\d+)/m, atLeast: 0.5, atMost: 0.85 },
      // A file of 20 vectors and a head, however many numbers made them.
      { pattern: /P-tuning +[\d.]+ +451970 +(\d+)/, atLeast: 30, atMost: 40 },
    ],
    texts: [
      /where lora acts[^]*layer 5 12,288 \(attention\.self\.query, attention\.self\.value\)/,
      /where prompt_tuning acts[^]*20 virtual tokens 7,680; embeddings 0; layer 0 0/,
      /where prefix_tuning acts[^]*layer 0 15,360 \(20 keys and values before the text's\)/,
      /trained · step 40 of 40 · [^\n]* · ranks \d+ to \d+ ·/,
      /7 methods, 320 rows for training, 240 held out/,
      /this method cannot be merged/,
      /^19970 231170$/m,
    ],
  },
  "06_entities": {
    images: 7,
    numbers: [
      // Nearly all words are no names: accuracy is high where nothing is found.
      {
        pattern: /(?:lazy token accuracy|偷懒模型的词元准确率) ([\d.]+)/,
        atLeast: 0.94,
        atMost: 0.97,
      },
      { pattern: /(?:lazy entity F1|偷懒模型的实体 F1) ([\d.]+)/, atLeast: 0, atMost: 0 },
      { pattern: /entityF1 +(0\.\d+)/, atLeast: 0.52, atMost: 0.85 },
      { pattern: /entityRecall +(0\.\d+)/, atLeast: 0.5, atMost: 0.95 },
      { pattern: /tokenAccuracy +(0\.\d+)/, atLeast: 0.965, atMost: 0.995 },
      { pattern: /(?:list F1|清单的 F1) ([\d.]+)/, atLeast: 0.1, atMost: 0.35 },
    ],
    texts: [
      /NAME: [\d.]+ % · tokens/,
      /(?:F1 by hand|F1 手算) ([\d.]+)\n+(?:F1 library|F1 程序库) \1/,
      /all +0 +1 +1 +0 +1 +0\n/,
      /\[Chicago\]NAME/,
      /\[chicago\]NAME/,
      /entity_group: "NAME"[^}]*word: "chicago"/,
      /\[Ada Lovelace\]PER met \[Charles Babbage\]PER in \[London\]LOC/,
    ],
  },
  "07_search": {
    images: 8,
    numbers: [
      { pattern: /(?:before|训练前) NDCG ([\d.]+)/, atLeast: 0.42, atMost: 0.48 },
      { pattern: /(?:after|训练后) NDCG ([\d.]+)/, atLeast: 0.5, atMost: 0.62 },
      // The classes are opinions, which the model does not tell apart until it is trained to.
      { pattern: /^(?:no training|不训练) ([\d.]+)/m, atLeast: 0.6, atMost: 0.77 },
      { pattern: /^(?:few-shot training|少样本训练) ([\d.]+)/m, atLeast: 0.75, atMost: 0.9 },
      { pattern: /(?:topics, no training|话题，不训练) ([\d.]+)/, atLeast: 0.8, atMost: 0.92 },
      { pattern: /(?:largest difference|最大差值) ([\d.e-]+)/, atLeast: 0, atMost: 1e-5 },
    ],
    texts: [
      /3 vectors of 384 numbers/,
      /(?:NDCG by hand|NDCG 手算) ([\d.]+)\n+(?:NDCG library|NDCG 程序库) \1/,
      /5 nearest rows[^]*fortuneteller/,
      /5 nearest rows[^]*lavalliere/,
      /projected by umap: imdb 100, yelp 100, amazon 100/,
    ],
  },
  "08_language_model": {
    images: 4,
    numbers: [
      // The answers surprise the model less once it has been trained.
      { pattern: /(?:before|训练前) perplexity ([\d.]+)/, atLeast: 100, atMost: 600 },
      { pattern: /(?:after|训练后) perplexity ([\d.]+)/, atLeast: 60, atMost: 200 },
    ],
    texts: [
      /train: learned \((?:assistant)\): \d+ of \d+ tokens/,
      /the end token <\|endoftext\|> is learned \d+ times/,
      /(?:perplexity by hand|困惑度 手算) ([\d.]+)\n+(?:perplexity library|困惑度 程序库) \1\n/,
      /onnx +(?:\.\.\/)+out\/(?:zh\/)?chat\/onnx +6 /,
      /transformers\.js: +([^\n]*)[^]*tunebook: +\1/,
    ],
  },
  "09_translation": {
    images: 3,
    numbers: [
      { pattern: /(?:before|训练前) chrF ([\d.]+)/, atLeast: 5, atMost: 15 },
      { pattern: /(?:after|训练后) chrF ([\d.]+)/, atLeast: 19, atMost: 40 },
      { pattern: /(?:greedy|贪心) chrF ([\d.]+)/, atLeast: 15, atMost: 45 },
      { pattern: /(?:4 beams|束搜索) chrF ([\d.]+)/, atLeast: 15, atMost: 45 },
    ],
    texts: [
      /500 rows/,
      /draws of the paired bootstrap/,
      /onnx +(?:\.\.\/)+out\/(?:zh\/)?translation\/onnx +7 /,
      /transformers\.js: +([^\n]*)\n+tunebook: +\1/,
    ],
  },
  "10_images": {
    images: 25,
    numbers: [
      { pattern: /(?:baseline|基线) ([\d.]+)/, atLeast: 0.15, atMost: 0.25 },
      { pattern: /(?:head alone|只有分类头) ([\d.]+)/, atLeast: 0.48, atMost: 0.66 },
      { pattern: /LoRA +(0\.\d+)/, atLeast: 0.53, atMost: 0.72 },
    ],
    texts: [
      /600 rows/,
      /trained · step 76 of 76/,
      /tunebook ([^\n]*) 0\.\d+\n[^]*label: "\1"/,
      /(?:only the first|只有第一个) \d+/,
    ],
  },
  "11_boxes_and_masks": {
    images: 30,
    numbers: [
      { pattern: /(?:mAP library|mAP 程序库) ([\d.]+)/, atLeast: 0.55, atMost: 0.75 },
      { pattern: /(?:mAP 50 library|mAP 50 程序库) ([\d.]+)/, atLeast: 0.9, atMost: 1 },
      { pattern: /mean IoU +(0\.\d+)/, atLeast: 0.6, atMost: 0.9 },
    ],
    texts: [
      /(?:mAP 50 by hand|mAP 50 手算) ([\d.]+)\n+(?:mAP 50 library|mAP 50 程序库) \1\n/,
      /(?:mAP by hand|mAP 手算) ([\d.]+)\n+(?:mAP library|mAP 程序库) \1\n/,
      /transformers\.js: +([^\n]*)\n+tunebook: +\1\n[^]*transformers\.js: +([^\n]*)\n+tunebook: +\2/,
    ],
  },
  "12_drawing": {
    images: 90,
    numbers: [
      { pattern: /(?:largest difference|最大差值) ([\d.e-]+)/, atLeast: 0, atMost: 1e-6 },
      { pattern: /(?:before error|训练前 误差) ([\d.]+)/, atLeast: 0.15, atMost: 0.3 },
      { pattern: /(?:after error|训练后 误差) ([\d.]+)/, atLeast: 0.15, atMost: 0.3 },
      // With the same noise, more held-out drawings become better than worse.
      { pattern: /(?:better on|变好的行：) (\d+)/, atLeast: 16, atMost: 31 },
      { pattern: /(?:of 255|满分 255）)[:：] (\d+)/, atLeast: 0, atMost: 2 },
    ],
    texts: [
      /16 images/,
      /^transformer\.\S+\.lora_A\.weight$/m,
      /6 images of Objects; drawn before, step/,
    ],
  },
  "13_deploy": {
    images: 2,
    numbers: [
      { pattern: /(?:phones: accuracy|手机：准确率) ([\d.]+)/, atLeast: 0.6, atMost: 1 },
      { pattern: /onnx fp32 \S+ (\d+)/, atLeast: 40, atMost: 40 },
      { pattern: /onnx q8 in WebAssembly [\d.e-]+ (\d+)/, atLeast: 38, atMost: 40 },
      { pattern: /(?:written tokens:|写出的词元：) (\d+)/, atLeast: 1, atMost: 24 },
    ],
    texts: [
      /^trained +40 +0 [^]*^browser q8 in WebAssembly +40 /m,
      /transformers\.js: +([^\n]*)\n+tunebook: +\1\n/,
      /^status 200$/m,
      /^\/docs 200 text\/html/m,
      /^400 input: must be a text/m,
      /^films, phones$/m,
      /model\/onnx\/model_quantized\.onnx/,
      /^hub → out\/hub\/me\/films$/m,
      /^\S+ 401 \S+ 200$/m,
    ],
  },
  "14_watch": {
    images: 9,
    numbers: [
      { pattern: /accuracy +(0\.\d+)/, atLeast: 0.72, atMost: 0.86 },
      // Other films ring no bell; phones do, and so do restaurants.
      { pattern: /(?:alarms after 200 films|警报数)[:：] (\d+)/, atLeast: 0, atMost: 0 },
      {
        pattern: /(?:drift noticed after|察觉漂移时的手机请求数：) (\d+)/,
        atLeast: 50,
        atMost: 200,
      },
      { pattern: /(?:phones, estimated|手机，估计) ([\d.]+)/, atLeast: 0.65, atMost: 0.85 },
      { pattern: /(?:phones, by labels|手机，按标签) ([\d.]+)/, atLeast: 0.65, atMost: 0.82 },
      { pattern: /\[ "drift"[^\]]*\] \S+ \[ (\d+)/, atLeast: 50, atMost: 200 },
    ],
    texts: [
      /200 rows × 3 columns/,
      /400 (?:rows; classes|行；类别) \{/,
      /ALARM: drift/,
      /\{ known: 200, unknown: 0 \}/,
      /out\/(?:zh\/)?watch\/report\.html \d+ kB/,
    ],
  },
  "15_feedback": {
    images: 2,
    numbers: [
      { pattern: /(\d+) (?:pairs of|对，总组数) /, atLeast: 30, atMost: 64 },
      // Before the first step the model is what it is compared with: log 2.
      { pattern: /(?:first loss|最初的损失) ([\d.]+)/, atLeast: 0.693, atMost: 0.693 },
      { pattern: /(?:first loss|最初的损失) [\d.]+ \S+ ([\d.]+)/, atLeast: 0.05, atMost: 0.5 },
      // Beginnings that nobody judged: more people after DPO, shorter words after GRPO.
      { pattern: /(?:people before|写到人：之前) ([\d.]+)/, atLeast: 0.2, atMost: 0.8 },
      { pattern: /(?:people before|写到人：之前) [\d.]+ \S+ ([\d.]+)/, atLeast: 1, atMost: 4 },
      { pattern: /model wins ([\d.]+) %/, atLeast: 55, atMost: 95 },
      { pattern: /(?:held-out beginnings|开头的奖励) (-[\d.]+)/, atLeast: -6, atMost: -3.5 },
      // Other processors round otherwise and sample other answers: -3.91 on one with AVX-512.
      {
        pattern: /(?:held-out beginnings|开头的奖励) -[\d.]+ \S+ (-[\d.]+)/,
        atLeast: -4.1,
        atMost: -2,
      },
      { pattern: /DPO \S+ [\d.]+ \S+ ([\d.]+)/, atLeast: 3.5, atMost: 4.6 },
      { pattern: /GRPO \S+ [\d.]+ \S+ ([\d.]+)/, atLeast: 2, atMost: 3.5 },
      { pattern: /alpha (-?[\d.]+)/, atLeast: -0.2, atMost: 0.6 },
    ],
    texts: [
      /64 rows × 3 columns/,
      /64 items to judge at http:\/\/127\.0\.0\.1:\d+/,
      /64 answers of 1 person/,
      /ratio before an update 1\.0000 at the farthest token/,
      /16 of 360 sampled answers/,
      /(?:status|状态) 200 The next day the farmer/,
    ],
  },
  "16_search": {
    images: 4,
    numbers: [
      { pattern: /(?:importance of x|x 的重要性) (0\.\d+)/, atLeast: 0.7, atMost: 1 },
      { pattern: /(?:trials|试验) (\d+) /, atLeast: 8, atMost: 8 },
      // Three epochs of the head at its own rate are few: the search finds more.
      { pattern: /(?:validation rows|验证数据上最好) (0\.\d+)/, atLeast: 0.74, atMost: 0.92 },
      { pattern: /(?:test|测试) (0\.\d+)/, atLeast: 0.68, atMost: 0.9 },
      { pattern: /(?:as written, test|原计划，测试) (0\.\d+)/, atLeast: 0.5, atMost: 0.8 },
      { pattern: /(?:looks like|看起来是) (0\.\d+)/, atLeast: 0.84, atMost: 0.88 },
    ],
    texts: [/8 trials: 8 complete/, /240/, /learning rate/],
  },
  "17_combine": {
    images: 1,
    texts: [/onnx q8 in WebAssembly/, /merged by linear, searched weights/],
    numbers: [
      { pattern: /films (0\.\d+)/, atLeast: 0.55, atMost: 0.95 },
      { pattern: /restaurants (0\.\d+)/, atLeast: 0.85, atMost: 0.98 },
      { pattern: /(?:together|一起) (0\.\d+)/, atLeast: 0.88, atMost: 0.98 },
      { pattern: /(?:six layers|六层) (0\.\d+)/, atLeast: 0.86, atMost: 0.98 },
      { pattern: /(?:three|三层) (0\.\d+)/, atLeast: 0.84, atMost: 0.98 },
      { pattern: /recovered +(0\.\d+)/, atLeast: 0.82, atMost: 0.97 },
      // Half of the layers: a little less than half of the time, on a busy machine more.
      { pattern: /distilled .* (\d\.\d+) ×/, atLeast: 0.2, atMost: 0.8 },
    ],
  },
  "18_why": {
    images: 1,
    texts: [/\[\+awful\]/, /\[\+not\]/, /minimum functionality/],
    numbers: [
      { pattern: /(?:accuracy|准确率) (0\.\d+)/, atLeast: 0.88, atMost: 0.97 },
      { pattern: /integrated gradients +awful .* (0\.\d+) +-?\d/, atLeast: 0.6, atMost: 1 },
      { pattern: /typos +invariance +120 +(\d+\.\d) %/, atLeast: 2, atMost: 15 },
    ],
  },
};
