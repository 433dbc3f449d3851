// The controls above the plot, and their initial state.

const EVERY = "";

/** The initial state: the front, by the first two objectives. */
function initialState(store) {
  const several = store.networks.length > 1;
  const state = {
    network: several ? store.overall : store.networks[0],
    colour: "",
    query: "",
    frontOnly: false,
    allowedOnly: false,
    columns: {},
    engine: null,
    layersOf: store.networks[0],
  };
  chooseAxes(store, state);
  state.sort = { key: state.x, up: store.columns.get(state.x).sign >= 0 };
  return state;
}

/** The columns that can be axes for the rows in view. */
function plottableColumns(store, state) {
  const rows = store.inView(state.network);
  return store.columnList.filter((column) =>
    column.numeric && rows.some((row) => isKnown(row[column.key])));
}

/** Keeps the axes of the state if the rows in view have them; otherwise takes the objectives. */
function chooseAxes(store, state) {
  const possible = plottableColumns(store, state).map((column) => column.key);
  const nearest = (key) => [key, metricOf(key)].find((known) => possible.includes(known));
  const candidates = [...store.objectives.map(nearest), "multipliers", "cycles", ...possible];
  for (const channel of ["x", "y"]) {
    if (possible.includes(state[channel])) continue;
    const metric = state[channel] && metricOf(state[channel]);
    const same = possible.find((key) => metricOf(key) === metric);
    state[channel] = same
      ?? candidates.find((key) => possible.includes(key) && key !== state.x && key !== state.y);
    setLog(store, state, channel);
  }
}

/** The metric of an objective's column. */
function metricOf(key) {
  return key.split(" over ")[0];
}

function setLog(store, state, channel) {
  state[`${channel}Log`] = store.columns.get(state[channel]).log;
}

function option(value, text, selected = false) {
  return make("option", { value, selected }, text);
}

function columnOptions(store, columns, chosen) {
  const groups = [
    ["Objectives", columns.filter((c) => store.objectives.includes(c.key))],
    ["Measured", columns.filter((c) => !c.axis && !store.objectives.includes(c.key))],
    ["Engine", columns.filter((c) => c.axis && !store.objectives.includes(c.key))],
  ];
  return groups.filter(([, members]) => members.length).map(([label, members]) =>
    make("optgroup", { label }, members.map((c) => option(c.key, c.label, c.key === chosen))));
}

/** Fills the lists of columns for the rows in view. */
function axisOptions(store, state) {
  chooseAxes(store, state);
  const columns = plottableColumns(store, state);
  for (const channel of ["x", "y"]) {
    byId(channel).replaceChildren(...columnOptions(store, columns, state[channel]));
    byId(`${channel}-log`).checked = state[`${channel}Log`];
  }
  const coloured = store.columnList.filter((column) =>
    column.varies && column.kind !== "flag" && column.key !== "engine_id"
    && (column.shown || column.numeric));
  const first = state.network === EVERY ? coloured : coloured.filter((c) => c.key !== "network");
  byId("colour").replaceChildren(
    option("", "front", state.colour === ""),
    ...first.map((column) => option(column.key, column.title, column.key === state.colour)));
  if (!first.some((column) => column.key === state.colour)) state.colour = "";
}

/** Connects the controls with the state and the callbacks. */
function bindControls(store, state, { onNetwork, redraw, refilter, showTable }) {
  const networks = store.networks.map((name) => option(name, name));
  byId("network").replaceChildren(
    ...(store.networks.length > 1
      ? [option(store.overall, "all (objectives)"), option(EVERY, "each (one plot)")]
      : []),
    ...networks);
  byId("network").value = state.network;
  axisOptions(store, state);
  on("network", "change", (control) => {
    state.network = control.value;
    onNetwork();
  });
  for (const channel of ["x", "y"]) {
    on(channel, "change", (control) => {
      state[channel] = control.value;
      setLog(store, state, channel);
      byId(`${channel}-log`).checked = state[`${channel}Log`];
      redraw();
    });
    on(`${channel}-log`, "change", (control) => {
      state[`${channel}Log`] = control.checked;
      redraw();
    });
  }
  on("colour", "change", (control) => {
    state.colour = control.value;
    redraw();
  });
  on("query", "input", (control) => {
    state.query = control.value;
    refilter();
  });
  on("front-only", "change", (control) => {
    state.frontOnly = control.checked;
    refilter();
  });
  on("allowed-only", "change", (control) => {
    state.allowedOnly = control.checked;
    refilter();
  });
  columnMenu(store, state, showTable);
}

function on(id, event, change) {
  byId(id).addEventListener(event, (happened) => change(happened.target));
}

/** A checkbox for every column, which shows or hides it in the table. */
function columnMenu(store, state, changed) {
  const boxes = store.columnList.map((column) => {
    const box = make("input", { type: "checkbox", checked: column.shown });
    box.addEventListener("change", () => {
      state.columns[column.key] = box.checked;
      changed();
    });
    return make("label", { title: column.meaning }, box, column.label);
  });
  byId("columns").querySelector("div").replaceChildren(...boxes);
}

/** The button that switches between light and dark colours. */
function bindScheme(current, changed) {
  const button = byId("scheme");
  const name = () => (button.textContent = current() === "dark" ? "Light" : "Dark");
  button.addEventListener("click", () => {
    document.documentElement.dataset.scheme = current() === "dark" ? "light" : "dark";
    name();
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    name();
    changed();
  });
  name();
}
