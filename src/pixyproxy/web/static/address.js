/** Where one is, kept in the address of the page: back, reload and sharing work because nothing else knows it. */

/** @import { Place } from "./types.d.ts" */

/** Nothing is asked for: all images are meant. */
export const EVERYTHING = {
  prompt: "",
  tags: [],
  author: "",
  model: "",
  visibility: /** @type {const} */ (""),
  after: "",
  before: "",
  image: "",
};
/** @type {Place} */
const START = { ...EVERYTHING, view: "library", order: "desc" };
const NAMES = /** @type {const} */ ({
  view: "view",
  prompt: "q",
  author: "author",
  model: "model",
  visibility: "visibility",
  after: "after",
  before: "before",
  order: "order",
  image: "image",
});
const VIEWS = ["library", "trash", "operate"];

const moves = new EventTarget();

/** @returns {Place} */
export function currentPlace() {
  const query = new URLSearchParams(location.search);
  const said = Object.entries(NAMES).map(([field, name]) => [field, query.get(name)]);
  const place = {
    ...START,
    ...Object.fromEntries(said.filter(([, value]) => value)),
    tags: query.getAll("tag"),
  };
  return VIEWS.includes(place.view) ? place : { ...place, view: "library" };
}

/**
 * The address of the place that differs from this one so.
 * @param {Partial<Place>} changes
 */
export function addressOf(changes) {
  const place = { ...currentPlace(), ...changes };
  const query = new URLSearchParams();
  for (const [field, name] of Object.entries(NAMES)) {
    const value = place[/** @type {keyof typeof NAMES} */ (field)];
    if (value !== START[/** @type {keyof typeof NAMES} */ (field)]) query.set(name, value);
  }
  for (const tag of place.tags) query.append("tag", tag);
  return query.size ? `?${query}` : location.pathname;
}

/**
 * @param {Partial<Place>} changes
 * @param {{instead?: boolean}} [how] `instead` leaves no step to go back to
 */
export function go(changes, { instead = false } = {}) {
  const address = addressOf(changes);
  if (instead) history.replaceState(history.state, "", address);
  else history.pushState({ steps: (history.state?.steps ?? 0) + 1 }, "", address);
  moves.dispatchEvent(new Event("move"));
}

/** Back to where an image was opened from, if it was from this page; else to the place without it. */
export function leaveImage() {
  if (history.state?.steps) history.back();
  else go({ image: "" }, { instead: true });
}

/**
 * Calls with the place now and after each move.
 * @param {(place: Place) => void} follower
 */
export function followPlace(follower) {
  const tell = () => follower(currentPlace());
  moves.addEventListener("move", tell);
  addEventListener("popstate", tell);
  tell();
}

/**
 * What the service is asked for at that place.
 * @param {Place} place
 */
export function searchAt(place) {
  const query = new URLSearchParams();
  if (place.view === "trash") query.set("deleted", "true");
  for (const name of /** @type {const} */ (["prompt", "author", "model", "visibility"])) {
    if (place[name]) query.set(name, place[name]);
  }
  for (const tag of place.tags) query.append("tag", tag);
  if (place.after) query.set("created_after", startOfDay(place.after, 0, -1));
  if (place.before) query.set("created_before", startOfDay(place.before, 1, 0));
  if (place.order !== "desc") query.set("order", place.order);
  return query;
}

/**
 * The visitor's own midnight; the service's bounds leave out the very moment.
 * @param {string} day
 * @param {number} daysOn
 * @param {number} millisecondsOn
 */
function startOfDay(day, daysOn, millisecondsOn) {
  const [year, month, date] = day.split("-").map(Number);
  const moment = new Date(year, month - 1, date + daysOn, 0, 0, 0, millisecondsOn);
  return Number.isNaN(moment.getTime()) ? day : moment.toISOString();
}
