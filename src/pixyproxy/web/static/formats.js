/** Figures and moments as the visitor's language writes them. */

const LANGUAGE = navigator.language;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
const whole = new Intl.NumberFormat(LANGUAGE);
const dayAndTime = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const dayOnly = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium" });

/** @param {number} figure */
export const number = (figure) => whole.format(figure);

/** @param {string} moment RFC 3339 */
export const moment = (moment) => dayAndTime.format(new Date(moment));

/** @param {string} date as 2026-11-20, or RFC 3339 */
export const day = (date) => dayOnly.format(new Date(date.length === 10 ? `${date}T00:00` : date));

/** @param {string} text @param {number} most */
export const shortened = (text, most) =>
  text.length > most ? `${text.slice(0, most).replace(/[\ud800-\udbff]$/, "")}…` : text;

/** @param {number} size */
export function bytes(size) {
  const power = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), UNITS.length - 1);
  const style = { style: "unit", unit: UNITS[power], maximumFractionDigits: power ? 1 : 0 };
  return new Intl.NumberFormat(LANGUAGE, /** @type {Intl.NumberFormatOptions} */ (style)).format(
    size / 1000 ** power,
  );
}

/** Of small sums the digits that say something. @param {number} usd */
export function money(usd) {
  const digits = usd && Math.abs(usd) < 0.1 ? { maximumSignificantDigits: 3 } : {};
  return new Intl.NumberFormat(LANGUAGE, { style: "currency", currency: "USD", ...digits }).format(usd);
}

/** As 0:07, 12:30. @param {number} milliseconds */
export function elapsed(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

const AGES = /** @type {const} */ ([
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
]);
const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });

/** As “3 hours ago”. @param {string} moment RFC 3339 */
export function since(moment) {
  const seconds = (Date.now() - new Date(moment).getTime()) / 1000;
  const [unit, length] = AGES.find(([, each]) => seconds >= each) ?? ["second", 1];
  return relative.format(-Math.floor(Math.max(0, seconds) / length), unit);
}
