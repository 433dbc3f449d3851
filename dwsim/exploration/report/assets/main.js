// The state of the page, and its changes.

function createPage(store) {
  const state = initialState(store);
  const tip = createTip();
  const front = createFront(byId("plot"), store, tip, (row) => choose(row, true));
  const table = createTable(byId("grid"), store, { onChoose: (row) => choose(row, false), onSort });
  const engine = createEngine(byId("engine"), store, tip, (network) => {
    state.layersOf = network;
    engine.show(state, charts());
  });

  const charts = () => store.charts[scheme()];
  const scheme = () => document.documentElement.dataset.scheme
    ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  /** The rows that pass network and filters, in the order of the table. */
  function chosenRows() {
    const { test, complaints } = parseQuery(state.query, store.columnList);
    const rows = store.inView(state.network).filter((row) =>
      test(row) && !(state.frontOnly && row.tier !== "front")
      && !(state.allowedOnly && row.violates));
    const note = byId("query-note");
    note.textContent = complaints.join("; ");
    note.classList.toggle("bad", complaints.length > 0);
    return sortRows(rows, store.columns.get(state.sort.key), state.sort.up);
  }

  function visibleColumns(rows) {
    const wanted = (column) => state.columns[column.key] ?? column.shown;
    // The column of the network is redundant if one network is chosen.
    const told = (column) => column.key === "network" && state.network !== "";
    const filled = (column) => rows.some((row) => isKnown(row[column.key]));
    const known = store.columnList.filter((column) =>
      wanted(column) && filled(column) && !told(column));
    return known.sort((a, b) => columnPlace(store, a) - columnPlace(store, b));
  }

  function showTable(rows) {
    table.show(rows, visibleColumns(rows), state.sort);
    const engines = new Set(rows.map((row) => row.engine_id)).size;
    byId("count").textContent = `${count(rows.length, "row")}, ${count(engines, "engine")}`;
  }

  // A reader is faster than a chart: a task waits for the end of the task before it.
  let last = Promise.resolve();
  function inTurn(task) {
    last = last.catch(() => {}).then(task);
    return last;
  }

  /** After a change of filters: other rows on the same axes. */
  function refilter() {
    showTable(chosenRows());
    return inTurn(async () => {
      await front.update(chosenRows(), state);
      done();
    });
  }

  /** After a change of network, axes or colours. */
  function redraw() {
    showTable(chosenRows());
    byId("line-note").textContent = lineNote();
    return inTurn(async () => {
      await front.draw(chosenRows(), state, charts());
      done();
    });
  }

  function lineNote() {
    const signs = [state.x, state.y].map((key) => store.columns.get(key).sign);
    return signs.every(Boolean) ? "The line joins the best points of these two columns." : "";
  }

  // Tests wait for this attribute, and for that of choose(), to know that a chart is drawn.
  function done() {
    document.documentElement.dataset.drawn = String(front.size());
  }

  async function choose(row, fromPlot) {
    state.engine = row.engine_id;
    if (row.network !== store.overall) state.layersOf = row.network;
    if (!store.runs[state.layersOf]?.[state.engine]) state.layersOf = firstNetwork(store, row);
    const ringed = inTurn(() => front.choose(row.engine_id));
    table.choose(state.engine, fromPlot);
    engine.show(state, charts());
    byId("chosen").textContent = `Engine ${state.engine}: ${engineSummary(store, row)}`;
    await ringed;
    document.documentElement.dataset.chosen = row.engine_id;
  }

  function onSort(key) {
    const column = store.columns.get(key);
    const first = column.sign >= 0;
    state.sort = { key, up: state.sort.key === key ? !state.sort.up : first };
    showTable(chosenRows());
  }

  function onNetwork() {
    axisOptions(store, state);
    redraw();
    if (store.runs[state.network]?.[state.engine]) {
      state.layersOf = state.network;
      engine.show(state, charts());
    }
  }

  function wire() {
    const again = () => showTable(chosenRows());
    bindControls(store, state, { onNetwork, redraw, refilter, showTable: again });
    bindScheme(scheme, () => {
      redraw();
      engine.show(state, charts());
    });
    byId("csv").addEventListener("click", () => {
      const rows = chosenRows();
      saveLink(csvText(rows, store.columnList), "points.csv", "").click();
    });
    let width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth !== width) engine.show(state, charts());
      width = innerWidth;
    });
  }

  return {
    async start() {
      showHeader(store);
      showNotes(byId("notes"), store);
      wire();
      const best = store.description.front[0]?.engine_id ?? store.rows[0]?.engine_id;
      const row = store.byEngine.get(best)?.at(-1);
      await redraw();
      if (row) choose(row, false);
      else engine.show(state, charts());
    },
  };
}

/** The first network that the engine of a row can run. */
function firstNetwork(store, row) {
  const ran = store.networks.find((network) => store.runs[network]?.[row.engine_id]);
  return ran ?? store.networks[0];
}

function showHeader(store) {
  const told = store.description;
  const pairsRun = store.inView("").length;
  byId("summary").textContent = [
    `${GROUPED.format(store.byEngine.size)} engines on ${count(store.networks.length, "network")}`,
    `${GROUPED.format(pairsRun)} pairs`,
    `${count(told.front.length, "engine")} on the front`,
  ].join(", ") + ".";
  byId("exactness").textContent = `Cycles are exact. ${areaSentence(told.area)}`;
  byId("objectives").textContent = told.objectives
    .map((objective) => objectiveText(objective, told)).join(", ");
}

unpack(byId("data").textContent)
  .then((content) => createPage(createStore(content)).start())
  .catch((error) => {
    byId("summary").textContent = `The page cannot show the report: ${error.message}`;
    byId("summary").className = "note bad";
    throw error;
  });
