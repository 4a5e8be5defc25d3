export { parseJson } from "./json.ts";
export { MemoryBudget, type MemoryOptions, usualMaxBytes } from "./memoryBudget.ts";
export { itemized, listed, nameText, pathText, quoted, terminalText } from "./names.ts";
export { didYouMean, nearest, unknownName, withHint } from "./nearest.ts";
export { finiteNumber, type NumberRange, valueText, wholeNumber } from "./numbers.ts";
export { checkOptions, type OptionNames } from "./options.ts";
export { ownWord } from "./synonyms.ts";
