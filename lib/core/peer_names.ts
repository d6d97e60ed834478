/**
 * What options are called in PEFT, transformers, TRL and scikit-learn, so that a person who writes their
 * names is told ours. `docs/glossary.md` has the same names beside each other.
 *
 * @module
 */

/** Names of one class of a library, and where tunebook has the same. */
interface Peer {
  /** As it stands before "'s". */
  readonly library: string;
  /** The call that takes them. */
  readonly home: string;
  /** Their name → ours. */
  readonly names: Readonly<Record<string, string>>;
  /** What of ours a name stands for where it is no other name of an option. */
  readonly instead?: Readonly<Record<string, string>>;
}

const training: Peer = {
  library: "transformers",
  home: ".train()",
  names: {
    num_train_epochs: "epochs",
    num_epochs: "epochs",
    per_device_train_batch_size: "batchSize",
    per_device_batch_size: "batchSize",
    train_batch_size: "batchSize",
    batch_size: "batchSize",
    micro_batch_size: "batchSize",
    gradient_accumulation_steps: "accumulate",
    learning_rate: "learningRate",
    lr: "learningRate",
    optim: "optimizer",
    lr_scheduler_type: "schedule",
    lr_scheduler: "schedule",
    warmup_ratio: "warmup",
    weight_decay: "weightDecay",
    max_grad_norm: "maxGradientNorm",
    adam_beta1: "beta1",
    adam_beta2: "beta2",
    adam_epsilon: "epsilon",
    label_smoothing_factor: "labelSmoothing",
    label_smoothing: "labelSmoothing",
    class_weight: "classWeights",
    padding_free: "packing",
    max_length: "maxTokens",
    max_seq_length: "maxTokens",
    max_seq_len: "maxTokens",
    model_max_length: "maxTokens",
    data_seed: "seed",
    random_seed: "seed",
    load_best_model_at_end: "keepBest",
    early_stopping_patience: "patience",
    eval_steps: "validateEvery",
    save_steps: "checkpointEvery",
    output_dir: "checkpoints",
    resume_from_checkpoint: "resume",
    train_sampling_strategy: "order",
  },
  instead: {
    warmup_steps: "warmup of .train(), a share of all steps such as 0.06",
    group_by_length: 'order: "grouped" of .train()',
    max_steps: "not there; epochs says how long a training goes on",
    fp16: 'precision of run(): { device: "webgpu", precision: "float16" }',
    bf16:
      'not there; compute: "auto" of .train() takes eight-bit products where they are faster, ' +
      "and precision of run() has float16 on a GPU",
    eval_strategy: "validateEvery of .train(), a number of steps; an epoch unless given",
    evaluation_strategy: "validateEvery of .train(), a number of steps; an epoch unless given",
    save_strategy: "checkpointEvery of .train(), a number of steps; an epoch unless given",
    metric_for_best_model: "the first metric of .evaluate()",
    per_device_eval_batch_size: "not needed: rows that are scored are batched by themselves",
  },
};

const adapters: Peer = {
  library: "PEFT",
  home: "the method",
  names: {
    r: "rank",
    lora_r: "rank",
    lora_rank: "rank",
    lora_alpha: "alpha",
    lora_dropout: "dropout",
    target_modules: "targets",
    use_rslora: "rankStabilised",
    use_dora: "dora",
    rank_pattern: "ranks",
    alpha_pattern: "alphas",
    init_lora_weights: "start",
    loraplus_lr_ratio: "rateRatio",
    init_r: "initialRank",
    target_r: "targetRank",
    tinit: "initialSteps",
    tfinal: "finalSteps",
    deltaT: "interval",
    orth_reg_weight: "orthogonality",
    vera_dropout: "dropout",
    d_initial: "start",
    projection_prng_key: "key",
    feedforward_modules: "feedForward",
    num_virtual_tokens: "tokens",
    prompt_tuning_init: "start",
    prompt_tuning_init_text: "text",
    encoder_reparameterization_type: "encoder",
    encoder_hidden_size: "hidden",
    encoder_num_layers: "layers",
    encoder_dropout: "dropout",
    prefix_projection: "projection",
  },
  instead: {
    task_type: "not needed: the data's task says it",
    inference_mode: "not needed: .run() trains, and open() answers",
    modules_to_save: "not needed: the head is trained and saved with every method",
    bias: "not there; bitfit() trains biases",
    layers_to_transform:
      'targets of the method, a text that is the pattern of whole paths, ".*layer\\\\.[0-3]\\\\..*query"',
  },
};

const quantised: Peer = {
  library: "transformers",
  home: "model()",
  names: { quantization_config: "quantize", quantization: "quantize" },
  instead: {
    load_in_4bit: 'quantize: "nf4" of model()',
    load_in_8bit: 'quantize: "int8" of model()',
  },
};

const splits: Peer = {
  library: "scikit-learn",
  home: ".data()",
  names: {
    test_size: "test",
    validation_size: "validation",
    validation_split: "validation",
    random_state: "seed",
  },
  instead: {
    split: "test of .data(), and validation: shares or numbers of rows to hold out",
    train_size: "not there; test and validation say what is held out",
  },
};

