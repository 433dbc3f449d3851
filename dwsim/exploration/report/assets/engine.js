// The panel of the chosen engine: its cost, its results on each network, and how to generate it.

const COSTS = ["multipliers", "fmax_mhz", "lut", "ff", "dsp", "bram", "buffer_bytes"];
const ON_NETWORK = ["network", "cycles", "ideal", "utilisation", "bound_share", "gemm_cycles",
  "time_ms"];
const LABELS = { font: "11px system-ui, sans-serif", most: 150, padding: 14 };

/** The panel of an engine. `onNetwork` gets the network whose layers the panel shows. */
function createEngine(element, store, tip, onNetwork) {
  let view = null;
  let shares = false;
  const roofline = createRoofline(store, tip);

  function show(state, charts) {
    const rows = store.byEngine.get(state.engine);
    if (!rows) {
      element.replaceChildren(
        make("h2", { id: "engine-title" }, "No engine chosen"),
        make("p", { className: "muted" }, "Choose a point in the plot or a row in the table."),
      );
      return;
    }
    // With one network there is no row over all networks.
    const overall = rows.find((row) => row.network === store.overall) ?? rows[0];
    const chart = make("div", { className: "chart", id: "layers" });
    element.replaceChildren(
      ...title(overall),
      costs(overall),
      make("h3", {}, "Networks"),
      networks(rows, state),
      layersHead(state),
      chart,
      ...ofLayers(state, charts),
      ...build(overall),
    );
    drawLayers(chart, state, charts);
  }

  /** The table of the layers and their roofline; nothing if the engine cannot run them. */
  function ofLayers(state, charts) {
    const rows = layerRows(state);
    if (!rows.length) return [];
    const pair = store.byEngine.get(state.engine).find((row) => row.network === state.layersOf);
    return [layerTable(rows, pair), roofline(rows, pair, charts)];
  }

  function title(row) {
    const badges = [];
    if (row.on_front) badges.push(make("span", { className: "badge" }, "on the front"));
    const ran = store.description.confirmed.filter((one) => one.engine_id === row.engine_id);
    if (ran.length && ran.every((one) => one.cycles === one.rtl_cycles)) {
      const title = `RTL and model have the same cycles in ${count(ran.length, "layer")}`;
      badges.push(make("span", { className: "badge", title }, "confirmed in RTL"));
    }
    if (row.cut_layers) {
      const title = "These layers exceed the engine's maxima: each runs as several streams";
      badges.push(make("span", { className: "badge cut", title },
        `cuts ${count(row.cut_layers, "layer")}`));
    }
    if (row.beyond_part) {
      badges.push(make("span", { className: "badge bad", title: row.beyond_part },
        "does not fit the part"));
    }
    if (row.violates) {
      const title = row.violates;
      badges.push(make("span", { className: "badge bad", title }, "violates a constraint"));
    }
    return [
      make("h2", { id: "engine-title" }, engineSummary(store, row)),
      make("p", { className: "muted" },
        make("span", { className: "mono" }, row.engine_id),
        badges.flatMap((badge) => [" ", badge])),
    ];
  }

  function costs(row) {
    const objectives = store.objectives.map((key) => store.columns.get(key));
    const shown = new Set([...objectives, ...COSTS.map((key) => store.columns.get(key))]);
    const entries = [...shown].filter((column) => column && row[column.key] !== null);
    return make(
      "dl",
      { className: "facts" },
      entries.map((column) =>
        make("div", { title: column.meaning },
          make("dt", {}, column.title), make("dd", {}, formatWithUnit(column, row[column.key]))),
      ),
    );
  }

  function networks(rows, state) {
    const keys = rows.some((row) => row.cut_layers) ? [...ON_NETWORK, "cut_layers"] : ON_NETWORK;
    const columns = keys.map((key) => store.columns.get(key)).filter(Boolean);
    const heading = columns.map((column) =>
      make("th", { className: column.numeric ? "" : "text", scope: "col", title: column.meaning },
        column.label));
    const lines = rows.filter((row) => row.network !== store.overall).map((row) => {
      if (row.status !== "ok") {
        return make("tr", {}, make("td", { className: "text" }, row.network),
          make("td", { className: "reason", colSpan: columns.length - 1 },
            `${row.status.replaceAll("_", " ")}: ${row.reason}`));
      }
      const cells = columns.map((column) => {
        const className = column.numeric ? "" : "text";
        return make("td", { className }, formatValue(column, row[column.key]));
      });
      const line = make("tr", {
        "data-network": row.network,
        tabIndex: 0,
        "aria-selected": String(row.network === state.layersOf),
      }, cells);
      const choose = () => onNetwork(row.network);
      line.addEventListener("click", choose);
      line.addEventListener("keydown", (event) => event.key === "Enter" && choose());
      return line;
    });
    return make("div", { className: "plain", id: "networks" },
      make("table", {}, make("thead", {}, make("tr", {}, heading)), make("tbody", {}, lines)));
  }

  function layersHead(state) {
    const buttons = [["cycles", false], ["shares", true]].map(([text, wanted]) => {
      const pressed = String(shares === wanted);
      const button = make("button", { type: "button", "aria-pressed": pressed }, text);
      button.addEventListener("click", () => {
        shares = wanted;
        for (const other of button.parentElement.children) {
          other.setAttribute("aria-pressed", String(other === button));
        }
        view?.signal("share", shares).runAsync();
      });
      return button;
    });
    const run = state.layersOf && store.runs[state.layersOf]?.[state.engine];
    const text = run ? `Layers of ${state.layersOf}` : "Layers";
    return make("div", { className: "row" }, make("h3", { id: "layers-title" }, text),
      make("span", { className: "switch", role: "group", "aria-label": "measure" }, buttons));
  }

  /** The layers of the network on the engine, as rows of the chart. */
  function layerRows(state) {
    const run = store.runs[state.layersOf]?.[state.engine];
    if (!run) return [];
    const { names, shapes, macs } = store.layers[state.layersOf];
    return names.map((layer, i) => {
      const row = { index: i, layer, shape: shapes[i], macs: macs[i] };
      for (const key of Object.keys(run)) row[key] = run[key][i];
      row.multipliers = multipliersOf(state.engine);
      row.ifmap_bytes = row.input_bytes - row.param_bytes;
      return withRates(row);
    });
  }

  function multipliersOf(engine) {
    return store.byEngine.get(engine)[0].multipliers;
  }

  /** The width of the longest layer name beside the bars, in pixels. */
  function labelWidth(rows, prefix) {
    const context = make("canvas").getContext("2d");
    context.font = LABELS.font;
    const widths = rows.map((row) => context.measureText(row.layer.slice(prefix)).width);
    return Math.min(LABELS.most, Math.max(...widths)) + LABELS.padding;
  }

  async function drawLayers(chart, state, charts) {
    view?.finalize();
    view = null;
    const rows = layerRows(state);
    if (!rows.length) {
      const text = "No layers: the engine cannot run this network.";
      chart.append(make("p", { className: "muted" }, text));
      return;
    }
    const spec = structuredClone(charts.layers);
    const { prefix, step } = store.layers[state.layersOf];
    const room = chart.clientWidth - labelWidth(rows, prefix) - spec.spacing - LABELS.padding;
    const scale = Math.max(0.5, room / spec.hconcat.reduce((sum, part) => sum + part.width, 0));
    for (const part of spec.hconcat) {
      part.width = Math.floor(part.width * scale);
      part.height = { step };
    }
    spec.data = { name: spec.data.name, values: rows };
    setParameter(spec, "share", shares);
    setParameter(spec, "prefix", prefix);
    const colours = spec.hconcat[1].layer[0].encoding.color.scale;
    const spent = colours.domain.map((name) => rows.some((row) => row[name] > 0));
    colours.domain = colours.domain.filter((_, i) => spent[i]);
    colours.range = colours.range.filter((_, i) => spent[i]);
    const embedded = await vegaEmbed(chart, spec, {
      config: charts.config,
      actions: { export: true, source: false, compiled: false, editor: false },
      downloadFileName: `layers_${state.layersOf}_${state.engine}`,
      tooltip: (_, event, item, name) => {
        const row = rows.find((candidate) => candidate.layer === name);
        if (row) tip.show(event, card(row));
        else tip.hide();
      },
    });
    // The reader may have chosen another engine in the meantime.
    if (chart.isConnected) view = embedded.view;
    else embedded.finalize();
  }

  /** The tooltip of a layer. */
  function card(row) {
    const percent = (part) => `${(100 * part).toFixed(1)} %`;
    const whole = row.cycles + row.wait_cycles;
    const lines = Object.entries(store.losses)
      .filter(([name]) => row[name])
      .map(([name, title]) => {
        const cycles = row[name] / row.multipliers;
        return [title, `${GROUPED.format(Math.round(cycles))} · ${percent(cycles / whole)}`];
      });
    const title = make("h4", {}, row.layer);
    const shape = make("p", { className: "muted" }, row.shape);
    const list = pairs([
      ["cycles", GROUPED.format(row.cycles)],
      ["ideal", `${GROUPED.format(row.ideal)} · ${percent(row.utilisation)}`],
      ["own bound", `${GROUPED.format(row.bound)} · ${percent(row.bound / row.cycles)}`],
      ["GEMM", GROUPED.format(row.gemm_cycles)],
      ["bytes in", GROUPED.format(row.input_bytes)],
      ["bytes out", GROUPED.format(row.output_bytes)],
      ["bytes/cycle in", (row.input_bytes / row.cycles).toFixed(2)],
      ["bytes/cycle out", row.output_rate.toFixed(2)],
      ["MACs/byte", row.intensity.toFixed(2)],
      ["interleave", GROUPED.format(row.interleave)],
      ["streams", GROUPED.format(row.streams)],
      ...lines,
    ]);
    return make("div", {}, title, shape, list);
  }

  function build(row) {
    const toml = store.specs[row.engine_id];
    const [file, name] = [`${row.engine_id}.toml`, /^name = "(.*)"$/m.exec(toml)[1]];
    const command = `dwsim generate ${file} -o ${name}/`;
    return [
      make("div", { className: "row" }, make("h3", {}, "Generate the Verilog"),
        make("span", { className: "actions" }, copyButton(command, "copy the command"))),
      make("pre", { id: "command", tabIndex: 0 }, command),
      make("div", { className: "row" }, make("h3", {}, file),
        make("span", { className: "actions" }, copyButton(toml, "copy the specification"),
          saveLink(toml, file, "save the specification"))),
      make("pre", { id: "spec", tabIndex: 0 }, toml.trimEnd()),
    ];
  }

  return { show };
}
