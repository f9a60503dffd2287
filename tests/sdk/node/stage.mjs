// What the checks stand on: the SDK against both services, the library, and the provider's ledger.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import OpenAI from "openai";

export const setting = JSON.parse(readFileSync(0, "utf8"));
export const [CAT, DOG, MASK] = ["cat", "dog", "mask"].map((name) => Buffer.from(setting.pictures[name], "base64"));

const sdkOf = (service) => new OpenAI({ baseURL: `${service}/v1`, apiKey: setting.key });
export const sketching = sdkOf(setting.sketch);
export const client = sdkOf(setting.gateway);

export const rows = (table) => JSON.parse(readFileSync(`${setting.tables}/${table}.json`, "utf8"));
export const sha256 = (content) => createHash("sha256").update(content).digest("hex");
export const contentOf = (answered) => Buffer.from(answered.b64_json, "base64");

/** The image, once it is certain that the library has exactly those bytes. */
export async function kept(service, guid, content) {
  const headers = { "X-API-Key": setting.key };
  const image = await (await fetch(`${service}/image/${guid}`, { headers })).json();
  const stored = await fetch(service + image.content_url, { headers });
  assert.equal(image.status, "ready");
  assert.equal(image.sha256, sha256(content));
  assert.ok(content.equals(Buffer.from(await stored.arrayBuffer())));
  return image;
}

export const allKept = (service, made) =>
  Promise.all(made.data.map((item) => kept(service, item.guid, contentOf(item))));

export async function collected(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

export const emptyLedger = () => fetch(`${setting.upstream}/control/reset`, { method: "POST" });

/** By a success: after five failures it would leave the provider in peace. */
export const letServiceForgetFailures = () => client.images.generate({ prompt: "all is well" });

export const calls = async () => (await fetch(`${setting.upstream}/control/ledger`)).json();