const answers: Peer = {
  library: "transformers",
  home: "questionAnswering()",
  names: {
    doc_stride: "stride",
    max_answer_length: "maxAnswerTokens",
    n_best_size: "nBest",
    top_k: "nBest",
    version_2_with_negative: "unanswerable",
    null_score_diff_threshold: "nullThreshold",
    aggregation_strategy: "aggregation",
    pooling_mode: "pooling",
    normalize_embeddings: "normalize",
    matryoshka_dims: "dimensions",
  },
};

const textScores: Peer = {
  library: "sacreBLEU",
  home: "the score",
  names: {
    tokenize: "tokenizer",
    smooth_method: "smoothing",
    smooth_value: "smoothValue",
    effective_order: "effectiveOrder",
    max_ngram_order: "maxOrder",
    char_order: "charOrder",
    word_order: "wordOrder",
    eps_smoothing: "epsSmoothing",
    no_punct: "noPunctuation",
    asian_support: "asianSupport",
    case_sensitive: "caseSensitive",
  },
};

const rouge: Peer = {
  library: "rouge-score",
  home: "the score",
  names: { use_stemmer: "stemmer" },
};

const generation: Peer = {
  library: "transformers",
  home: ".generate()",
  names: {
    max_new_tokens: "maxNewTokens",
    min_new_tokens: "minNewTokens",
    top_p: "topP",
    min_p: "minP",
    typical_p: "typicalP",
    repetition_penalty: "repetitionPenalty",
    frequency_penalty: "frequencyPenalty",
    presence_penalty: "presencePenalty",
    no_repeat_ngram_size: "noRepeatNgramSize",
    sequence_bias: "logitBias",
    logit_bias: "logitBias",
    bad_words_ids: "badWords",
    stop_strings: "stop",
    eos_token_id: "stopTokens",
    num_return_sequences: "answers",
    n: "answers",
    num_beams: "beams",
    length_penalty: "lengthPenalty",
    early_stopping: "earlyStopping",
    forced_bos_token_id: "forcedFirstToken",
    forced_eos_token_id: "forcedLastToken",
    max_time: "maxTime",
    output_scores: "logprobs",
    top_logprobs: "logprobs",
    json_schema: "schema",
    response_format: "schema",
  },
  instead: {
    do_sample: "temperature of .generate(): above 0 tokens are drawn, at 0 the likeliest is taken",
  },
};

const noise: Peer = {
  library: "diffusers",
  home: "noiseSchedule()",
  names: {
    num_train_timesteps: "trainTimesteps",
    prediction_type: "prediction",
    beta_schedule: "betaSchedule",
    beta_start: "betaStart",
    beta_end: "betaEnd",
    rescale_betas_zero_snr: "zeroTerminalSnr",
    flow_shift: "shift",
  },
  instead: {
    num_inference_steps: "steps of createSampler()",
    timestep_spacing: "spacing in sampling of noiseSchedule()",
    clip_sample: "clipRange in sampling of noiseSchedule(), null for no limit",
  },
};

const peers: readonly Peer[] = [
  training,
  adapters,
  quantised,
  splits,
  answers,
  textScores,
  rouge,
  generation,
  noise,
];

/** Names are the same whether words are parted by underscores or by capitals. */
const plain = (name: string) => name.replaceAll(/[_-]/g, "").toLowerCase();

/**
 * ` (PEFT's lora_alpha is alpha here)`, or where another call takes it which one, or an empty text for a
 * name that no peer has.
 */
export function peerName(name: string, known: readonly string[]): string {
  const wanted = plain(name);
  // Our own name in other letters is a slip of the hand, unless it is spelt as theirs.
  const isOwn = known.some((ours) => plain(ours) === wanted);
  const found = peers.flatMap(({ library, home, names, instead = {} }) =>
    [
      ...Object.entries(names).map(([theirs, ours]) => ({ theirs, ours, library, home })),
      ...Object.entries(instead).map(([theirs, words]) => ({ theirs, words, library, home })),
    ].filter(({ theirs }) => isOwn ? theirs === name : plain(theirs) === wanted)
  );
  const told = ({ library, theirs }: { library: string; theirs: string }) =>
    ` (${library}${library.endsWith("s") ? "'" : "'s"} ${theirs} is`;
  for (const each of found) {
    if ("ours" in each && known.includes(each.ours)) return `${told(each)} ${each.ours} here)`;
  }
  const [first] = found;
  if (first) {
    return "ours" in first
      ? `${told(first)} ${first.ours} of ${first.home})`
      : `${told(first)} ${first.words})`;
  }
  return "";
}

/** ` (it is an option of .train())` for a name of ours that another call takes, or an empty text. */
export function homeOf(name: string): string {
  const owner = peers.find(({ names }) => Object.values(names).includes(name));
  // What methods and scores take is not the same in all of them.
  const isShared = owner === adapters || owner === textScores || owner === rouge;
  return owner && !isShared ? ` (it is an option of ${owner.home})` : "";
}
