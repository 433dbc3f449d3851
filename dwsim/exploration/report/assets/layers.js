// The table of the layers of a network on an engine: cycles, the GEMM baseline, and bytes.

const LAYER_COLUMNS = [
  ["streams", "streams", GROUPED],
  ["cycles", "cycles", GROUPED],
  ["gemm_cycles", "GEMM cycles", GROUPED],
  ["ifmap_bytes", "ifmap B", GROUPED],
  ["param_bytes", "parameters B", GROUPED],
  ["output_bytes", "ofmap B", GROUPED],
  ["ifmap_rate", "ifmap B/cycle", ROUNDED],
  ["param_rate", "parameters B/cycle", ROUNDED],
  ["output_rate", "ofmap B/cycle", ROUNDED],
  ["intensity", "MACs/B", ROUNDED],
];
const SUMS = ["streams", "gemm_cycles", "ifmap_bytes", "param_bytes", "output_bytes"];

/** A layer, or a whole image, with its bytes a cycle at each port. */
function withRates(row) {
  return {
    ...row,
    ifmap_rate: row.ifmap_bytes / row.cycles,
    param_rate: row.param_bytes / row.cycles,
    output_rate: row.output_bytes / row.cycles,
  };
}

/** The row of one image: `pair` has the cycles of all layers one after the other. */
function imageRow(rows, pair) {
  const total = { layer: "one image", cycles: pair.cycles, intensity: pair.intensity };
  for (const key of SUMS) total[key] = rows.reduce((sum, row) => sum + row[key], 0);
  return withRates(total);
}

/** The most bytes a cycle at each port. */
function portRow(pair) {
  return {
    layer: "most at the port",
    ifmap_rate: pair.input_bytes_per_cycle,
    param_rate: pair.param_bytes_per_cycle,
    output_rate: pair.output_bytes_per_cycle,
  };
}

/** A closed list with the table; `rows` are those of the chart, `pair` is engine and network. */
function layerTable(rows, pair) {
  const heading = LAYER_COLUMNS.map(([, title]) => make("th", { scope: "col" }, title));
  const line = (row) => make("tr", { "data-layer": row.layer },
    make("td", { className: "text" }, row.layer),
    LAYER_COLUMNS.map(([key, , form]) =>
      make("td", { "data-key": key }, isKnown(row[key]) ? form.format(row[key]) : "")));
  const head = make("tr", {}, make("th", { className: "text", scope: "col" }, "layer"), heading);
  return make("details", { className: "more", id: "layer-table" },
    make("summary", {}, "Cycles and bytes of each layer"),
    make("div", { className: "plain" },
      make("table", {}, make("thead", {}, head),
        make("tbody", {}, rows.map(line), line(imageRow(rows, pair)), line(portRow(pair))))));
}
