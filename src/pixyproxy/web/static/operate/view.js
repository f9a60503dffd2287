/** The page of operations: what goes on is asked for again and again while somebody looks. */

import { askJson, listImages } from "../api.js";
import { bytes, counted, elapsed, moment, number } from "../formats.js";
import { placeLink } from "../links.js";
import { create, fill } from "../markup.js";
import { inWords } from "../notices.js";
import { createKeys } from "./keys.js";
import { figures, part, quiet, table } from "./parts.js";
import { createUsage } from "./usage.js";

/** @import { ImageDetail, Operations } from "../types.d.ts" */

const EVERY_MS = 10_000;

/** By the codes of failures. @type {Record<string, string>} */
const FAILED = {
  prompt_refused: "refused for the prompt",
  invalid_request: "refused for their settings",
  model_not_found: "for a model that is not there",
  rate_limited: "turned away: too many at once",
  generator_failed: "without a picture",
  generator_timeout: "generator not reached",
  unavailable: "while the generator was away",
  storage_full: "without room to store them",
  internal: "by a fault of the service",
};

/** By the reasons why no images are taken. @type {Record<string, string>} */
const REASONS = {
  storage_full: "Too little room is free, so no new images are taken. Empty the trash or add disk.",
  ending: "This worker is about to end.",
};

let due = 0;

/** @param {HTMLElement} element */
export function show(element) {
  const now = part("Now");
  const storage = part("Storage");
  const failures = part("Failures");
  fill(element, now.element, createUsage(), storage.element, failures.element, createKeys());
  let seen = "";
  const look = async () => {
    if (document.hidden || element.hidden || !now.element.isConnected) return;
    /** @type {Operations} */
    const found = await askJson("operations");
    now.show(...goingOn(found));
    storage.show(...kept(found.storage), quiet(`Counted ${moment(found.storage.counted_at)}`));
    const failed = JSON.stringify(found.failures);
    if (failed !== seen) failures.show(await listFailures());
    seen = failed;
  };
  const lookAgain = () => look().catch((error) => now.show(warning(inWords(error))));
  clearInterval(due);
  due = setInterval(lookAgain, EVERY_MS);
  lookAgain();
}

/** @param {string} text */
const warning = (text) => state(text, true);

/** @param {string} text @param {boolean} isWrong */
const state = (text, isWrong) => create("p", { class: isWrong ? "state is-wrong" : "state" }, text);

/** @param {Operations} found */
function goingOn({ queue, failures, generators, reasons }) {
  const oldest = queue.oldest_queued_at;
  const failed = failures.by_code.reduce((sum, { count }) => sum + count, 0);
  const codes = failures.by_code.map(({ code, count }) =>
    create("div", {}, `${number(count)} ${FAILED[code] ?? code.replaceAll("_", " ")}`),
  );
  const wrong = Object.entries(reasons).map(([of, code]) =>
    warning(REASONS[code] ?? `The ${of} cannot be reached.`),
  );
  const states = generators.map(({ name, models, problem: silent }) =>
    state(`${name}: ${silent ?? counted(models.length, "model")}`, silent !== null),
  );
  return [
    create("div", { class: "states" }, wrong.length ? wrong : state("New images are taken", false), states),
    figures(
      [
        "Waiting",
        number(queue.queued),
        oldest && `The first for ${elapsed(Date.now() - Date.parse(oldest))}`,
      ],
      ["Being made", number(queue.generating)],
      [`Failed in ${failures.hours} hours`, number(failed), ...codes],
      ["Answers lost", number(failures.unknown), failures.unknown > 0 && "They may have been billed"],
    ),
  ];
}

/** @param {Operations["storage"]} storage */
function kept(storage) {
  const { free_bytes: free, reserve_bytes: reserve, copies_bytes: copies, copies_most_bytes: most } = storage;
  return [
    storage.is_low && warning(REASONS.storage_full),
    figures(
      ["Images", number(storage.images), bytes(storage.bytes)],
      ["In the trash", number(storage.trash_images), bytes(storage.trash_bytes)],
      ["Smaller copies", bytes(copies), meter({ max: most, value: copies }), `Of ${bytes(most)} at most`],
      [
        "Free room",
        free === null ? "Unknown" : bytes(free),
        meter({ max: reserve * 10 || 1, low: reserve, optimum: reserve * 10, value: free ?? 0 }),
        `${bytes(reserve)} are held back`,
      ],
      ["Answers waiting", number(storage.answers_waiting), "Paid for, to be stored"],
    ),
  ];
}

/** @param {Record<string, number>} figures */
const meter = (figures) => create("meter", { "aria-hidden": "true", ...figures });

/** The latest images that did not come to be. */
async function listFailures() {
  const asked = ["failed", "unknown"].map((status) =>
    listImages(new URLSearchParams({ status, limit: "20" })),
  );
  const images = (await Promise.all(asked)).flatMap((list) => list.images);
  if (!images.length) return quiet("No image has failed.");
  const latest = images.sort((one, other) => (one.guid < other.guid ? 1 : -1)).slice(0, 20);
  const rows = latest.map((image) => [
    link(image),
    image.error?.detail,
    image.model,
    moment(image.created_at),
  ]);
  return table("Failures", ["Prompt", "What went wrong", "Model", "When"], rows);
}

/** @param {ImageDetail} image */
const link = ({ guid, prompt }) => placeLink({ image: guid }, { dir: "auto", class: "prompt" }, prompt);
