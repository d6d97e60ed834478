/**
 * The data sets that tunebook knows, each with a card that names its source and licence.
 *
 * @module
 */
export { brownBaseTag, brownPartOfSpeech, partsOfSpeech } from "./brown_tag.ts";
export { brownNames } from "./brown_names.ts";
export { brownTags } from "./brown_tags.ts";
export type { CardFacts, DataCard, DataTask, OtherTasks, TaskColumns } from "./data_card.ts";
export type { DataSet, DataSetOptions } from "./data_set.ts";
export { definitions, type DefinitionsOptions } from "./definitions.ts";
export { emailSubjects } from "./email_subjects.ts";
export { dataSets, findDataSet, type FoundDataSet } from "./find_data_set.ts";
export { emoji, type EmojiOptions } from "./emoji.ts";
export type { Ground } from "./emoji_scenes/draw_ground.ts";
export { emojiSceneClasses, emojiScenes, type EmojiScenesOptions } from "./emoji_scenes.ts";
export { interfaceMessages, type InterfaceMessagesOptions } from "./interface_messages.ts";
export { poems, type PoemsOptions } from "./poems.ts";
export { sentiment } from "./sentiment.ts";
export { spam } from "./spam.ts";
export { tangPoems } from "./tang_poems.ts";
export { typescriptMessages, type TypescriptMessagesOptions } from "./typescript_messages.ts";
export { wordnetSynonyms } from "./wordnet_synonyms.ts";
export { wordnetPairs, type WordnetPairsOptions } from "./wordnet_pairs.ts";
export {
  type SpanAnswers,
  wordnetQuestions,
  type WordnetQuestionsOptions,
} from "./wordnet_questions.ts";
