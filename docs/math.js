// Draws the formulas of a page with KaTeX.
for (const element of document.querySelectorAll(".math")) {
  katex.render(element.dataset.formula, element, { displayMode: element.tagName === "DIV", throwOnError: false });
}
