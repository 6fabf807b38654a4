/* What leaves the page and comes back: settings as files, the traces and the code of a cell. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FORMAT = "lstm-lab-setting";
  const VERSION = 1;
  const LARGEST = 2 ** 20; // bytes, as on the server: a larger file need not be sent
  const TITLES = { cell: "Cell", network: "Network", lens: "Lens", map: "Map" };
  const PATHS = { cell: "", network: "network", lens: "lens", map: "map" };
  const HOVER = 200; // milliseconds after the last sign of a file over the page

  /* --- telling the reader --------------------------------------------------- */

  let told;
  function untell() {
    told?.remove();
    told = undefined;
  }

  /** Say in the page what went wrong, perhaps with a link that helps; it stays until it is closed. */
  lab.tell = (message, link) => {
    untell();
    told = document.createElement("div");
    told.className = "lab-alert lab-told alert alert-danger alert-dismissible";
    told.setAttribute("role", "alert");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", untell);
    told.append(message, ...(link ? [" ", link] : []), close);
    document.body.append(told);
  };

  /** Run something that can fail with words for the reader. */
  async function careful(run) {
    untell();
    try {
      await run();
    } catch (error) {
      lab.tell(error.message);
    }
  }

  /* --- a setting as a file ---------------------------------------------------- */

  /** Save all that the page shows as a file that opens again. */
  lab.saveSetting = () => {
    const state = lab.compare.a && lab.compare.state();
    if (!state) return;
    const text = JSON.stringify({ format: FORMAT, version: VERSION, ...state }, null, 2);
    lab.saveAs(new Blob([text], { type: "application/json" }), `lstm-lab-${state.page}.json`);
  };

  async function read(file) {
    if (file.size > LARGEST)
      throw new Error(
        `${file.name} has ${(file.size / 2 ** 20).toFixed(1)} MB, too many for a setting. ` +
          "Open a file that Export saved under Setting.",
      );
    const headers = { "Content-Type": "application/json" };
    return (await lab.ask("setting", { method: "POST", body: file, headers })).json();
  }

  /** Bring the page to what a file says, or say where it can be opened. */
  const open = (file) =>
    careful(async () => {
      const state = await read(file);
      const here = lab.compare.state()?.page;
      if (state.page === here) {
        lab.compare.apply(state);
        return;
      }
      const link = document.createElement("a");
      link.href = `${lab.root()}${PATHS[state.page]}${location.search}#${lab.link.write(state)}`;
      link.textContent = `Open it on the ${TITLES[state.page]} page`;
      lab.tell(`${file.name} is a setting of the ${TITLES[state.page]} page. Nothing was changed.`, link);
    });

  /** Ask for a file by the browser's own dialogue. */
  function choose() {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".json,application/json";
    input.addEventListener("change", () => {
      if (!input.files[0]) return;
      document.querySelector("[data-lab=export][aria-expanded=true]")?.click(); // it would cover what comes
      open(input.files[0]);
    });
    input.click();
  }

  /** Whether what is dropped is for us: the Network page opens models in the same way. */
  const isOurs = (file) => lab.compare.a?.kind === "cell" || /\.json$/i.test(file.name);

  let over;
  function hover(event) {
    if (!lab.compare.a || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("is-dropping");
    clearTimeout(over);
    over = setTimeout(unhover, HOVER);
  }
  function unhover() {
    clearTimeout(over);
    document.body.classList.remove("is-dropping");
  }

  if (lab.owned) {
    document.addEventListener("dragover", hover);
    // Before the Network page takes it for a model.
    document.addEventListener(
      "drop",
      (event) => {
        unhover();
        const [file] = event.dataTransfer?.files ?? [];
        if (!file || !lab.compare.a || !isOurs(file)) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        open(file);
      },
      { capture: true },
    );
  }

  /* --- what the menu offers ----------------------------------------------------- */

  /** What can be taken away of the page as a whole. */
  lab.ofWholePage = () => {
    if (!lab.compare.a) return [];
    const film = { group: "Animation", name: "Playback", words: lab.film.form(), run: () => careful(lab.film.record) };
    return [
      { group: "Setting", name: "Setting", words: "JSON", run: lab.saveSetting },
      { group: "Setting", name: "Setting", words: "Open setting…", label: "Open setting…", run: choose },
      ...(lab.scenes.knows(lab.compare.a) ? [film] : []),
    ];
  };

  /** What a route of the cell makes of what a view shows; `name` and `ending` where there are two. */
  async function download(view, path, name, ending) {
    // The numbers that are shown: training moves them without asking.
    const text = (list) => Object.entries(list).map(([one, value]) => [one, lab.numbers.text(value)]);
    const numbers = Object.fromEntries(text(view.numbers));
    const settings = { ...view.asking.shown, sequence: view.inputs.map(lab.numbers.text).join(", "), numbers };
    const headers = { "Content-Type": "application/json" };
    const options = { method: "POST", body: JSON.stringify(settings), headers };
    const side = lab.compare.follows(view) ? "b" : "a";
    await lab.files.download(`cell/${path}`, options, lab.compare.on ? `${name}_${side}.${ending}` : undefined);
  }

  /** The traces and the code of a cell, as it stands. */
  lab.cellFiles = (view) => {
    const trace = (words, form) => ({
      group: "Data",
      name: "Trace",
      words,
      run: () => careful(() => download(view, `trace?as=${form}`, "trace", form)),
    });
    const code = (words) => {
      const library = words.toLowerCase();
      const name = `${view.config.kind}_${library}`;
      const run = () => careful(() => download(view, `code?as=${library}`, name, "py"));
      return { group: "Code", name: "Code", words, run };
    };
    return [trace("CSV", "csv"), trace("JSON", "json"), trace("NumPy", "npz"), code("NumPy"), code("PyTorch")];
  };
})();
