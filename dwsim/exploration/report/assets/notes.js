// The notes at the end: the meaning and the sources of the figures.

/** Fills the section of notes from the description of the exploration. */
function showNotes(element, store) {
  const told = store.description;
  const blocks = [
    noteBlock("Cycles", cyclesNote(told)),
    noteBlock("Area and clock", areaNote(told.area)),
    noteBlock("Energy", plainPairs(told.energy)),
    noteBlock("Front", frontNote(told)),
    noteBlock("Search", [plainPairs({ ...told.search, ...nonZero(told.counts) })]),
    told.refused.length ? noteBlock(`Refused: ${told.refused.length}`, refusedList(told)) : null,
    told.failed.length ? noteBlock(`Failed: ${told.failed.length}`, failedList(told)) : null,
    noteBlock("Networks", networksNote(told)),
    noteBlock("Versions", plainPairs(told.versions)),
    noteBlock("Space", make("details", {}, make("summary", {}, "as TOML"),
      make("pre", {}, told.toml))),
  ];
  element.replaceChildren(
    make("h2", { id: "notes-title" }, "About the figures"), ...blocks.filter(Boolean));
}

function noteBlock(title, content) {
  const parts = [content].flat().filter(isKnown);
  return parts.length ? make("section", {}, make("h3", {}, title), parts) : null;
}

function cyclesNote(told) {
  const wrong = told.confirmed.filter((layer) => layer.cycles !== layer.rtl_cycles);
  const text = "Cycles are exact: the model of dwsim equals the generated RTL in every cycle."
    + " The ideal is multiply-adds / multipliers, which no engine beats; utilisation is the share of"
    + " it. The bound is the fewest cycles that an engine's own ports and array permit.";
  const confirmed = told.confirmed.length
    ? `${count(told.confirmed.length, "layer")} of this exploration ran in RTL; `
      + (wrong.length ? `${wrong.length} differ.` : "all have the cycles of the model.")
    : "No engine of this exploration ran in RTL. dwsim explore --confirm N runs N of them.";
  return [make("p", {}, text), make("p", {}, confirmed)];
}

const AREA = {
  estimate: "LUT, FF, DSP, block RAM and Fmax are estimates, fitted to runs of Yosys and nextpnr."
    + " The errors are those on engines that were not used for the fit.",
  synth: "LUT, FF, DSP and block RAM are from Yosys and nextpnr. Fmax is nextpnr-reported, for the"
    + " worst of several seeds. nextpnr does not time paths inside a registered ECP5 multiplier.",
};

/** The source of area and clock, as a sentence for the top of the page. */
function areaSentence(area) {
  const note = area.note ?? `area and clock: ${area.source} for ${area.target}`;
  return `${note[0].toUpperCase()}${note.slice(1)}.`;
}

function areaNote(area) {
  const text = AREA[area.source];
  return [text ? make("p", {}, text) : null, plainPairs(area)];
}

function frontNote(told) {
  const entries = told.objectives.map((objective, i) =>
    [`objective ${i + 1}`, objectiveText(objective, told)]);
  for (const constraint of told.constraints) {
    const limits = [["at least", constraint.min], ["at most", constraint.max]]
      .filter(([, limit]) => isKnown(limit));
    entries.push(["constraint", `${constraint.metric} ${limits.flat().join(" ")}`]);
  }
  entries.push(["front", `${told.front.length} engines`]);
  return pairs(entries);
}

function objectiveText({ goal, metric, over }, told) {
  const alone = over === "engine" || Object.keys(told.networks).length === 1;
  return `${goal} ${metric}${alone ? "" : ` over ${over}`}`;
}

function networksNote(told) {
  return pairs(Object.entries(told.networks).map(([name, { layers, macs, source }]) =>
    [name, `${count(layers, "layer")}, ${GROUPED.format(macs)} MACs, ${source}`]));
}

function nonZero(counts) {
  return Object.fromEntries(Object.entries(counts).filter(([, number]) => number !== 0));
}

/** A table of the description as pairs; nested tables become lists. */
function plainPairs(table) {
  const entries = Object.entries(table ?? {});
  if (!entries.length) return null;
  return pairs(entries.map(([key, value]) => [key.replaceAll("_", " "), plain(value)]));
}

function plain(value) {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (value && typeof value === "object") {
    return Object.entries(value).map(([key, inner]) => `${key} ${plain(inner)}`).join(", ");
  }
  return typeof value === "number" ? ROUNDED.format(value) : String(value ?? MISSING);
}

const LISTED = 12;

function refusedList(told) {
  const items = told.refused.slice(0, LISTED).map((entry) =>
    make("li", {}, `${plain(entry.axes)}: ${entry.reason}`));
  return make("details", {}, make("summary", {}, "combinations that are not valid engines"),
    make("ul", {}, items, andMore(told.refused)));
}

function failedList(told) {
  const items = told.failed.slice(0, LISTED).map((entry) =>
    make("li", {}, `${entry.engine_id} on ${entry.network}: ${entry.traceback}`));
  return make("ul", {}, items, andMore(told.failed));
}

function andMore(entries) {
  const more = entries.length - LISTED;
  return more > 0 ? make("li", {}, `and ${more} more, in explore.json`) : null;
}
