// What Node's own parser finds in each script of the JSON it is given: the comments, the words between them, a sum
// of the program that they make, and which other scripts it begins with or loads later.

const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { parse } = require("internal/deps/acorn/acorn/dist/acorn");

const PLACES = new Set(["start", "end"]);
const withoutPlaces = (name, value) =>
  PLACES.has(name) ? undefined : typeof value === "bigint" ? String(value) : value;

function read(text) {
  const found = { comments: [], words: [] };
  const noted = (list) => (start, end) => list.push(text.slice(start, end));
  const word = noted(found.words);
  const comment = noted(found.comments);
  const program = parse(text, {
    ecmaVersion: "latest",
    sourceType: "module",
    onToken: ({ start, end }) => word(start, end),
    onComment: (_isBlock, _text, start, end) => comment(start, end),
  });
  const begins_with = program.body.filter(({ source }) => source).map(({ source }) => source.value);
  const loads_later = [];
  const tree = JSON.stringify(program, (name, value) => {
    if (value?.type === "ImportExpression") loads_later.push(value.source.value);
    return withoutPlaces(name, value);
  });
  return { ...found, begins_with, loads_later, program: createHash("sha256").update(tree).digest("hex") };
}

const given = JSON.parse(readFileSync(0, "utf8"));
const answer = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, read(text)]));
process.stdout.write(JSON.stringify(answer));
