/*
 * The playback as a film: scenes (scenes.js), drawn step by step on a canvas and
 * recorded by the browser itself. The player of the page is left alone.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const SCALES = [2, 1.5]; // pixels of the film for each of the page: of one scene, of two
  const LONGEST = 19500; // milliseconds: with what the encoder adds, below 20 s
  const HOLD = 1000; // milliseconds that the last step stays
  const TICK = 100; // most milliseconds between two frames
  const BITS = 8e6; // a second: sharp letters
  const FORMS = [
    ["video/webm;codecs=vp9", "WebM"],
    ["video/webm;codecs=vp8", "WebM"],
    ["video/webm", "WebM"],
    ["video/mp4", "MP4"],
  ];

  /** What this browser records: the type, and what it is called; no type where it cannot. */
  function form() {
    const canCapture = Boolean(HTMLCanvasElement.prototype.captureStream);
    const known = FORMS.find(([type]) => canCapture && window.MediaRecorder?.isTypeSupported(type));
    return known ?? [undefined, FORMS[0][1]];
  }

  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  /** What says how far it is, over the page, and lets the reader stop it. */
  function progress(words, stop) {
    const box = document.createElement("div");
    box.className = "lab-recording";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Recording the animation");
    const text = document.createElement("span");
    text.textContent = words;
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", "Recorded");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "lab-chip";
    button.textContent = "Cancel";
    button.addEventListener("click", stop);
    box.append(text, bar, button);
    document.body.append(box);
    return { show: (share) => (bar.value = share), leave: () => box.remove() };
  }

  /** Draw all scenes side by side, for one t. */
  async function paint(pen, scenes, t) {
    await Promise.all(scenes.map((scene) => scene.prepare(t)));
    pen.fillStyle = scenes[0].tones.panel;
    pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
    scenes.forEach((scene, n) => {
      pen.save();
      pen.scale(scene.scale, scene.scale);
      pen.translate(n * lab.scenes.WIDTH, 0);
      scene.draw(pen);
      pen.restore();
    });
  }

  /** Play the scenes on a canvas from 0 to T, and give the film; nothing if it was stopped. */
  async function filmOf(scenes, type, { step, T, show, signal }) {
    const canvas = document.createElement("canvas");
    const { scale } = scenes[0];
    // Even numbers, or some browsers cannot encode it.
    canvas.width = 2 * Math.ceil((scale * lab.scenes.WIDTH * scenes.length) / 2);
    canvas.height = 2 * Math.ceil((scale * Math.max(...scenes.map(({ height }) => height))) / 2);
    const pen = canvas.getContext("2d", { alpha: false });
    await paint(pen, scenes, 0);
    const stream = canvas.captureStream();
    const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: BITS });
    const parts = [];
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    const stopped = new Promise((done) => recorder.addEventListener("stop", done));
    recorder.start();
    const started = performance.now();
    let shown;
    for (let passed = 0; passed < T * step + HOLD && !signal.aborted; passed = performance.now() - started) {
      const t = Math.min(Math.floor(passed / step), T);
      // Drawn again although nothing moves: a film has a frame at every tick.
      if (t !== shown) await paint(pen, scenes, (shown = t));
      else pen.drawImage(canvas, 0, 0);
      show(Math.min(passed / (T * step + HOLD), 1));
      await pause(Math.min(step, TICK));
    }
    recorder.stop();
    await stopped;
    stream.getTracks().forEach((track) => track.stop());
    return signal.aborted ? undefined : new Blob(parts, { type: type.split(";")[0] });
  }

  let recording;
  /** Record the playback of the page, at the speed of its player, and let the browser save it. */
  async function record() {
    const [type, name] = form();
    if (!type)
      throw new Error("This browser cannot record an animation. Use a newer Chromium, Firefox or Safari.");
    if (recording) return; // one at a time; its box is on the screen
    recording = new AbortController();
    const { signal } = recording;
    const { a, b } = lab.compare;
    const views = [a, b].filter((view) => view?.ready);
    const scale = SCALES[views.length - 1];
    const scenes = views.map((view, n) => lab.scenes.of(view, views.length > 1 ? "AB"[n] : "", scale));
    const { T, interval } = a.player;
    const step = Math.min(interval, (LONGEST - HOLD) / T);
    const faster = step < interval ? "Faster than the player, to last 20 s" : "Recording the animation";
    const box = progress(faster, () => recording.abort());
    try {
      for (const scene of scenes) await scene.open();
      const film = await filmOf(scenes, type, { step, T, show: box.show, signal });
      if (film) lab.saveAs(film, `lstm-lab-${a.kind}.${name.toLowerCase()}`);
    } finally {
      scenes.forEach((scene) => scene.leave());
      box.leave();
      recording = undefined;
    }
  }

  lab.film = { form: () => form()[1], record };
})();
