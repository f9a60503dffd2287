/** Bars of days, stacked, and what they are made of. */

import { create, fill } from "../markup.js";

/**
 * @typedef {object} Told
 * @property {string} summary
 * @property {string[]} days
 * @property {[name: string, values: number[]][]} series
 * @property {(value: number) => string} format
 */

const SVG = "http://www.w3.org/2000/svg";
/** What is text is as large as the browser's text is. */
const UNIT = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
const HEIGHT = 228 * UNIT;
const SIDE = 60 * UNIT;
const TOP = 16 * UNIT;
const FOOT = 24 * UNIT;
const A_LABEL = 90 * UNIT;

/** @param {number[]} values */
export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** @param {Told} told */
export function createChart(told) {
  const { days, series, format } = told;
  const legend = create("ul", { class: "legend" });
  const tellChosen = () => tell(slider.valueAsNumber);
  const slider = create("input", {
    type: "range",
    max: String(days.length - 1),
    "aria-label": "Day",
    oninput: tellChosen,
    onfocus: tellChosen,
    onblur: () => tell(),
    onpointerleave: () => tell(),
    onpointermove: (/** @type {PointerEvent} */ { offsetX }) => {
      const index = Math.floor((offsetX / slider.offsetWidth) * days.length);
      tell(Math.max(0, Math.min(index, days.length - 1)));
    },
  });
  const plot = create("div", { class: "plot" }, create("span"), slider);
  /** All days, or one. @param {number} [index] */
  const tell = (index = -1) => {
    const figures = series.map(([, values]) => values[index] ?? sum(values));
    const names = [days[index] ?? "Together", ...series.map(([name]) => name)];
    const said = [sum(figures), ...figures].map(format);
    const items = names.map((name, at) =>
      create("li", { class: `series-${at - 1}` }, create("bdi", {}, name), create("b", {}, said[at])),
    );
    fill(legend, items);
    slider.setAttribute("aria-valuetext", names.map((name, at) => `${name}: ${said[at]}`).join(", "));
    plot.querySelectorAll("g").forEach((stack, at) => void stack.classList.toggle("is-told", at === index));
  };
  new ResizeObserver(() => plot.firstElementChild?.replaceWith(draw(told, plot.clientWidth))).observe(plot);
  tell();
  return create("div", { class: "chart" }, legend, plot);
}

/** @param {Told} told @param {number} width */
function draw({ summary, days, series, format }, width) {
  const most = Math.max(...days.map((_, day) => sum(series.map(([, values]) => values[day]))));
  const step = roundStep(most / 4);
  const steps = Math.max(1, Math.ceil(most / step));
  const scale = (HEIGHT - TOP - FOOT) / (steps * step);
  const space = (width - SIDE) / days.length;
  const bar = Math.max(1, space - Math.min(6, space * 0.3));
  const every = Math.ceil(A_LABEL / space);
  const drawn = [];
  for (let at = 0; at <= steps; at++) {
    const y = HEIGHT - FOOT - at * step * scale;
    drawn.push(
      shape("path", { d: `M${SIDE} ${Math.round(y) + 0.5}H${width}` }),
      shape("text", { x: 0, y: y + 4 }, format(at * step)),
    );
  }
  for (const [day, name] of days.entries()) {
    const x = SIDE + day * space;
    let y = HEIGHT - FOOT;
    const rects = series.map(([, values], at) => {
      const height = values[day] * scale;
      y -= height;
      return shape("rect", {
        class: `series-${at}`,
        x,
        y,
        width: bar,
        height: Math.max(0, height - (at && 1)),
      });
    });
    drawn.push(shape("g", {}, ...rects));
    if (day % every === 0 && x + A_LABEL < width) drawn.push(shape("text", { x, y: HEIGHT - 4 }, name));
  }
  return shape("svg", { role: "img", "aria-label": summary, width, height: HEIGHT }, ...drawn);
}

/** The least of 1, 2, 5, 10, 20, … that is as much. @param {number} least */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least || 1));
  return power * ([1, 2, 5].find((each) => each * power >= least) ?? 10);
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {...(Node | string)} children */
function shape(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}
