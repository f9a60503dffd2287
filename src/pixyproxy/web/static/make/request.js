/** What is sent for a picture, made of what is wished and of what the model can do. */

import { namedTags } from "../stars.js";

/** @import { Body, ImageDetail, Model, Wishes } from "../types.d.ts" */

const PREVIEWS = 2;

/** @type {Wishes} */
export const PLAIN = {
  prompt: "",
  model: "",
  size: "auto",
  quality: "",
  background: "",
  output_format: "",
  seed: "",
  task: "edit",
  count: "1",
  visibility: "private",
  tags: [],
  images: [],
  mask: "",
};

/** @param {Model} model @param {Wishes} wishes */
export const varies = (model, { task, images }) =>
  images.length === 1 && model.variations && (task === "vary" || !model.edits);

/** Which formats there are for that. @param {Model} model @param {Wishes} wishes */
export function formatsOf(model, { images, mask }) {
  if (!images.length) return model.output_formats;
  return mask ? model.mask_formats : model.edit_formats;
}

/** Those that can start from these pictures. @param {Model[]} models @param {Wishes} wishes */
export const ableOf = (models, wishes) =>
  models.filter(
    (model) => wishes.images.length <= (model.edits ? model.most_inputs : Number(model.variations)),
  );

/**
 * One body for each picture. Where the model knows seeds each has its own: the same prompt would be the same picture.
 * @param {Model | undefined} model
 * @param {Wishes} wishes
 * @returns {Body[]}
 */
export function bodiesOf(model, wishes) {
  const { prompt, visibility, tags, count, seed } = wishes;
  return Array.from({ length: Number(count) }, (_, index) => ({
    prompt,
    visibility,
    tags,
    ...(model && forModel(model, wishes)),
    seed: model?.knows_seeds ? (seed === "" ? chance(1)[0] : Number(seed) + index) : undefined,
  }));
}

/** Nothing is asked for that the model cannot do. @param {Model} model @param {Wishes} wishes */
function forModel(model, wishes) {
  const { images, size } = wishes;
  const isVaried = varies(model, wishes);
  const format = known(formatsOf(model, wishes), wishes.output_format);
  const made = format ?? model.output_formats[0];
  const isOpaque = !model.transparent_formats.includes(made);
  const backgrounds = model.backgrounds.filter((each) => each !== "transparent" || !isOpaque);
  return {
    model: model.id,
    size: model.any_size ? size : known(model.sizes, size),
    quality: known(model.qualities, wishes.quality),
    background: known(backgrounds, wishes.background),
    output_format: format,
    partial_images: model.preview_formats.includes(made) ? Math.min(PREVIEWS, model.most_partial_images) : 0,
    ...(images.length && {
      images,
      task: isVaried ? "vary" : "edit",
      mask: (model.masks && !isVaried && wishes.mask) || undefined,
    }),
  };
}

/** @param {string[]} words @param {string} word */
const known = (words, word) => words.find((each) => each === word);

/** What an image was asked for with, as far as it says. @param {ImageDetail} image @returns {Body} */
export function asBody(image) {
  const { prompt, model, visibility, parents } = image;
  const { size, quality, background, output_format } = /** @type {Record<string, any>} */ (image.parameters);
  const settings = { size, quality, background, output_format };
  return { prompt, model, visibility, tags: namedTags(image), images: parents, ...settings };
}

/** Without TLS there is no randomUUID. */
export const randomKey = () => chance(4).join("-");

/** @param {number} count */
const chance = (count) => crypto.getRandomValues(new Uint32Array(count));
