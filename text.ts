/**
 * What is about texts: the tasks that read and write them, chats, and search.
 *
 * @module
 */

// Labels of texts
export {
  textClassification,
  type TextClassificationOptions,
} from "./lib/tasks/text_classification.ts";
export type { TextInput } from "./lib/tasks/text_classification/labelled_texts.ts";
export type { Prediction } from "./lib/tasks/text_classification/prediction.ts";
export type { LabelColumnOptions } from "./lib/tasks/shared/label_column.ts";
export type { SaidLabel } from "./lib/tasks/shared/labelled_rows.ts";

// Names and tags in texts
export { tokenClassification } from "./lib/tasks/token_classification.ts";
export type { ScoredSpan } from "./lib/tasks/token_classification/aggregate.ts";
export type { Aggregation } from "./lib/tasks/token_classification/aggregations.ts";
export type {
  TokenClassification,
  WordsInput,
} from "./lib/tasks/token_classification/labelled_words.ts";
export type {
  Subwords,
  TaggedWordsOptions,
  TaggingOptions,
  TextSpansOptions,
  TokenClassificationOptions,
} from "./lib/tasks/token_classification/options.ts";
export type { WordSplit } from "./lib/tasks/token_classification/split_words.ts";
export type {
  TaggedSpan,
  TaggedText,
  TaggedWord,
} from "./lib/tasks/token_classification/tag_answers.ts";

// Answers to questions
export { questionAnswering, type QuestionAnsweringTask } from "./lib/tasks/question_answering.ts";
export type { AnswerCandidate } from "./lib/tasks/question_answering/best_spans.ts";
export type { QuestionAnsweringOptions } from "./lib/tasks/question_answering/options.ts";
export type { Question, QuestionAnswer } from "./lib/tasks/question_answering/question_answer.ts";
export type { AnswerPredictions } from "./lib/nn/answer_predictions.ts";

// Vectors of texts
export { sentenceEmbeddings } from "./lib/tasks/sentence_embeddings.ts";
export type {
  EmbeddingClassesOptions,
  EmbeddingLabelsOptions,
  EmbeddingOptions,
  EmbeddingPairsOptions,
  EmbeddingScoresOptions,
  EmbeddingTripletsOptions,
  SentenceEmbeddingsOptions,
} from "./lib/tasks/sentence_embeddings/options.ts";
export type { Embedding } from "./lib/tasks/sentence_embeddings/examples.ts";
export type { LossName } from "./lib/tasks/sentence_embeddings/losses.ts";
export type { EmbeddingPredictions } from "./lib/tasks/sentence_embeddings/held_out.ts";
export type { DistanceName } from "./lib/tasks/sentence_embeddings/distance.ts";
export type {
  PoolingName,
  SentenceSettings,
  SentenceSource,
} from "./lib/text/sentence_settings.ts";

// Search, and labels from a few texts
export {
  type Embed,
  type SearchIndex,
  searchIndex,
  type SearchOptions,
  type SearchSource,
  type TextSearchIndex,
  textSearchIndex,
  type TextSearchSource,
} from "./lib/evaluate/search_index.ts";
export type { SearchHit } from "./lib/evaluate/search_hit.ts";
export {
  type LogisticRegression,
  logisticRegression,
  type LogisticRegressionOptions,
} from "./lib/evaluate/logistic_regression.ts";
export {
  fewShot,
  type FewShotClassifier,
  type FewShotOptions,
} from "./lib/pipeline/few_shot/few_shot.ts";

// Texts that a model writes
export type {
  ChatOptions,
  Conversation,
  ConversationPlace,
  Message,
} from "./lib/generate/conversation.ts";
export type { FinishReason, GeneratedText } from "./lib/generate/generated_text.ts";
export type { GenerateOptions } from "./lib/generate/generate_options.ts";
export {
  parseToolCalls,
  type ToolCallFormat,
  type ToolCallOptions,
  type ToolCalls,
} from "./lib/generate/tool_calls/parse_tool_calls.ts";
export type { ToolCall, UnparsedCall } from "./lib/generate/tool_calls/tool_call.ts";
export type { TokenLogprob, TokenLogprobs } from "./lib/generate/token_logprobs.ts";
export { textGeneration, type TextTask } from "./lib/tasks/text_generation.ts";
export type { TextGenerationOptions } from "./lib/tasks/text_generation/options.ts";
export { type PairTask, text2text, type Text2TextOptions } from "./lib/tasks/text2text.ts";
export { translation, type TranslationOptions } from "./lib/tasks/translation.ts";
export { summarization, type SummarizationOptions } from "./lib/tasks/summarization.ts";

// Chats
export { chat, type ChatTask } from "./lib/tasks/chat.ts";
export type { ChatTaskOptions, Learn } from "./lib/tasks/chat/options.ts";
export { renderChat, type RenderChatOptions } from "./lib/text/chat/render_chat.ts";
export {
  type ChatSource,
  type ChatTemplate,
  chooseTemplate,
} from "./lib/text/chat/chat_template.ts";
export type { TokenizerFacts } from "./lib/text/chat/built_in_templates.ts";
export type { ChatMessage, ChatTool } from "./lib/text/chat/chat_message.ts";
export { type EndTokens, endTokens } from "./lib/text/chat/end_tokens.ts";
