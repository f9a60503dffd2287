import assert from "node:assert/strict";

import OpenAI, { toFile } from "openai";

import { check } from "./checks.mjs";
import { calls, CAT, client, collected, letServiceForgetFailures, rows } from "./stage.mjs";

const ALWAYS = { prompt: "a fox", model: "gpt-image-2" };
const isFor = (resource) => (row) => [undefined, resource].includes(row.only);
const marked = ({ scenario }) => `a fox${scenario ? ` [scenario:${scenario}]` : ""}`;

async function consumed(answer) {
  if (!answer.data) assert.match((await collected(answer)).at(-1).type, /\.completed$/);
}

/** `svg[reasoning][effort]`; forms end their lines with CR LF, so Node sends them. */
function asInAForm(value, name) {
  if (typeof value !== "object") return [[name, String(value).replaceAll("\n", "\r\n")]];
  return Object.entries(value).flatMap(([inner, each]) => asInAForm(each, name ? `${name}[${inner}]` : inner));
}

for (const { name, only, ...row } of rows("parameters").filter(isFor("generate"))) {
  check(`parameter of a new picture: ${name}`, async () => {
    const given = { ...ALWAYS, ...row };
    await consumed(await client.images.generate(given));
    const [call] = await calls();
    assert.deepEqual(JSON.parse(call.body), given);
  });
}

for (const { name, only, ...row } of rows("parameters").filter(isFor("edit"))) {
  check(`parameter of an edit: ${name}`, async () => {
    const given = { ...ALWAYS, ...row };
    const image = await toFile(CAT, "cat.png", { type: "image/png" });
    await consumed(await client.images.edit({ image, ...given }));
    const [call] = await calls();
    assert.deepEqual(Object.fromEntries(call.form), Object.fromEntries(asInAForm(given)));
  });
}

for (const row of rows("refusals")) {
  checkFailure(`refusal: ${row.name}`, async () => {
    const options = row.max_retries === undefined ? {} : { maxRetries: row.max_retries };
    const error = await errorOf(client.images.generate({ ...ALWAYS, prompt: marked(row), ...row.asked }, options));
    assert.equal(error.constructor, OpenAI[row.raises] ?? OpenAI.APIError);
    assert.deepEqual([error.status, error.code, error.param], [row.status, row.code, row.param ?? null]);
    assert.equal(error.type, row.type ?? error.type);
    assert.deepEqual(error.error.moderation_details, row.moderation_details);
    assert.equal(error.headers.get("retry-after"), row.retry_after ?? null);
    assert.ok(error.requestID);
    assert.equal((await calls()).length, row.calls);
  });
}

check("refusal: a wrong key", async () => {
  const error = await errorOf(client.withOptions({ apiKey: "sk-wrong" }).images.generate({ prompt: "a fox" }));
  assert.equal(error.constructor, OpenAI.AuthenticationError);
  assert.deepEqual([error.status, error.code], [401, "invalid_api_key"]);
});

for (const row of rows("broken_streams")) {
  checkFailure(`broken stream: ${row.name}`, async () => {
    const stream = await client.images.generate({ prompt: marked(row), stream: true, partial_images: 2 });
    const seen = [];
    const read = async () => {
      for await (const event of stream) seen.push(event.type);
    };
    const error = await errorOf(read());
    assert.deepEqual(seen, Array(row.previews).fill("image_generation.partial_image"));
    assert.equal(error.code, row.code);
    assert.deepEqual(error.error.moderation_details, row.moderation_details);
    assert.equal((await calls()).length, 1);
  });
}

function checkFailure(name, run) {
  check(name, () => run().finally(letServiceForgetFailures));
}

async function errorOf(asked) {
  const error = await asked.then(
    () => assert.fail("It was not raised."),
    (raised) => raised,
  );
  assert.ok(error instanceof OpenAI.APIError, error);
  return error;
}
