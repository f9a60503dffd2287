import assert from "node:assert/strict";
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";

import OpenAI, { toFile } from "openai";

import { check } from "./checks.mjs";
import { allKept, calls, CAT, client, collected, contentOf, DOG, kept, MASK } from "./stage.mjs";
import { setting, sha256, sketching } from "./stage.mjs";

const { sketch, gateway } = setting;
const SMALL = "64x64";
const png = (content) => toFile(content, "picture.png", { type: "image/png" });
const uploads = async () => (await calls())[0].uploads.map((each) => [each.field, each.media_type, each.sha256]);

check("a picture is in the library as it was answered", async () => {
  const made = await sketching.images.generate({ prompt: "a red fox", size: "1024x1024" });
  const [image] = await allKept(sketch, made);
  assert.deepEqual([image.prompt, image.width, made.size, made.output_format], ["a red fox", 1024, "1024x1024", "png"]);
});

check("an answer has its request id", async () => {
  const asked = sketching.images.generate({ prompt: "a fox", size: SMALL });
  const { data, response, request_id } = await asked.withResponse();
  assert.ok(data._request_id);
  assert.deepEqual([data._request_id, request_id], Array(2).fill(response.headers.get("x-request-id")));
});

check("three at once are three images of one batch", async () => {
  const made = await sketching.images.generate({ prompt: "a fox", size: SMALL, n: 3 });
  const images = await allKept(sketch, made);
  assert.equal(new Set(images.map((image) => image.guid)).size, 3);
  assert.deepEqual(images.map((image) => image.batch), Array(3).fill(images[0].guid));
});

check("a url opens the picture without a key", async () => {
  const made = await sketching.images.generate({ prompt: "a fox", size: SMALL, response_format: "url" });
  const [{ url, guid, b64_json }] = made.data;
  assert.equal(b64_json, undefined);
  await kept(sketch, guid, Buffer.from(await (await fetch(url)).arrayBuffer()));
});

check("fields of ours stand beside the others", async () => {
  const ours = { tags: ["Sea", "evening"], author: "the shop", visibility: "public" };
  const [image] = await allKept(sketch, await sketching.images.generate({ prompt: "the sea", size: SMALL, ...ours }));
  assert.deepEqual({ tags: image.tags, author: image.author, visibility: image.visibility }, ours);
});

check("a repeated idempotency key brings the same image", async () => {
  const options = { headers: { "Idempotency-Key": "sdk-node-1" } };
  const ask = () => sketching.images.generate({ prompt: "a fox", size: SMALL }, options);
  assert.equal((await ask()).data[0].guid, (await ask()).data[0].guid);
});

check("previews come before the picture that is kept", async () => {
  const asked = { prompt: "a harbour", size: "256x256", stream: true, partial_images: 2 };
  const events = await collected(await sketching.images.generate(asked));
  const kinds = ["partial_image", "partial_image", "completed"].map((kind) => `image_generation.${kind}`);
  assert.deepEqual(events.map((event) => event.type), kinds);
  assert.deepEqual(events.map((event) => event.partial_image_index), [0, 1, undefined]);
  await kept(sketch, events[2].guid, contentOf(events[2]));
});

check("an edit is streamed under the names of an edit", async () => {
  const asked = { image: await png(CAT), prompt: "a hat", size: "256x256", stream: true, partial_images: 2 };
  const events = await collected(await sketching.images.edit(asked));
  const kinds = ["partial_image", "partial_image", "completed"].map((kind) => `image_edit.${kind}`);
  assert.deepEqual(events.map((event) => event.type), kinds);
  await kept(sketch, events[2].guid, contentOf(events[2]));
});

check("a picture from a provider is kept as it came", async () => {
  const [image] = await allKept(gateway, await client.images.generate({ prompt: "a fox" }));
  assert.deepEqual((await calls())[0].pictures, [image.sha256]);
});

check("one picture arrives as a file", async () => {
  await allKept(gateway, await client.images.edit({ image: await png(CAT), prompt: "a hat" }));
  assert.deepEqual(await uploads(), [["image", "image/png", sha256(CAT)]]);
});

check("one picture arrives as a stream, without a type", async () => {
  const path = join(import.meta.dirname, "cat.png");
  writeFileSync(path, CAT);
  await allKept(gateway, await client.images.edit({ image: createReadStream(path), prompt: "a hat" }));
  assert.deepEqual(await uploads(), [["image", "image/png", sha256(CAT)]]);
});

check("several pictures and a mask arrive in their order", async () => {
  const image = [await png(CAT), await toFile(DOG, "dog.jpg", { type: "image/jpeg" })];
  await allKept(gateway, await client.images.edit({ image, mask: await png(MASK), prompt: "a hat" }));
  const sent = [["image[]", "image/png", CAT], ["image[]", "image/jpeg", DOG], ["mask", "image/png", MASK]];
  assert.deepEqual(await uploads(), sent.map(([field, type, content]) => [field, type, sha256(content)]));
});

check("the built-in generator edits within a mask", async () => {
  const asked = { image: await png(CAT), mask: await png(MASK), prompt: "a red hat", tags: ["hat", "Cats"] };
  const [image] = await allKept(sketch, await sketching.images.edit(asked));
  assert.deepEqual([image.width, image.height, image.tags], [96, 64, ["hat", "Cats"]]);
});

check("a variation is kept", async () => {
  const made = await sketching.images.createVariation({ image: await png(CAT), response_format: "b64_json" });
  await allKept(sketch, made);
});

check("a variation is a url unless told otherwise", async () => {
  const made = await sketching.images.createVariation({ image: await png(CAT) });
  const [{ url, guid }] = made.data;
  await kept(sketch, guid, Buffer.from(await (await fetch(url)).arrayBuffer()));
});

check("models are listed, and one is told", async () => {
  const models = await collected(client.models.list());
  const owners = Object.fromEntries(models.map((model) => [model.id, model.owned_by]));
  assert.deepEqual([owners["gpt-image-2"], owners.sketch], ["openai", "sketch"]);
  assert.equal((await client.models.retrieve("sketch")).id, "sketch");
  await assert.rejects(client.models.retrieve("dream-9"), OpenAI.NotFoundError);
});
