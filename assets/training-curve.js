/* The loss curve of training on the Cell page. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const PLOT = { displayModeBar: false, doubleClick: false, showTips: false, responsive: true };

  /** The loss over the epochs; Dash has no part in it, so that it costs nothing until it is wanted. */
  class Curve extends lab.Figure {
    draw(figure) {
      this.figure = figure;
      window.Plotly.react(this.box.querySelector(".lab-graph"), figure.data, figure.layout, PLOT);
      this.listen();
    }

    /** Fill the kept epochs in, on axes that grow in few, large steps. */
    fill({ data: [line], layout }, { list, last }) {
      const losses = list.map(({ loss }) => loss || null); // no logarithm of 0
      const decades = losses.filter(Boolean).map(Math.log10);
      const high = Math.ceil(Math.max(...decades, -12));
      const low = Math.floor(Math.min(...decades, high - 2));
      const ends = [50, 100, 200, 500, 1000, 2000, 5000, 10000];
      const end = ends.find((one) => one >= last.epoch) ?? Math.ceil(last.epoch / 10000) * 10000;
      this.draw({
        data: [
          {
            ...line,
            x: list.map(({ epoch }) => epoch),
            y: losses,
            mode: list.length > 1 ? "lines" : "markers",
          },
        ],
        layout: {
          ...layout,
          xaxis: { ...layout.xaxis, range: [-0.01 * end, 1.01 * end] },
          yaxis: { ...layout.yaxis, range: [low, high], dtick: high - low > 6 ? 2 : 1 },
        },
      });
    }
  }

  lab.Curve = Curve;
})();
