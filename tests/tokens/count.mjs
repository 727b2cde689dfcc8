// Reads {name: text} and prints {name: {vocabulary: tokens}}, with the vocabularies inside the package.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
const vocabularies = ["o200k_base", "cl100k_base"];
const texts = JSON.parse(readFileSync(0, "utf8"));
const counts = {};
for (const vocabulary of vocabularies) {
  const { countTokens } = require(`gpt-tokenizer/encoding/${vocabulary}`);
  for (const [name, text] of Object.entries(texts)) {
    counts[name] = { ...counts[name], [vocabulary]: countTokens(text) };
  }
}
process.stdout.write(JSON.stringify(counts));
