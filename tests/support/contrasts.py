"""How far the text of a page stands out from what is behind it, as a browser sees it."""

CONTRASTS = """(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = parts(color).slice(0, 3).map((v) => {
      const s = v / 255;
      return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if ((parts(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [];
  const told = "p, a, small, td, th, dt, dd, li, h1, h2, h3, .badge, .move, .value, .name, svg text";
  for (const element of document.querySelectorAll(told)) {
    if (!element.getClientRects().length || !element.textContent.trim()) continue;
    const style = getComputedStyle(element), back = behind(element);
    const ink = parts(element.closest("svg") ? style.fill : style.color), paper = parts(back);
    let seen = 1;
    for (let e = element; e; e = e.parentElement) seen *= Number(getComputedStyle(e).opacity);
    const mixed = `rgb(${ink.slice(0, 3).map((v, i) => v * seen + paper[i] * (1 - seen))})`;
    const [a, b] = [light(mixed), light(back)];
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.outerHTML.slice(0, 80)]);
  }
  return found;
})()"""
"""JavaScript: the ratio of each text that is shown, after WCAG, with its element."""
