// Unpacks the data of the page, turns tables into rows, and finds engines by id.

/** The document with the data of the page. */
async function unpack(text) {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("this browser is too old for the report: it lacks DecompressionStream");
  }
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** The rank of a column in the table: columns of a lower rank come first. */
function columnPlace(store, column) {
  if (column.key === "engine_id" || column.key === "network") return 0;
  if (column.key.startsWith("on_")) return 1;
  if (store.objectives.includes(column.key)) return 2;
  if (column.key === "reason") return 6;
  if (column.key === "status" || column.key === "violates") return 5;
  return column.axis ? 3 : 4;
}

/** Rows, columns and look-ups of a document. */
function createStore(content) {
  const keys = Object.keys(content.rows);
  const rows = content.tiers.map((tier, id) => {
    const row = { id, tier };
    for (const key of keys) row[key] = content.rows[key][id];
    return row;
  });
  const columns = new Map(content.columns.map((column) => [column.key, column]));
  const byEngine = new Map();
  for (const row of rows) {
    if (!byEngine.has(row.engine_id)) byEngine.set(row.engine_id, []);
    byEngine.get(row.engine_id).push(row);
  }
  return {
    ...content,
    rows,
    columns,
    columnList: content.columns,
    byEngine,
    networks: Object.keys(content.description.networks),
    /** The rows of a network; without a network, every pair. */
    inView: (network) =>
      rows.filter((row) => (network ? row.network === network : row.network !== content.overall)),
  };
}

/** A short description of an engine: the axes that differ between the engines of the space. */
function engineSummary(store, row) {
  const kernel = `${row.kernel_h}×${row.kernel_w}`;
  const perLane = row.multipliers / row.lanes;
  const words = [`${row.lanes} ${row.lanes === 1 ? "lane" : "lanes"} of ${perLane}`];
  words.push(`kernel ${kernel}`);
  for (const key of ["ifmap_width", "requantise", "interleave"]) {
    const column = store.columns.get(key);
    if (column && column.varies) words.push(`${column.title} ${formatValue(column, row[key])}`);
  }
  return words.join(" · ");
}
