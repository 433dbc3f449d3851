// The roofline of the chosen engine and network, with the roof of a memory of any bandwidth.

/** A closed list with the chart, which is drawn when the reader opens it. */
function createRoofline(store, tip) {
  let { bandwidth } = store;

  /** The rows of the roofs: MACs a cycle, or bytes a cycle. */
  function roofRows(rows, pair) {
    const ports = pair.input_bytes_per_cycle + pair.param_bytes_per_cycle
      + pair.output_bytes_per_cycle;
    const found = [["multipliers", pair.multipliers, null], ["ports", null, ports]];
    const rate = store.memory_rates[pair.engine_id];
    if (bandwidth > 0 && rate) {
      found.push([`memory, ${bandwidth} GB/s`, null, bandwidth * rate]);
    }
    const densities = rows.map((row) => row.intensity);
    const ends = { low: Math.min(...densities), high: Math.max(...densities) };
    return found.map(([roof, most, per_byte]) => ({ roof, most, per_byte, ...ends }));
  }

  async function draw(chart, rows, pair, charts) {
    const spec = structuredClone(charts.roofline);
    const [roofs, layers] = spec.layer.map((part) => part.data.name);
    spec.datasets = { [roofs]: roofRows(rows, pair), [layers]: rows };
    spec.width = Math.max(240, chart.clientWidth - 70);
    await vegaEmbed(chart, spec, {
      config: charts.config,
      actions: { export: true, source: false, compiled: false, editor: false },
      downloadFileName: `roofline_${pair.network}_${pair.engine_id}`,
      tooltip: (_, event, item, name) => {
        const row = rows.find((candidate) => candidate.layer === name);
        if (!row) return tip.hide();
        const list = pairs([
          ["MACs/cycle", ROUNDED.format(row.macs / row.cycles)],
          ["MACs/byte", ROUNDED.format(row.intensity)],
        ]);
        return tip.show(event, make("div", {}, make("h4", {}, row.layer), list));
      },
    });
  }

  return function roofline(rows, pair, charts) {
    const chart = make("div", { className: "chart", id: "roofline-chart" });
    const input = make("input", { type: "number", min: "0", step: "any", id: "bandwidth",
      value: bandwidth ?? "" });
    const label = make("label", { className: "muted" }, "memory bandwidth in GB/s ", input);
    const box = make("details", { className: "more", id: "roofline" },
      make("summary", {}, "Roofline"), label, chart);
    const again = () => box.open && draw(chart, rows, pair, charts);
    input.addEventListener("change", () => {
      bandwidth = Number(input.value) || null;
      again();
    });
    box.addEventListener("toggle", again);
    return box;
  };
}
