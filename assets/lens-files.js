/* What the Lens view shows as data: a table of one line for each layer and position, or all of it. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const NUMBERS = ["rank", "ties", "probability", "surprise", "entropy", "divergence"];

  /** Rows of what each layer says at each position. */
  function rows(view) {
    const { answer, numbersOf, watched } = view;
    const number = (value) => (Number.isFinite(value) ? value : null);
    return answer.layers.flatMap((layer, n) =>
      answer.tokens.map((token, at) => {
        const t = at + 1;
        const cell = view.cell(n, t);
        const isLast = t === view.T;
        const told = NUMBERS.map((name) => {
          const value = number(numbersOf[name][cell]);
          return [name, isLast && ["rank", "ties"].includes(name) ? null : value];
        });
        const candidates = Array.from({ length: view.N }, (_, k) => ({
          token: view.candidate(n, t, k),
          probability: number(view.top.probability[cell * view.N + k]),
        }));
        const K = answer.watched.texts.length;
        const seen = answer.watched.texts.map((text, k) => ({
          token: text,
          rank: watched.rank[cell * K + k],
          probability: number(watched.probability[cell * K + k]),
        }));
        return { layer, t, token, came: isLast ? null : view.came[at], ...Object.fromEntries(told), candidates, watched: seen };
      }),
    );
  }

  /** A field of CSV; a sheet must not take a token for a formula. */
  const field = (value) => {
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  lab.lensTable = (view) => {
    const texts = view.answer.watched.texts;
    const head = ["layer", "t", "token", "came", ...NUMBERS, "candidate", ...texts.flatMap((one) => [`rank of ${one}`, `probability of ${one}`])];
    const lines = rows(view).map((row) => [
      ...["layer", "t", "token", "came", ...NUMBERS].map((name) => row[name]),
      row.candidates[0]?.token,
      ...row.watched.flatMap(({ rank, probability }) => [rank, probability]),
    ]);
    return `${[head, ...lines].map((line) => line.map(field).join(",")).join("\r\n")}\r\n`;
  };

  lab.lensRecord = (view) => {
    const { model, text, prefix, lens, bias } = view.asked;
    const setting = { model: view.modelName, hash: model.hash, text, prefix, lens, bias };
    return JSON.stringify({ ...setting, prompt: view.answer.prompt, rows: rows(view) }, null, 1);
  };
})();
