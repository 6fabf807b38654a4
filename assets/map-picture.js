/* The whole of a map as one large picture, for taking away. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const PAGE = 1024; // pixels of a box that would look like the picture, only smaller
  const DETAIL = 360; // pixels that a tile has in it, from which up to twice as many
  const AT_ONCE = 6; // tiles that are loaded side by side

  /** Give a canvas of side × side pixels with what a map canvas shows, from rim to rim. */
  async function mapPicture(map, side) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const pen = canvas.getContext("2d");
    const camera = new lab.MapCamera();
    camera.resize(PAGE, PAGE);
    const ratio = side / PAGE;
    const { tones, places, names, walk, marks } = map;
    pen.fillStyle = tones.panel;
    pen.fillRect(0, 0, side, side);
    if (map.pictures.sheet) await drawTiles(pen, camera, ratio, map.pictures.sheet.urlOf);
    if (places.passes.length) pen.drawImage(pointsOf(places, camera, ratio, tones, side), 0, 0);
    pen.scale(ratio, ratio);
    walk.draw(pen, camera, tones);
    const pixelOf = (n) => camera.toPixel(...places.at(n));
    marks.drawLinks(pen, tones, pixelOf);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    const labels = new lab.MapLabels();
    labels.load(names.levels);
    labels.draw(pen, camera, ratio, tones, { now: 0, still: true });
    pen.scale(ratio, ratio);
    marks.drawRings(pen, tones, pixelOf);
    return canvas;
  }

  async function drawTiles(pen, camera, ratio, urlOf) {
    const z = Math.max(Math.floor(Math.log2((camera.scale * ratio) / DETAIL)), 0);
    const waiting = lab.MapTiles.seen(camera, z);
    const work = async () => {
      for (let place = waiting.shift(); place; place = waiting.shift()) {
        const image = new Image();
        image.src = urlOf(...place);
        await image.decode().catch(() => {
          throw new Error("A part of the panorama could not be loaded. Check that the lab still runs, and try again.");
        });
        pen.drawImage(image, ...lab.MapTiles.boxOf(camera, ratio, ...place));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  function pointsOf(places, camera, ratio, tones, side) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    places.draw(canvas.getContext("2d"), camera, ratio, tones);
    places.image = undefined; // as large as the picture, and not needed again
    return canvas;
  }

  lab.mapPicture = mapPicture;
})();
