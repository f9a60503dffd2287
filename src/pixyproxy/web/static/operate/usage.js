/** What was made and what it cost, day by day. */

import { askJson } from "../api.js";
import { counted, money, number } from "../formats.js";
import { create } from "../markup.js";
import { problem } from "../notices.js";
import { createChart, sum } from "./chart.js";
import { figures, folded, part, quiet, table } from "./parts.js";

/** @import { Usage } from "../types.d.ts" */

const DAY_MS = 86_400_000;
const MOST_NAMES = 6;
const DAYS_OF_SINGLE_BARS = 90;
const shortDay = new Intl.DateTimeFormat(navigator.language, {
  month: "short",
  day: "numeric",
  timeZone: "UTC",
});

const CHOICES = {
  Time: { 7: "7 days", 30: "30 days", 90: "90 days", 365: "A year" },
  By: { model: "By model", key: "By key", generator: "By generator" },
  Figure: { cost_usd: "Cost", images: "Images", calls: "Calls" },
};

const FIGURE = Object.keys(CHOICES).indexOf("Figure");

/** No figure is the one that says something: without costs, images. @type {Record<string, string>} */
const chosen = { Time: "30", By: "model", Figure: "" };

/** @param {Usage} usage */
const figureOf = ({ total }) => chosen.Figure || (total.cost_usd ? "cost_usd" : "images");

export function createUsage() {
  const { element, show } = part("Usage");
  const look = () =>
    askJson(`usage?days=${chosen.Time}&by=${chosen.By}`)
      .then((usage) => {
        selects[FIGURE].value = figureOf(usage);
        show(...shown(usage));
      })
      .catch(problem);
  const selects = Object.entries(CHOICES).map(([label, options]) => {
    const all = Object.entries(options).map(([value, text]) =>
      create("option", { value, selected: chosen[label] === value }, text),
    );
    const onchange = () => {
      chosen[label] = select.value;
      look();
    };
    const select = create("select", { "aria-label": label, onchange }, all);
    return select;
  });
  element.lastElementChild?.before(create("div", { class: "row choices" }, selects));
  look();
  return element;
}

/** @param {Usage} usage */
function shown(usage) {
  const { total } = usage;
  if (!total.calls) return [quiet("Nothing was made in this time.")];
  const { days, series } = stacked(usage);
  const format = figureOf(usage) === "cost_usd" ? money : number;
  const rows = days.map((day, at) => [day, ...series.map(([, values]) => format(values[at]))]).reverse();
  const names = series.map(([name]) => name);
  const unknown = total.calls_of_unknown_cost;
  const cost = total.cost_usd === null ? "Unknown" : money(total.cost_usd);
  return [
    figures(
      ["Cost", cost, unknown > 0 && `and ${counted(unknown, "call")} of unknown cost`],
      ["Images", number(total.images)],
      ["Failed", number(total.failed)],
      ["Answers lost", number(total.unknown)],
    ),
    createChart({
      summary: `A chart of what the table below says, of ${names.join(", ")}.`,
      days,
      series,
      format,
    }),
    folded("Show as table", table("Usage", ["Day", ...names], rows)),
  ];
}

/** What has a name, the most first, what is little together; by day, or by week when that is long. @param {Usage} usage */
function stacked(usage) {
  const { rows, days: asked } = usage;
  const figure = /** @type {"calls"} */ (figureOf(usage));
  const width = asked > DAYS_OF_SINGLE_BARS ? 7 : 1;
  const last = Math.floor(Date.now() / DAY_MS);
  const count = Math.ceil(asked / width);
  const first = last + 1 - count * width;
  const days = Array.from({ length: count }, (_, at) => shortDay.format((first + at * width) * DAY_MS));
  /** @type {Map<string, number[]>} */
  const found = new Map();
  for (const row of rows) {
    const values = found.get(row.name) ?? days.map(() => 0);
    values[Math.floor((Date.parse(row.day) / DAY_MS - first) / width)] += row[figure] ?? 0;
    found.set(row.name, values);
  }
  const series = [...found].sort(([, one], [, other]) => sum(other) - sum(one));
  const others = series.length > MOST_NAMES ? series.splice(MOST_NAMES - 1) : [];
  if (others.length)
    series.push(["Others", days.map((_, at) => sum(others.map(([, values]) => values[at])))]);
  return { days, series };
}
