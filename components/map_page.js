// The panorama of a saved map: it asks for nothing, all that it shows lies in this file.
(async () => {
  const $ = (id) => document.getElementById(id);
  const box = $("map"), stage = $("tiles"), over = $("over"), pen = over.getContext("2d");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const view = { x: 0.5, y: 0.5, zoom: 1 };
  let data, theme, shown = new Map(), urls = new Map(), marked = null, chosen = -1, waiting = false;

  const unpacked = async (text) => {
    const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };

  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; if (data) draw(); });
  };

  // ---- where things are on the screen
  const size = () => ({ width: box.clientWidth, height: box.clientHeight });
  const side = () => Math.min(box.clientWidth, box.clientHeight) * view.zoom;
  const left = () => box.clientWidth / 2 - view.x * side();
  const top = () => box.clientHeight / 2 - view.y * side();

  function urlOf(name) {
    const key = `${theme} ${name}`;
    if (!urls.has(key)) {
      const tile = (data.tiles[theme] ?? data.tiles.both)[name];
      const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256">${tile}</svg>`;
      urls.set(key, URL.createObjectURL(new Blob([picture], { type: "image/svg+xml" })));
    }
    return urls.get(key);
  }

  function drawTiles() {
    const { width, height } = size();
    const [low, high] = data.levels;
    const z = Math.max(low, Math.min(high, Math.round(Math.log2(side() / 230))));
    const n = 2 ** z, step = side() / n, wanted = new Map();
    const first = (start) => Math.max(0, Math.floor(-start / step));
    const last = (start, length) => Math.min(n - 1, Math.floor((length - start) / step));
    for (let x = first(left()); x <= last(left(), width); x++)
      for (let y = first(top()); y <= last(top(), height); y++) {
        const name = `${z}-${x}-${y}`;
        if (name in (data.tiles[theme] ?? data.tiles.both)) wanted.set(`${theme} ${name}`, [name, x, y]);
      }
    for (const [key, image] of shown) if (!wanted.has(key)) { image.remove(); shown.delete(key); }
    for (const [key, [name, x, y]] of wanted) {
      const image = shown.get(key) ?? stage.appendChild(new Image());
      if (!shown.has(key)) { image.alt = ""; image.draggable = false; image.src = urlOf(name); }
      shown.set(key, image);
      // Edges on whole pixels: two tiles meet without a seam.
      const [x0, y0] = [left() + x * step, top() + y * step].map(Math.round);
      const [x1, y1] = [left() + (x + 1) * step, top() + (y + 1) * step].map(Math.round);
      image.style.cssText = `left:${x0}px;top:${y0}px;width:${x1 - x0}px;height:${y1 - y0}px`;
    }
  }

  function draw() {
    drawTiles();
    const { width, height } = size(), dense = devicePixelRatio || 1;
    if (over.width !== Math.round(width * dense) || over.height !== Math.round(height * dense)) {
      over.width = Math.round(width * dense);
      over.height = Math.round(height * dense);
    }
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, width, height);
    drawPoints(width, height);
    drawNames(width, height);
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
  const at = (n) => [left() + data.places[2 * n] * side(), top() + data.places[2 * n + 1] * side()];

  function drawPoints(width, height) {
    const dot = (n, radius) => {
      const [x, y] = at(n);
      if (x < -9 || y < -9 || x > width + 9 || y > height + 9) return;
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 7);
    };
    const batch = (which, fill, radius) => {
      pen.beginPath();
      for (const n of which) dot(n, radius);
      pen.fillStyle = fill;
      pen.fill();
    };
    const radius = Math.min(4, 1.4 + view.zoom / 6);
    pen.globalAlpha = marked ? 0.3 : 0.85;
    const by = $("points").value;
    // From the last to the first: what is not to be trusted lies on top.
    if (by) data[by].map((which, n) => [which, data[`${by}Dots`][theme][n]]).reverse().forEach(([which, fill]) => batch(which, fill, radius));
    pen.globalAlpha = 1;
    if (marked) batch(marked, colour("text"), radius + 1.2);
    if (chosen >= 0) {
      const [x, y] = at(chosen);
      pen.beginPath();
      pen.arc(x, y, 8, 0, 7);
      pen.lineWidth = 2.5;
      pen.strokeStyle = colour("text");
      pen.stroke();
    }
  }

  function drawNames(width, height) {
    const taken = [], levels = Math.min(data.names.length, 1 + Math.floor(Math.log2(view.zoom) / 1.3));
    pen.textAlign = "center";
    pen.lineJoin = "round";
    data.names.slice(0, Math.max(1, levels)).forEach((level, depth) => {
      pen.font = `700 ${[15, 13, 12][Math.min(depth, 2)]}px "Noto Sans", "Segoe UI", sans-serif`;
      for (const [name, x, y] of level) {
        const half = pen.measureText(name).width / 2 + 4;
        const px = left() + x * side(), py = top() + y * side();
        if (px < 0 || py < 0 || px > width || py > height) continue;
        const cx = Math.min(Math.max(px, half), width - half), cy = Math.min(Math.max(py, 16), height - 6);
        if (taken.some(([a, b, c]) => Math.abs(cx - a) < half + c && Math.abs(cy - b) < 18)) continue;
        taken.push([cx, cy, half]);
        pen.lineWidth = 4;
        pen.strokeStyle = colour("panel");
        pen.strokeText(name, cx, cy);
        pen.fillStyle = colour("text");
        pen.fillText(name, cx, cy);
      }
    });
  }

  // ---- moving
  function move(x, y, zoom) {
    view.zoom = Math.max(0.8, Math.min(80, zoom));
    view.x = Math.max(0, Math.min(1, x));
    view.y = Math.max(0, Math.min(1, y));
    soon();
  }
  function zoomAt(factor, px = box.clientWidth / 2, py = box.clientHeight / 2) {
    const x = (px - left()) / side(), y = (py - top()) / side();
    const zoom = Math.max(0.8, Math.min(80, view.zoom * factor)), grown = zoom / view.zoom;
    move(x + (view.x - x) / grown, y + (view.y - y) / grown, zoom);
  }
  function fly(x, y, zoom) {
    if (still.matches) return move(x, y, zoom);
    const from = { ...view }, start = performance.now();
    const step = (now) => {
      const t = Math.min(1, (now - start) / 120);
      move(from.x + (x - from.x) * t, from.y + (y - from.y) * t, from.zoom * (zoom / from.zoom) ** t);
      if (t < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }
  const place = (event) => {
    const frame = box.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };

  const fingers = new Map();
  let moved = 0;
  box.addEventListener("pointerdown", (event) => {
    box.setPointerCapture(event.pointerId);
    if (!fingers.size) moved = 0;
    fingers.set(event.pointerId, place(event));
  });
  box.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = place(event), others = [...fingers].filter(([id]) => id !== event.pointerId);
    moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (others.length) {
      const [, other] = others[0];
      const apart = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]) || 1;
      zoomAt(apart(now) / apart(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else move(view.x - (now[0] - before[0]) / side(), view.y - (now[1] - before[1]) / side(), view.zoom);
    fingers.set(event.pointerId, now);
  });
  const lifted = (event) => {
    if (fingers.delete(event.pointerId) && event.type === "pointerup" && moved < 5) choose(...place(event));
  };
  box.addEventListener("pointerup", lifted);
  box.addEventListener("pointercancel", lifted);
  box.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomAt(Math.exp(-event.deltaY / 400), ...place(event));
  }, { passive: false });
  box.addEventListener("dblclick", (event) => zoomAt(2, ...place(event)));
  box.addEventListener("keydown", (event) => {
    const step = 0.15 / view.zoom;
    const keys = {
      "+": () => zoomAt(1.5), "=": () => zoomAt(1.5), "-": () => zoomAt(1 / 1.5), Home: () => fly(0.5, 0.5, 1),
      ArrowLeft: () => move(view.x - step, view.y, view.zoom), ArrowRight: () => move(view.x + step, view.y, view.zoom),
      ArrowUp: () => move(view.x, view.y - step, view.zoom), ArrowDown: () => move(view.x, view.y + step, view.zoom),
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  $("in").onclick = () => zoomAt(1.5);
  $("out").onclick = () => zoomAt(1 / 1.5);
  $("home").onclick = () => fly(0.5, 0.5, 1);
  $("points").onchange = () => {
    $("legend").hidden = $("points").value !== "trust";
    soon();
  };
  new ResizeObserver(soon).observe(box);

  // ---- reading
  function choose(px, py) {
    if (!data) return;
    let best = -1, least = 14 ** 2;
    for (let n = 0; n < data.token.length; n++) {
      const [x, y] = at(n), apart = (x - px) ** 2 + (y - py) ** 2;
      if (apart < least) [best, least] = [n, apart];
    }
    tell(best);
  }
  function tell(n) {
    chosen = n;
    soon();
    if (n < 0) return void ($("context").textContent = "No context lies here. Choose a place that has one.");
    const code = document.createElement("code"), mark = document.createElement("mark");
    mark.textContent = data.texts[data.token[n]] || "(no label)";
    code.append(data.before[n] && data.before[n] + data.gap, mark);
    const region = data.level[n] < 0 ? "in no region" : `in “${data.names[0][data.level[n]][0]}”`;
    const k = data.k, near = data.recall[n];
    const words = near === null ? "how far to trust this place was not measured."
      : near <= data.steps[0] ? `only ${Math.round(near * k)} of its ${k} nearest are near here on the map: do not read much into this neighbourhood.`
      : `${Math.round(near * k)} of its ${k} nearest are near here on the map.`;
    $("context").replaceChildren(code, document.createElement("br"), `Context ${n}, ${region}; ${words}`);
  }
  const text = (n) => (data.before[n] && data.before[n] + data.gap) + data.texts[data.token[n]];
  let typed = 0;
  $("find").oninput = () => { clearTimeout(typed); typed = setTimeout(find, 120); };
  $("find").onkeydown = (event) => {
    if (event.key !== "Enter" || !marked?.length) return;
    event.preventDefault();
    const next = marked.find((n) => n > chosen) ?? marked[0];
    tell(next);
    fly(data.places[2 * next], data.places[2 * next + 1], Math.max(view.zoom, 3));
  };
  function find() {
    const wanted = $("find").value.toLowerCase();
    let words = "";
    marked = null;
    if (wanted && data) {
      const texts = data.token.map((_, n) => text(n).toLowerCase());
      const which = (test) => texts.flatMap((text, n) => (test(text) ? [n] : []));
      marked = which((text) => text.endsWith(wanted));
      const ends = marked.length > 0;
      if (!ends) marked = which((text) => text.includes(wanted));
      words = `${marked.length.toLocaleString("en")} ${ends ? "end with it" : "contain it"}`;
    }
    $("found").textContent = words;
    soon();
  }
  document.querySelectorAll("details[data-x]").forEach((one) => {
    one.addEventListener("toggle", () => { if (one.open) fly(+one.dataset.x, +one.dataset.y, 2.6); });
  });

  // ---- looks
  function dress(name) {
    theme = name;
    document.documentElement.dataset.theme = name;
    $("theme").textContent = name === "dark" ? "Light theme" : "Dark theme";
    if (data) data.trustDots[name].forEach((fill, n) => ($("legend").children[n].firstChild.style.background = fill));
    soon();
  }
  $("theme").onclick = () => dress(theme === "dark" ? "light" : "dark");
  dress(matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");

  try {
    data = await unpacked($("data").textContent);
    const parted = (count, part) => {
      const parts = Array.from({ length: count }, () => []);
      data.token.forEach((_, n) => parts[part(n)]?.push(n));
      return parts;
    };
    // The last hue is that of no region.
    const hues = data.regionDots.dark.length - 1;
    data.region = parted(hues + 1, (n) => (data.level[n] < 0 ? hues : data.level[n] % hues));
    data.trust = parted(data.steps.length, (n) =>
      data.recall[n] === null ? -1 : data.steps.findIndex((most) => data.recall[n] <= most + 1e-6));
    $("wait").remove();
    dress(theme);
    box.dataset.ready = "";
    soon();
  } catch {
    $("wait").textContent = "The panorama cannot be unpacked here. Open this page in a browser of 2023 or later.";
  }
})();
