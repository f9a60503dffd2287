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
/** Anybody may write an address: what it says and cannot mean is not said. @type {Record<string, (value: string) => boolean>} */
const SENSIBLE = {
  view: (value) => ["library", "trash", "operate"].includes(value),
  order: (value) => ["asc", "desc"].includes(value),
  visibility: (value) => ["private", "public"].includes(value),
  after: isDay,
  before: isDay,
};

const moves = new EventTarget();

/** @returns {Place} */
export function currentPlace() {
  const query = new URLSearchParams(location.search);
  const said = Object.entries(NAMES).map(([field, name]) => [field, query.get(name)]);
  const meant = said.filter(([field, value]) => value && (SENSIBLE[String(field)]?.(value) ?? true));
  return { ...START, ...Object.fromEntries(meant), tags: query.getAll("tag").filter((tag) => tag.trim()) };
}

/** @param {string} value */
function isDay(value) {
  const moment = /^[12]\d{3}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00Z`) : new Date(NaN);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(value);
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
  else {
    moves.dispatchEvent(new Event("leave"));
    history.pushState({ steps: (history.state?.steps ?? 0) + 1 }, "", address);
  }
  moves.dispatchEvent(new Event("move"));
}

/** What is seen of a place is kept with the step back to it. @param {() => number} seen */
export function rememberOnLeaving(seen) {
  moves.addEventListener("leave", () => history.replaceState({ ...history.state, seen: seen() }, ""));
}

/** Back to where an image was opened from, if it was from this page; else to the place without it. */
export function leaveImage() {
  if (history.state?.steps) history.back();
  else go({ image: "" }, { instead: true });
}

/**
 * Calls with the place now and after each move, and says of each whether it is a step of the browser's.
 * @param {(place: Place, isBack: boolean) => void} follower
 */
export function followPlace(follower) {
  const tell = (isBack = false) => follower(currentPlace(), isBack);
  moves.addEventListener("move", () => tell());
  addEventListener("popstate", () => tell(true));
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
  return moment.toISOString();
}
